import test from 'ava';
import { sweep } from '../../src/engine/sweep.ts';
import * as tf from '../../src/engine/tf.ts';
import { cosineDistance, unit } from '../../src/objectives/cosine.ts';
import { close, drawn, read, slopes } from '../engine/numbers.ts';
import { engineUnderTest } from '../engine-choice.ts';
import { startEngine } from '../engine-under-test.ts';

test.before(startEngine);

test('one minus the cosine, per row', async (t) => {
  t.is(tf.getBackend(), engineUnderTest);
  const a = [[3, 4], [1, 0], [-2, 0], [1, 1], [1e-6, 0]];
  const b = [[4, 3], [5, 0], [7, 0], [-2, 2], [0.3, 0.4]];
  close(t, 'distance', await read(cosineDistance(tf.tensor2d(a), tf.tensor2d(b))), [1 - 24 / 25, 0, 2, 1, 1 - 0.6], { absolute: 1e-6 });
});

test('lengths are 1, of whatever size the rows were', async (t) => {
  for (const size of [1e-10, 1, 1e15]) {
    const rows = await read(tf.sum(tf.square(unit(tf.mul(drawn('rows', [4, 6]), size))), -1));
    close(t, `${size}`, rows, [1, 1, 1, 1]);
  }
});

test('a row without direction is zeros, has cosine 0 and gets no gradient', async (t) => {
  const rows = tf.variable(tf.tensor2d([[0, 0], [1e-13, 0], [3, 4]]));
  t.deepEqual((await read(unit(rows))).slice(0, 4), [0, 0, 0, 0]);
  const others = tf.tensor2d([[1, 2], [1, 2], [1, 2]]);
  const { loss, gradients } = sweep(() => tf.sum(cosineDistance(rows, others)), [rows]);
  close(t, 'loss', await read(loss), [3 - 11 / 5 / Math.sqrt(5)]);
  const gradient = await read(gradients.get(rows)!);
  t.deepEqual(gradient.slice(0, 4).map((push) => push + 0), [0, 0, 0, 0]);
  const found = await slopes((moved) => tf.sum(cosineDistance(moved, others)), rows, [4, 5]);
  close(t, 'gradient', gradient.slice(4), found, { relative: 3e-3 });
});
