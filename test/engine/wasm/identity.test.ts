import test from 'ava';
import { adamW } from '../../../src/engine/fused/adamw.ts';
import * as tf from '../../../src/engine/tf.ts';
import { optimizerDefaults } from '../../../src/train/optimizer.ts';
import { read } from '../numbers.ts';
import { startEngine } from '../../engine-under-test.ts';

test.before(startEngine);

test('a clone shares its numbers, and outlives what it was made of', async (t) => {
  t.is(tf.getBackend(), 'wasm');
  for (const x of [tf.tensor1d([1, 2, 3]), tf.tensor1d([1, 2, 3], 'int32')]) {
    const clone = tf.clone(x);
    t.is(clone.dataId, x.dataId);
    t.is(clone.dtype, x.dtype);
    x.dispose();
    t.deepEqual(await read(clone), [1, 2, 3]);
    clone.dispose();
  }
  const words = tf.clone(tf.tensor1d(['a', 'b'], 'string'));
  t.deepEqual(await words.data<'string'>(), ['a', 'b']);
});

test('what is updated in place leaves the clones of what it was alone', async (t) => {
  const variables = [1, 0, 0].map((value) => tf.variable(tf.fill([2], value), false));
  const [parameter, firstMoment, secondMoment] = variables as [tf.Variable, tf.Variable, tf.Variable];
  const before = tf.clone(parameter);
  adamW([{ parameter, gradient: tf.ones([2]), firstMoment, secondMoment, decays: false }], { ...optimizerDefaults, step: 1, learningRate: 0.5 });
  t.deepEqual(await read(before), [1, 1]);
  t.true((await read(parameter))[0]! < 0.6);
});
