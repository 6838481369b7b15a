import test from 'ava';
import { randomKey } from '../../src/engine/random.ts';
import * as tf from '../../src/engine/tf.ts';
import { activate } from '../../src/nn/activation.ts';
import { expanded } from '../../src/nn/feed-forward.ts';
import { closeTensors, drawn, read, rounded } from '../engine/numbers.ts';
import { startEngine } from '../engine-under-test.ts';

test.before(startEngine);

const x = () => drawn('x', [2, 3, 5]);
const pair = (name: string, outputs: number, inputs: number) => ({ weight: drawn(name, [outputs, inputs], 0.4), bias: drawn(`${name}.bias`, [outputs]) });
const times = (input: tf.Tensor, { weight, bias }: { weight: tf.Tensor; bias?: tf.Tensor }): tf.Tensor => {
  const product = tf.reshape(tf.matMul(tf.reshape(input, [6, -1]), weight as tf.Tensor2D, false, true), [2, 3, weight.shape[0]]);
  return bias === undefined ? product : tf.add(product, bias);
};

test('fused or written out, opened or not, it is the same', async (t) => {
  const weights = { expansion: pair('wide', 7, 5), contraction: pair('narrow', 5, 7) };
  const fused = expanded(x(), weights, { activation: 'gelu', open: false });
  const open = expanded(x(), weights, { activation: 'gelu', open: true });
  t.is(fused.before, undefined);
  await closeTensors(t, 'y', open.y, fused.y, { relative: 1e-5, absolute: 1e-6, ...rounded });
  await closeTensors(t, 'before', open.before!, times(x(), weights.expansion), { relative: 1e-5, absolute: 1e-6, ...rounded });
});

test('a gate multiplies the activation; biases may be absent', async (t) => {
  const [wide, gate, narrow] = [{ weight: drawn('wide', [7, 5]) }, { weight: drawn('gate', [7, 5]) }, { weight: drawn('narrow', [5, 7]) }];
  const { y } = expanded(x(), { expansion: wide, gate, contraction: narrow }, { activation: 'gelu_new', open: false });
  await closeTensors(t, 'y', y, times(tf.mul(activate(times(x(), wide), 'gelu_new'), times(x(), gate)), narrow), { relative: 1e-5, absolute: 1e-5, ...rounded });
});

test('dropout falls between the activation and the contraction', async (t) => {
  const weights = { expansion: { weight: tf.mul(tf.ones([128, 5]), 0.1), bias: tf.zeros([128]) }, contraction: { weight: tf.ones([1, 128]), bias: tf.zeros([1]) } };
  const said = (seed?: number) => read(expanded(tf.ones([1, 1, 5]), weights, { activation: 'relu', open: false, dropout: seed === undefined ? undefined : { rate: 0.5, key: randomKey(seed) } }).y);
  const [plain = 0] = await said();
  const [dropped = 0] = await said(1);
  // 128 units of 0.5 each, of which half are left, each twice as much.
  t.true(Math.abs(plain - 64) < 0.5 && dropped !== plain && Math.abs(dropped - 64) < 20, `${plain}, ${dropped}`);
  t.true(Math.abs(dropped - Math.round(dropped)) < 0.3, 'whole units fall');
  t.deepEqual(await said(1), [dropped]);
});
