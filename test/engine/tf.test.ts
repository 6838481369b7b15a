import test from 'ava';
import * as tf from '../../src/engine/tf.ts';
import { read } from './numbers.ts';
import { engineUnderTest } from '../engine-choice.ts';
import { startEngine } from '../engine-under-test.ts';

test.before(startEngine);

test('gradients that call tensor methods work: one copy of the library makes every tensor', async (t) => {
  t.is(tf.getBackend(), engineUnderTest);
  const x = tf.tensor1d([1, 2]);
  t.deepEqual(await read(tf.grad((y) => tf.sum(tf.addN([y, tf.square(y)])))(x)), [3, 5]);
  const { variance } = tf.moments(x);
  t.deepEqual(await read(variance), [0.25]);
  t.deepEqual(await read(tf.grad((y) => tf.moments(y).variance)(x)), [-0.5, 0.5]);
});

test('operands of two types meet in the wider one', async (t) => {
  t.deepEqual(await read(tf.mul(tf.tensor1d([1.5]), tf.tensor1d([2], 'int32'))), [3]);
});
