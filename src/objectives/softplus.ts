/**
 * log(1 + e^x) for any x: no power of e overflows.
 */
import * as tf from '../engine/tf.ts';

export function softplus(x: tf.Tensor): tf.Tensor {
  return tf.add(tf.relu(x), tf.log(tf.add(1, tf.exp(tf.neg(tf.abs(x))))));
}
