import test from 'ava';
import { sweep } from '../../src/engine/sweep.ts';
import * as tf from '../../src/engine/tf.ts';
import { meanOfTokens } from '../../src/nn/mean-pooling.ts';
import { close, drawn, read, rounded } from '../engine/numbers.ts';
import { startEngine } from '../engine-under-test.ts';

test.before(startEngine);

test('the mean of the real tokens; the rest, however large, does not reach it', async (t) => {
  const hidden = tf.tensor([1, 2, 3, 4, 1e4, -1e4, 5, 6, 7, 8, 9, 10], [2, 3, 2]);
  const mask = tf.tensor([1, 1, 0, 1, 1, 1], [2, 3]);
  close(t, 'means', await read(meanOfTokens(hidden, mask)), [2, 3, 7, 8], rounded);
  close(t, 'no token at all', await read(meanOfTokens(hidden, tf.zeros([2, 3]))), [0, 0, 0, 0], rounded);
});

test('each real token gets an equal share of the gradient', async (t) => {
  const hidden = tf.variable(drawn('hidden', [1, 3, 2]));
  const upstream = tf.tensor([3, -6], [1, 2]);
  const { gradients } = sweep(() => tf.sum<tf.Scalar>(tf.mul(meanOfTokens(hidden, tf.tensor([1, 0, 1], [1, 3])), upstream)), [hidden]);
  close(t, 'gradient', await read(gradients.get(hidden)!), [1.5, -3, 0, 0, 1.5, -3], rounded);
});
