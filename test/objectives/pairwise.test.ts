import test from 'ava';
import { sweep } from '../../src/engine/sweep.ts';
import * as tf from '../../src/engine/tf.ts';
import { directions, huber, safeLength, squaredDistances } from '../../src/objectives/pairwise.ts';
import { close, read } from '../engine/numbers.ts';
import { engineUnderTest } from '../engine-choice.ts';
import { startEngine } from '../engine-under-test.ts';

test.before(startEngine);

test('distances and directions of every two rows; none between equal ones', async (t) => {
  t.is(tf.getBackend(), engineUnderTest);
  const rows = tf.tensor2d([[0, 0], [3, 4], [3, 4]]);
  close(t, 'squares', await read(squaredDistances(rows)), [0, 25, 25, 25, 0, 0, 25, 0, 0]);
  // From row j to row i, at [j, i].
  close(t, 'directions', await read(directions(rows)), [0, 0, 0.6, 0.8, 0.6, 0.8, -0.6, -0.8, 0, 0, 0, 0, -0.6, -0.8, 0, 0, 0, 0]);
});

test('a length of 0 has no slope, others have the usual one', async (t) => {
  const squares = tf.variable(tf.tensor1d([0, 4, 1e-6]));
  const { loss, gradients } = sweep(() => tf.sum(safeLength(squares)), [squares]);
  close(t, 'sum', await read(loss), [2 + 1e-3]);
  close(t, 'slopes', await read(gradients.get(squares)!), [0, 0.25, 500]);
});

test("Huber's loss is a parabola up to 1 and a line beyond, without a jump in value or slope", async (t) => {
  const x = tf.variable(tf.tensor1d([-3, -1, -0.5, 0, 0.5, 1, 3]));
  close(t, 'values', await read(huber(x)), [2.5, 0.5, 0.125, 0, 0.125, 0.5, 2.5]);
  const { gradients } = sweep(() => tf.sum(huber(x)), [x]);
  close(t, 'slopes', await read(gradients.get(x)!), [-1, -1, -0.5, 0, 0.5, 1, 1]);
});
