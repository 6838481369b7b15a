import test from 'ava';
import { attention } from '../../../src/engine/fused/attention.ts';
import { randomKey } from '../../../src/engine/random.ts';
import * as tf from '../../../src/engine/tf.ts';
import { closeTensors, drawn, read } from '../numbers.ts';
import { engineUnderTest } from '../../engine-choice.ts';
import { startEngine } from '../../engine-under-test.ts';

test.before(startEngine);

const shape = [2, 3, 5, 7];
const [query, key] = ['query', 'key'].map((name) => () => drawn(name, shape)) as [() => tf.Tensor, () => tf.Tensor];
const maskBias = (mask: number[]) => tf.mul(tf.sub(tf.tensor(mask, [2, 1, 1, 5]), 1), 1e9);
const mask = [1, 1, 1, 0, 0, 1, 1, 1, 1, 1];

test('what stands at a masked key reaches neither the context nor its own gradients', async (t) => {
  t.is(tf.getBackend(), engineUnderTest);
  const keyMask = tf.reshape(tf.tensor(mask), [2, 1, 5, 1]);
  const options = { bias: maskBias(mask), scale: 1 / Math.sqrt(7) };
  const spoil = (x: tf.Tensor) => tf.add(tf.mul(x, keyMask), tf.mul(tf.sub(1, keyMask), 1e4)); // 10000 at every padded position
  const value = drawn('value', shape);
  await closeTensors(t, 'context', attention(query(), spoil(key()), spoil(value), options), attention(query(), key(), value, options));
  const [, dkey, dvalue] = tf.grads((q: tf.Tensor, k: tf.Tensor, v: tf.Tensor) => tf.sum(tf.square(attention(q, k, v, options))))([query(), key(), value]);
  for (const gradient of [dkey!, dvalue!]) t.true((await read(tf.mul(gradient, tf.sub(1, keyMask)))).every((entry) => entry === 0));
});

test('a row with every key masked, and scores of hundreds, stay finite', async (t) => {
  const options = { bias: maskBias([0, 0, 0, 0, 0, 1, 1, 1, 1, 1]), scale: 1 };
  const loss = (q: tf.Tensor, k: tf.Tensor, v: tf.Tensor) => tf.sum(attention(tf.mul(q, 30), k, v, options));
  const { value, grads } = tf.valueAndGrads(loss)([query(), tf.mul(key(), 5), drawn('value', shape)]);
  for (const tensor of [value, ...grads]) t.true((await read(tensor)).every(Number.isFinite));
});

test('one visible key: the context is its value', async (t) => {
  const value = drawn('value', shape);
  const context = attention(query(), key(), value, { bias: maskBias([0, 1, 0, 0, 0, 0, 1, 0, 0, 0]), scale: 0.3 });
  await closeTensors(t, 'context', context, tf.tile(tf.slice(value, [0, 0, 1, 0], [2, 3, 1, 7]), [1, 1, 5, 1]));
});

test('dropout on probabilities keeps the mean and follows its key', async (t) => {
  const plain = { bias: maskBias(mask), scale: 0.3 };
  const context = (seed: number) => attention(query(), key(), drawn('value', shape), { ...plain, dropout: { rate: 0.2, key: randomKey(seed) } });
  t.deepEqual(await read(context(1)), await read(context(1)));
  t.notDeepEqual(await read(context(1)), await read(context(2)));
  const mean = tf.tidy(() => tf.div(tf.addN(Array.from({ length: 400 }, (_, seed) => context(seed))), 400));
  await closeTensors(t, 'mean over keys', mean, attention(query(), key(), drawn('value', shape), plain), { relative: 0, absolute: 0.15 });
});
