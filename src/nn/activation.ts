/**
 * The activations that published encoders use, by their Hugging Face names.
 */
import { gelu } from '../engine/fused/gelu.ts';
import { silu } from '../engine/fused/silu.ts';
import * as tf from '../engine/tf.ts';

export type Activation = keyof typeof activations;

const activations = {
  gelu,
  relu: (x: tf.Tensor) => tf.relu(x),
  /** The tanh approximation: Hendrycks & Gimpel 2016, section 2. */
  gelu_new: (x: tf.Tensor) =>
    tf.mul(tf.mul(x, 0.5), tf.add(tf.tanh(tf.mul(tf.add(x, tf.mul(tf.mul(tf.square(x), x), 0.044715)), Math.sqrt(2 / Math.PI))), 1)),
  silu,
  tanh: (x: tf.Tensor) => tf.tanh(x),
} as const;

export const activationNames = Object.keys(activations) as Activation[];

export function activate(x: tf.Tensor, activation: Activation): tf.Tensor {
  return activations[activation](x);
}
