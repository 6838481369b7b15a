import test from 'ava';
import { logSoftmax } from '../../../src/engine/fused/log-softmax.ts';
import * as tf from '../../../src/engine/tf.ts';
import { close, drawn, read } from '../numbers.ts';
import { startEngine } from '../../engine-under-test.ts';

test.before(startEngine);

test('the logarithm of the softmax along the last axis, -Infinity where a score is', async (t) => {
  const logits = tf.tensor2d([1, 2, -Infinity, 3, 90, -90, 0, 0], [2, 4]);
  const exact = (row: number[]) => row.map((x) => x - Math.log(row.reduce((sum, y) => sum + Math.exp(y - Math.max(...row)), 0)) - Math.max(...row));
  close(t, 'rows', await read(logSoftmax(logits)), [...exact([1, 2, -Infinity, 3]), ...exact([90, -90, 0, 0])], { relative: 1e-6, absolute: 1e-5 });
});

test('a gradient goes through it', async (t) => {
  const logits = drawn('logits', [3, 5]);
  const of = (work: (x: tf.Tensor) => tf.Tensor) => tf.grad((x) => tf.sum(tf.mul(work(x), drawn('weights', [3, 5]))))(logits);
  close(t, 'gradient', await read(of(logSoftmax)), await read(of(tf.logSoftmax)), { relative: 1e-6, absolute: 1e-6 });
});
