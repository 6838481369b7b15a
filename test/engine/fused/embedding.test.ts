import test from 'ava';
import { embedding } from '../../../src/engine/fused/embedding.ts';
import * as tf from '../../../src/engine/tf.ts';
import { close, drawn, read, rounded } from '../numbers.ts';
import { engineUnderTest, looksUnderTest } from '../../engine-choice.ts';
import { startEngine } from '../../engine-under-test.ts';

test.before(startEngine);

const rows = async (tensor: tf.Tensor) => (await tensor.array()) as number[][];

test('each id gets its row', async (t) => {
  t.is(tf.getBackend(), engineUnderTest);
  const table = tf.tensor2d([[0, 1], [10, 11], [20, 21]]);
  const found = embedding(table, tf.tensor2d([[2, 0], [1, 1], [2, 2]], [3, 2], 'int32'));
  t.deepEqual(found.shape, [3, 2, 2]);
  t.deepEqual(await read(found), [20, 21, 0, 1, 10, 11, 10, 11, 20, 21, 20, 21]);
});

test('gradients of repeated ids add up, and the padding id gets none', async (t) => {
  const ids = tf.tensor2d([[2, 0, 2], [3, 2, 0]], [2, 3], 'int32');
  const count = (padId?: number) =>
    tf.grad((table) => tf.sum(embedding(table, ids, padId === undefined ? {} : { padId })))(drawn('table', [5, 2]));
  t.deepEqual(await rows(count()), [[2, 2], [0, 0], [3, 3], [1, 1], [0, 0]]);
  t.deepEqual(await rows(count(0)), [[0, 0], [0, 0], [3, 3], [1, 1], [0, 0]]);
  t.deepEqual(await rows(count(3)), [[2, 2], [0, 0], [3, 3], [0, 0], [0, 0]]);
});

test('of thousands of ids, those of a table of two rows too, the gradient has the same bits every time', async (t) => {
  for (const size of [2, 40]) {
    const ids = tf.tensor1d(Array.from({ length: 4000 }, (_, i) => (i * 31) % size), 'int32');
    const [table, weights] = [drawn('table', [size, 8]), drawn('weights', [4000, 8])];
    const gradient = () => read(tf.grad((rows) => tf.sum(tf.mul(embedding(rows as tf.Tensor2D, ids), weights)))(table));
    const first = await gradient();
    for (let again = 0; again < 5; again++) t.deepEqual(await gradient(), first);
    const expected = await read(tf.matMul(tf.oneHot(ids, size), weights, true));
    close(t, `${size} rows`, first, expected, { relative: 1e-5, ...rounded });
  }
});

test('the padding id still has its vector on the way forward', async (t) => {
  const table = tf.tensor2d([[5, 6], [7, 8]]);
  t.deepEqual(await read(embedding(table, tf.tensor1d([0], 'int32'), { padId: 0 })), [5, 6]);
});

test('an id outside the table is an error that names it, and leaves nothing behind; where numbers are not looked at its row is no number, and its gradient goes nowhere', async (t) => {
  const table = drawn('table', [5, 2]);
  for (const id of [5, -1, 1_000_000]) {
    const ids = tf.tensor1d([0, id], 'int32');
    if (!looksUnderTest) {
      for (const taken of [(rows: tf.Tensor) => embedding(rows, ids), (rows: tf.Tensor) => tf.gather(rows, ids)]) {
        t.deepEqual((await read(taken(table))).map(Number.isNaN), [false, false, true, true]);
        t.deepEqual(await read(tf.grad((rows) => tf.sum(taken(rows)))(table)), [1, 1, 0, 0, 0, 0, 0, 0, 0, 0]);
      }
      continue;
    }
    const backend = tf.backend();
    const before = backend.numDataIds();
    t.throws(() => embedding(table, ids), { message: new RegExp(`id ${id} is outside a table of 5 rows`) });
    t.is(backend.numDataIds(), before);
  }
});
