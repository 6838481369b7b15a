import test from 'ava';
import { randomKey } from '../../src/engine/random.ts';
import * as tf from '../../src/engine/tf.ts';
import { postNorm, preNorm, rmsNorm } from '../../src/nn/residual.ts';
import { close, closeTensors, drawn, read, rounded } from '../engine/numbers.ts';
import { startEngine } from '../engine-under-test.ts';

test.before(startEngine);

const [x, y] = [() => drawn('x', [2, 3, 5]), () => drawn('y', [2, 3, 5])];
const weight = () => tf.add(1, drawn('weight', [5], 0.2));

test('a norm that takes no mean away: x over its root mean square', async (t) => {
  const values = await read(rmsNorm(tf.tensor([[3, 4], [1e-4, 0]]), tf.tensor([1, 2]), 1e-6));
  close(t, 'norm', values, [3 / Math.sqrt(12.5), 8 / Math.sqrt(12.5), 1e-4 / Math.sqrt(5e-9 + 1e-6), 0], { relative: 1e-5 });
  const shifted = await read(rmsNorm(tf.add(x(), 7), weight(), 1e-6));
  t.true(shifted.every((value) => value > 0.5), 'a mean stays');
});

test('after the sum: the block is given the stream, and what comes out is normed', async (t) => {
  const bias = drawn('bias', [5]);
  const way = postNorm({ weight: tf.ones([5]), bias }, 1e-12);
  const given = x();
  t.is(way.before(given), given);
  const out = way.after(y(), given, undefined);
  await closeTensors(t, 'means are the bias\'s', tf.mean(out, -1), tf.fill([2, 3], (await tf.mean(bias).data())[0]!), { absolute: 1e-5, ...rounded });
});

test('before the block: its input is normed, and the stream only added to', async (t) => {
  const way = preNorm(weight(), 1e-6);
  await closeTensors(t, 'input', way.before(x()), rmsNorm(x(), weight(), 1e-6));
  await closeTensors(t, 'stream', way.after(y(), x(), undefined), tf.add(x(), y()));
  const dropped = tf.sub(way.after(tf.ones([2, 3, 500]), tf.zeros([2, 3, 500]), { rate: 0.5, key: randomKey(1) }), 0);
  const values = new Set((await read(dropped)).map((value) => value));
  t.deepEqual([...values].sort(), [0, 2], 'dropout falls on the block alone');
});
