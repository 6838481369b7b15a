import test from 'ava';
import { accumulated } from '../../../src/engine/fused/accumulate.ts';
import { embedding } from '../../../src/engine/fused/embedding.ts';
import { leaks } from '../../../src/engine/memory.ts';
import * as tf from '../../../src/engine/tf.ts';
import { drawn, read } from '../numbers.ts';
import { engineUnderTest } from '../../engine-choice.ts';
import { startEngine } from '../../engine-under-test.ts';

test.before(startEngine);

const shape = [5, 3];
const more = () => drawn('more', shape);
const sumOf = (first: tf.Tensor) => read(tf.add(first, more()));

test.serial('the sum is right, and both addends are freed', async (t) => {
  t.is(tf.getBackend(), engineUnderTest);
  const expected = await sumOf(drawn('sum', shape));
  t.deepEqual(await leaks(async () => {
    const total = accumulated(drawn('sum', shape), more());
    t.deepEqual(await read(total), expected);
    total.dispose();
  }), { tensors: 0, buffers: 0 });
});

test.serial('whoever shares the first addend\'s numbers keeps them', async (t) => {
  const sum = drawn('sum', shape);
  const shared = [tf.clone(sum), tf.reshape(sum, [15]), tf.transpose(sum), tf.slice(sum, 1, 2), ...tf.unstack(sum)];
  const [before, expected] = [await Promise.all(shared.map(read)), await sumOf(sum)];
  t.deepEqual(await read(accumulated(sum, more())), expected);
  t.deepEqual(await Promise.all(shared.map(read)), before);
});

test.serial('a sum over itself, and one of a turned tensor', async (t) => {
  const sum = drawn('sum', shape);
  const doubled = await read(tf.mul(sum, 2));
  t.deepEqual(await read(accumulated(sum, tf.clone(sum))), doubled);
  const turned = tf.transpose(drawn('turned', [3, 5]));
  const expected = await sumOf(turned);
  t.deepEqual(await read(accumulated(turned, more())), expected);
});

test.serial('gradients of a table add up, and the next ones start from nothing', async (t) => {
  const table = drawn('table', shape);
  const gradient = (ids: number[]) => tf.grad((x) => tf.sum(embedding(x, tf.tensor1d(ids, 'int32'))))(table);
  const counts = (...rows: number[]) => rows.flatMap((count) => [count, count, count]);
  t.deepEqual(await read(accumulated(gradient([0, 2, 2]), gradient([2, 4]))), counts(1, 0, 3, 0, 1));
  t.deepEqual(await read(accumulated(tf.mul(gradient([1]), 1), gradient([1, 3]))), counts(0, 2, 0, 1, 0));
  t.deepEqual(await read(gradient([3])), counts(0, 0, 0, 1, 0));
});
