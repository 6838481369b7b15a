/**
 * A text's embedding as the mean of its tokens (Reimers & Gurevych 2019, "Sentence-BERT", section 3). It does not normalise.
 */
import * as tf from '../engine/tf.ts';

/** hidden [B, T, H], mask [B, T] (1 = real) -> [B, H]: Σ mask · hidden / max(1, Σ mask). What stands at a masked position does not reach it. */
export function meanOfTokens(hidden: tf.Tensor, mask: tf.Tensor): tf.Tensor {
  const [rows = 0, length = 0, width = 0] = hidden.shape;
  const sums = tf.matMul(tf.reshape(mask, [rows, 1, length]), hidden); // [B, 1, T] [B, T, H] -> [B, 1, H]
  const counts = tf.maximum(tf.sum(mask, 1, true), 1); // [B, 1]
  return tf.div(tf.reshape(sums, [rows, width]), counts);
}
