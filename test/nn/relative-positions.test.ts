import test from 'ava';
import { sweep } from '../../src/engine/sweep.ts';
import * as tf from '../../src/engine/tf.ts';
import { bucketOf, relativeBias } from '../../src/nn/relative-positions.ts';
import { drawn, read } from '../engine/numbers.ts';
import { startEngine } from '../engine-under-test.ts';

test.before(startEngine);

test('near distances have buckets of their own, far ones share; the future is another half or none', (t) => {
  const both = { buckets: 8, maxDistance: 20, bothWays: true };
  t.deepEqual([-30, -19, -6, -5, -2, -1, 0, 1, 2, 5, 30].map((offset) => bucketOf(offset, both)), [3, 3, 2, 2, 2, 1, 0, 5, 6, 6, 7]);
  const back = { ...both, bothWays: false };
  t.deepEqual([-30, -20, -5, -4, -3, -1, 0, 1, 9].map((offset) => bucketOf(offset, back)), [7, 7, 4, 4, 3, 1, 0, 0, 0]);
});

test('a bucket never falls with distance, and every one is met', (t) => {
  for (const form of [{ buckets: 32, maxDistance: 128, bothWays: true }, { buckets: 32, maxDistance: 128, bothWays: false }]) {
    const row = Array.from({ length: 200 }, (_, distance) => bucketOf(-distance, form));
    t.true(row.every((bucket, distance) => distance === 0 || bucket >= row[distance - 1]!));
    t.is(new Set(row).size, form.bothWays ? 16 : 32);
  }
});

test.serial('each head reads its column; the queries are the last of the keys', async (t) => {
  const form = { buckets: 8, maxDistance: 20, bothWays: false };
  const table = drawn('table', [8, 3]);
  const numbers = await read(table);
  const whole = relativeBias(table, { queries: 4, keys: 4 }, form);
  t.deepEqual(whole.shape, [1, 3, 4, 4]);
  const values = await read(whole);
  for (let head = 0; head < 3; head++) for (let query = 0; query < 4; query++) for (let key = 0; key < 4; key++) t.is(values[(head * 4 + query) * 4 + key], numbers[bucketOf(key - query, form) * 3 + head]);
  t.deepEqual(await read(relativeBias(table, { queries: 1, keys: 4 }, form)), await read(tf.slice(whole, [0, 0, 3, 0], [1, 3, 1, 4])));
});

test.serial('the table learns: each bucket as often as it is met', async (t) => {
  const table = tf.variable(drawn('table', [8, 2]));
  const { loss, gradients } = sweep(() => tf.sum(relativeBias(table, { queries: 3, keys: 3 }, { buckets: 8, maxDistance: 20, bothWays: false })), [table]);
  t.deepEqual(await read(gradients.get(table)!), [6, 6, 2, 2, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]); // the future counts as no distance
  tf.dispose([loss, ...gradients.values(), table]);
});
