/**
 * Multi-head self-attention (Vaswani et al. 2017, section 3.2.2). Fused where only the context is wanted; written out, and
 * differentiable, where an objective asks for probabilities. Raw scores that are asked for are computed beside the fused operation,
 * which keeps less than an attention that is written out.
 */
import { attention } from '../engine/fused/attention.ts';
import { type Dropout, dropout as applyDropout } from '../engine/fused/dropout.ts';
import { linear, type LinearWeights } from '../engine/fused/linear.ts';
import * as tf from '../engine/tf.ts';

export interface SelfAttentionOptions {
  readonly query: LinearWeights;
  readonly key: LinearWeights;
  readonly value: LinearWeights;
  /** What values are made of, where that is not x: [B, T, any width]. */
  readonly values?: tf.Tensor;
  /** A, which divides the width of queries, keys and values. */
  readonly heads: number;
  /** [B, 1, 1, T], from `attentionBias`. */
  readonly bias: tf.Tensor;
  readonly dropout?: Dropout | undefined;
  /** What is wanted beside the context: raw scores, or probabilities too. */
  readonly expose?: 'scores' | 'probabilities' | undefined;
}

export interface SelfAttention {
  /** [B, T, H] */
  readonly context: tf.Tensor;
  /** [B, A, T, D] each, with bias, unscaled. */
  readonly query: tf.Tensor;
  readonly key: tf.Tensor;
  readonly value: tf.Tensor;
  /** [B, A, T, T], q·k / √D before mask and softmax; only when exposed. */
  readonly scores?: tf.Tensor;
  /** [B, A, T, T], before dropout; only when they are. */
  readonly probabilities?: tf.Tensor;
}

/** mask [B, T] (1 = real) -> [B, 1, 1, T]: 0 where a key may be seen, -1e9 where not, so that its probability is exactly 0 in float32. */
export function attentionBias(mask: tf.Tensor): tf.Tensor {
  const [rows = 0, width = 0] = mask.shape;
  return tf.reshape(tf.mul(tf.sub(mask, 1), 1e9), [rows, 1, 1, width]);
}

/** x [B, T, H] */
export function selfAttention(x: tf.Tensor, { values = x, heads, bias, dropout, expose, ...weights }: SelfAttentionOptions): SelfAttention {
  const [rows = 0, width = 0] = x.shape;
  const [hidden = 0] = weights.query.weight.shape;
  const split = (projection: LinearWeights, from = x) =>
    tf.transpose(tf.reshape(linear(from, projection), [rows, width, heads, hidden / heads]), [0, 2, 1, 3]); // [B, T, H] -> [B, A, T, D]
  const merge = (context: tf.Tensor) => tf.reshape(tf.transpose(context, [0, 2, 1, 3]), [rows, width, hidden]); // [B, A, T, D] -> [B, T, H]
  const [query, key, value] = [split(weights.query), split(weights.key), split(weights.value, values)];
  const scale = 1 / Math.sqrt(hidden / heads);
  const vectors = { query, key, value };
  if (expose === undefined) return { context: merge(attention(query, key, value, { bias, scale, dropout })), ...vectors };
  const scores = tf.matMul(tf.mul(query, scale), key, false, true); // [B, A, T, T]; scaled products would be kept twice
  if (expose === 'scores') return { context: merge(attention(query, key, value, { bias, scale, dropout })), ...vectors, scores };
  const probabilities = tf.softmax(tf.add(scores, bias));
  return { context: merge(tf.matMul(applyDropout(probabilities, dropout), value)), ...vectors, scores, probabilities };
}
