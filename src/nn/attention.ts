/**
 * Multi-head attention (Vaswani et al. 2017, section 3.2.2), of a text to itself or to another. Fused where only the context is wanted;
 * written out, and differentiable, where an objective asks for probabilities and where a learned bias of positions trains. Raw scores
 * that are asked for are computed beside the fused operation, which keeps less than an attention that is written out.
 */
import { attention } from '../engine/fused/attention.ts';
import { type Dropout, dropout as applyDropout } from '../engine/fused/dropout.ts';
import { isRecording } from '../engine/fused/fused-op.ts';
import { linear, type LinearWeights } from '../engine/fused/linear.ts';
import * as tf from '../engine/tf.ts';

/** [B, A, T, D], and [B, A, S, D] of keys and values; with bias, unscaled. */
export interface HeadVectors {
  readonly query: tf.Tensor;
  readonly key: tf.Tensor;
  readonly value: tf.Tensor;
}

export interface AttendOptions {
  /** Added to the scores, broadcast to [B, A, T, S]: a mask, through which nothing trains. */
  readonly bias: tf.Tensor;
  /** [1, A, T, S], part of the scores: learned. */
  readonly positionBias?: tf.Tensor | undefined;
  /** Of q·k. */
  readonly scale: number;
  readonly dropout?: Dropout | undefined;
  /** What is wanted beside the context: raw scores, or probabilities too. */
  readonly expose?: 'scores' | 'probabilities' | undefined;
}

/** What heads say, and what of it was asked for. */
export interface Attended {
  /** [B, A, T, D] */
  readonly context: tf.Tensor;
  /** [B, A, T, S], before mask and softmax; only when exposed. */
  readonly scores?: tf.Tensor;
  /** [B, A, T, S], before dropout; only when they are. */
  readonly probabilities?: tf.Tensor;
}

export interface SelfAttentionOptions extends Pick<AttendOptions, 'bias' | 'dropout' | 'expose'> {
  readonly query: LinearWeights;
  readonly key: LinearWeights;
  readonly value: LinearWeights;
  /** What queries are made of, where not all tokens of x ask: [B, of T those that do, H]. */
  readonly queries?: tf.Tensor;
  /** What values are made of, where that is not x: [B, T, any width]. */
  readonly values?: tf.Tensor;
  /** A, which divides the width of queries, keys and values. */
  readonly heads: number;
}

/** The context with its heads joined, [B, T, H], of the tokens that ask. */
export interface Attention extends HeadVectors, Attended {}

/** mask [B, T] (1 = real) -> [B, 1, 1, T]: 0 where a key may be seen, -1e9 where not, so that its probability is exactly 0 in float32. */
export function attentionBias(mask: tf.Tensor): tf.Tensor {
  const [rows = 0, width = 0] = mask.shape;
  return tf.reshape(tf.mul(tf.sub(mask, 1), 1e9), [rows, 1, 1, width]);
}

/** [1, 1, U, U]: -1e9 above the diagonal, so that no token sees one that comes after it. */
export function causalBias(length: number): tf.Tensor {
  const bias = new Float32Array(length * length);
  for (let row = 0; row < length; row++) bias.fill(-1e9, row * length + row + 1, (row + 1) * length);
  return tf.tensor4d(bias, [1, 1, length, length]);
}

/** x [B, T, A D] -> [B, A, T, D] */
export function splitHeads(x: tf.Tensor, heads: number): tf.Tensor {
  const [rows = 0, length = 0, width = 0] = x.shape;
  return tf.transpose(tf.reshape(x, [rows, length, heads, width / heads]), [0, 2, 1, 3]);
}

/** x [B, A, T, D] -> [B, T, A D] */
export function mergeHeads(x: tf.Tensor): tf.Tensor {
  const [rows = 0, heads = 0, length = 0, depth = 0] = x.shape;
  return tf.reshape(tf.transpose(x, [0, 2, 1, 3]), [rows, length, heads * depth]);
}

export function attend({ query, key, value }: HeadVectors, { bias, positionBias, scale, dropout, expose }: AttendOptions): Attended {
  // The fused operation passes no gradient to its bias.
  const isFused = expose !== 'probabilities' && (positionBias === undefined || !isRecording());
  const fused = () => attention(query, key, value, { bias: positionBias === undefined ? bias : tf.add(bias, positionBias), scale, dropout });
  if (isFused && expose === undefined) return { context: fused() };
  const products = tf.matMul(scale === 1 ? query : tf.mul(query, scale), key, false, true); // [B, A, T, S]; scaled products would be kept twice
  const scores = positionBias === undefined ? products : tf.add(products, positionBias);
  if (isFused) return { context: fused(), scores };
  const probabilities = tf.softmax(tf.add(scores, bias));
  const context = tf.matMul(applyDropout(probabilities, dropout), value);
  return { context, ...(expose !== undefined && { scores }), ...(expose === 'probabilities' && { probabilities }) };
}

/** x [B, T, H] */
export function selfAttention(x: tf.Tensor, { queries = x, values = x, heads, bias, dropout, expose, ...weights }: SelfAttentionOptions): Attention {
  const [hidden = 0] = weights.query.weight.shape;
  const split = (projection: LinearWeights, from = x) => splitHeads(linear(from, projection), heads);
  const vectors = { query: split(weights.query, queries), key: split(weights.key), value: split(weights.value, values) };
  const attended = attend(vectors, { bias, scale: 1 / Math.sqrt(hidden / heads), dropout, expose });
  return { ...vectors, ...attended, context: mergeHeads(attended.context) };
}
