import test from 'ava';
import { embedding } from '../../../src/engine/fused/embedding.ts';
import * as tf from '../../../src/engine/tf.ts';
import { drawn, read } from '../numbers.ts';
import { startEngine } from '../../engine-under-test.ts';

test.before(startEngine);

test('UnsortedSegmentSum adds rows that share an id and drops negative ids', async (t) => {
  t.is(tf.getBackend(), 'wasm');
  const rows = tf.tensor2d([[1, 2], [10, 20], [100, 200], [1000, 2000], [5, 5]]);
  const sums = tf.unsortedSegmentSum(rows, tf.tensor1d([2, -1, 2, 0, -7], 'int32'), 4);
  t.deepEqual(sums.shape, [4, 2]);
  t.deepEqual(await read(sums), [1000, 2000, 0, 0, 101, 202, 0, 0]);
});

test('it takes rows of any rank, and none at all', async (t) => {
  const blocks = tf.reshape(tf.range(0, 12), [3, 2, 2]);
  const sums = tf.unsortedSegmentSum(blocks, tf.tensor1d([1, 1, 0], 'int32'), 2);
  t.deepEqual(sums.shape, [2, 2, 2]);
  t.deepEqual(await read(sums), [8, 9, 10, 11, 4, 6, 8, 10]);
  t.deepEqual(await read(tf.unsortedSegmentSum(tf.tensor1d([]), tf.tensor1d([], 'int32'), 3)), [0, 0, 0]);
});

test('the gradient of gather counts every lookup, along either axis', async (t) => {
  const indices = tf.tensor1d([2, 0, 2], 'int32');
  const gradient = (axis: number) => tf.grad((x) => tf.sum(tf.gather(x, indices, axis)))(drawn('x', [4, 3]));
  t.deepEqual(await read(gradient(0)), [1, 1, 1, 0, 0, 0, 2, 2, 2, 0, 0, 0]);
  t.deepEqual(await read(gradient(1)), [1, 0, 2, 1, 0, 2, 1, 0, 2, 1, 0, 2]);
});

test('the heap may grow under an output: views taken before it would be detached, silently', async (t) => {
  const [rows, width] = [65_536, 256]; // 64 MiB, more than the heap holds at the start
  const last = (x: tf.Tensor) => read(tf.slice(x, [rows - 1, 0], [1, 2]));
  const found = embedding(tf.tensor2d([new Array<number>(width).fill(5)]), tf.zeros([rows], 'int32'));
  t.deepEqual(await last(found), [5, 5]);
  const sums = tf.unsortedSegmentSum(tf.ones([3, width]), tf.tensor1d([rows - 1, 0, rows - 1], 'int32'), rows);
  t.deepEqual(await last(sums), [2, 2]);
});
