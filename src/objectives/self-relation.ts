/**
 * How every token relates to every other: softmax of scaled products between vectors of a head. MiniLM compares such relations, so that
 * widths need not agree. Wang et al. 2020 and 2021.
 */
import { softmaxDivergence } from '../engine/fused/cross-entropy.ts';
import * as tf from '../engine/tf.ts';
import { meanOver } from './objective.ts';
import { stopGradient } from './stop-gradient.ts';

/** What a head's relation is made of: R = softmax(a bᵀ / √D). [B, A, T, D] both */
export interface Related {
  readonly a: tf.Tensor;
  readonly b: tf.Tensor;
}

/** Far below every score, so that a padded key has probability 0 exactly. */
const hidden = -1e9;

/**
 * mean over heads and over the batch's real tokens (as rows) of KL(R_t ‖ R_s); padded tokens are left out of the softmax (as columns).
 * [B, A, T, D] and [B, A, T, D'] with the same A; mask [B, T]. The teacher gets no gradient.
 */
export function relationDivergence(student: Related, teacher: Related, mask: tf.Tensor): tf.Scalar {
  const [rows = 0, heads = 0, length = 0] = student.a.shape;
  const flat = ({ a, b }: Related) => tf.reshape(scores(a, b, mask), [rows * heads * length, length]); // [B A T, T]
  const divergences = softmaxDivergence(flat(student), stopGradient((a, b) => flat({ a, b }), teacher.a, teacher.b), { temperature: 1 });
  const real = tf.expandDims(mask, 1); // [B, 1, T]
  return tf.div(meanOver(tf.mul(tf.reshape(divergences, [rows, heads, length]), real), real), heads);
}

/** a bᵀ / √D: [B, A, T, D] both -> [B, A, T, T], with padded columns far below. */
function scores(a: tf.Tensor, b: tf.Tensor, mask: tf.Tensor): tf.Tensor {
  // The vectors are scaled, not their products: a product would keep those for its gradient, [B, A, T, T] numbers.
  const products = tf.matMul(tf.mul(a, 1 / Math.sqrt(a.shape.at(-1) ?? 1)), b, false, true);
  const seen = tf.broadcastTo(tf.expandDims(tf.expandDims(tf.cast(mask, 'bool'), 1), 1), products.shape); // [B, A, T, T]
  return tf.where(seen, products, hidden);
}

/** Heads joined and split anew: [B, A, T, D] -> [B, R, T, A D / R] */
export function splitAnew(vectors: tf.Tensor, relationHeads: number): tf.Tensor {
  const [rows = 0, heads = 0, length = 0, width = 0] = vectors.shape;
  if (heads === relationHeads) return vectors;
  const joined = tf.reshape(tf.transpose(vectors, [0, 2, 1, 3]), [rows, length, relationHeads, (heads * width) / relationHeads]);
  return tf.transpose(joined, [0, 2, 1, 3]);
}
