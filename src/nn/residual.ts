/**
 * How a block of a layer sits on the stream: BERT's way, the sum normed after it (Vaswani et al. 2017, section 3.1), or T5's, its input normed
 * before it and the stream left as it is (Raffel et al. 2020, section 2.1), by a norm that takes no mean away (Zhang & Sennrich 2019,
 * "Root mean square layer normalization", equation 4).
 */
import { type Dropout, residualDropout } from '../engine/fused/dropout.ts';
import { layerNorm } from '../engine/fused/layer-norm.ts';
import * as tf from '../engine/tf.ts';

export interface Residual {
  /** What the block is given. */
  before(x: tf.Tensor): tf.Tensor;
  /** The stream x with the block's answer y. */
  after(y: tf.Tensor, x: tf.Tensor, dropout: Dropout | undefined): tf.Tensor;
}

export function postNorm(norm: { readonly weight: tf.Tensor; readonly bias: tf.Tensor }, epsilon: number): Residual {
  return { before: (x) => x, after: (y, residual, dropout) => layerNorm(y, { ...norm, epsilon, residual, dropout }) };
}

export function preNorm(weight: tf.Tensor, epsilon: number): Residual {
  return { before: (x) => rmsNorm(x, weight, epsilon), after: residualDropout };
}

/** x / √(mean x² + ε) · weight over the last axis. */
export function rmsNorm(x: tf.Tensor, weight: tf.Tensor, epsilon: number): tf.Tensor {
  const inverse = tf.rsqrt(tf.add(tf.mean(tf.square(x), -1, true), epsilon)); // [..., 1]
  return tf.mul(tf.mul(x, inverse), weight);
}
