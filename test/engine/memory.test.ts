import test from 'ava';
import { leaks, scope } from '../../src/engine/memory.ts';
import * as tf from '../../src/engine/tf.ts';
import { read } from './numbers.ts';
import { engineUnderTest } from '../engine-choice.ts';
import { startEngine } from '../engine-under-test.ts';

test.before(startEngine);

test.serial('scope frees everything but its result', async (t) => {
  t.is(tf.getBackend(), engineUnderTest);
  const before = tf.memory().numTensors;
  const { kept } = scope(() => ({ kept: tf.add(tf.ones([2]), tf.ones([2])) }));
  t.is(tf.memory().numTensors, before + 1);
  t.deepEqual(await read(kept), [2, 2]);
  kept.dispose();
  t.throws(() => scope(() => {
    tf.ones([2]);
    throw new Error('broken');
  }), { message: 'broken' });
  t.is(tf.memory().numTensors, before);
});

test.serial('leaks counts what is left, across awaits', async (t) => {
  t.deepEqual(await leaks(() => scope(() => { tf.square(tf.ones([3])); })), { tensors: 0, buffers: 0 });
  const left: tf.Tensor[] = [];
  const work = async () => {
    const one = tf.ones([3]);
    await one.data();
    left.push(one, tf.reshape(one, [1, 3])); // two tensors on one buffer
  };
  const buffers = engineUnderTest === 'tensorflow' ? 2 : 1; // there a reshaped tensor is one of TensorFlow's, which shares the numbers without TensorFlow.js's knowing
  t.deepEqual(await leaks(work), { tensors: 2, buffers });
  t.deepEqual(await leaks(() => { tf.dispose(left); }), { tensors: -2, buffers: -buffers });
});
