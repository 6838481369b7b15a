/**
 * The matrix products of linear layers and attention without transposed copies: TensorFlow multiplies transposed operands as fast as plain
 * ones, where the composites lay every operand out for the embedded engine.
 */
import { dropout, dropoutOf } from '../fused/dropout.ts';
import * as tf from '../tf.ts';
import { registerRawKernel, withRawOps } from './raw-ops.ts';

type Inputs = Readonly<Record<string, tf.Tensor>>;

const flattened = (x: tf.Tensor): tf.Tensor2D => tf.reshape(x, [-1, x.shape.at(-1) ?? 1]); // [..., W] -> [N, W]

const dropped = (x: tf.Tensor, attributes: Readonly<Record<string, unknown>>): tf.Tensor => dropout(x, dropoutOf(attributes));

export function installProducts(): void {
  const register = (name: string, compute: (inputs: Inputs, attributes: Readonly<Record<string, unknown>>) => tf.Tensor | tf.Tensor[]) => {
    registerRawKernel(name, ({ inputs, attributes }) => tf.tidy(() => compute(inputs, attributes)));
  };

  registerRawKernel('RetortLinear', ({ inputs }, backend) => tf.tidy(() => {
    const { x, weight, bias } = inputs as { x: tf.Tensor; weight: tf.Tensor2D; bias?: tf.Tensor };
    const product = tf.matMul(flattened(x), weight, false, true); // [N, in] [out, in] -> [N, out]
    const biased = bias === undefined ? product : withRawOps(backend, (raw) => raw.tensor(raw.one('BiasAdd', [raw.of(product), raw.of(bias)], [raw.float()])));
    return tf.reshape(biased, [...x.shape.slice(0, -1), weight.shape[0]]);
  }));
  registerRawKernel('RetortLinearBiasGradient', ({ inputs }, backend) => tf.tidy(() => {
    const dy = flattened(inputs.dy!);
    return withRawOps(backend, (raw) => raw.tensor(raw.one('BiasAddGrad', [raw.of(dy)], [raw.float()]))); // [N, out] -> [out]
  }));
  register('RetortLinearWeightGradient', ({ dy, x }) => tf.matMul(flattened(dy!), flattened(x!), true, false)); // [N, out] [N, in] -> [out, in]

  register('RetortAttention', ({ query, key, value, bias }, attributes) => {
    const scores = tf.mul(tf.matMul(query!, key!, false, true), Number(attributes.scale)); // [B, A, T, S]
    const probabilities = tf.softmax(tf.add(scores, bias!));
    return [tf.matMul(dropped(probabilities, attributes), value!), probabilities];
  });
  register('RetortAttentionGradient', ({ dy, query, key, value, left }, attributes) => {
    const dvalue = tf.matMul(dropped(left!, attributes), dy!, true, false);
    const dprobabilities = dropped(tf.matMul(dy!, value!, false, true), attributes);
    const weighted = tf.mul(dprobabilities, left!);
    const dscores = tf.mul(tf.sub(weighted, tf.mul(left!, tf.sum(weighted, -1, true))), Number(attributes.scale)); // [B, A, T, S]
    return [tf.matMul(dscores, key!), tf.matMul(dscores, query!, true, false), dvalue];
  });
}
