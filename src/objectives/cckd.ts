/**
 * Correlation congruence: a Gaussian kernel between the examples of a batch, as a Taylor series, is the same on both sides. Peng et al. 2019.
 * The paper draws batches of classes or clusters for it: that is the batches' matter.
 */
import * as tf from '../engine/tf.ts';
import { unit } from './cosine.ts';
import { embeddingOf, type EmbeddingSource, embeddingWants } from './embedding-source.ts';
import type { Objective, Paper } from './objective.ts';
import { stopGradient } from './stop-gradient.ts';

const paper: Paper = {
  authors: 'Peng, Jin, Liu, Zhou, Wu, Liu, Li & Zhang',
  year: 2019,
  title: 'Correlation congruence for knowledge distillation',
  id: '1904.01802',
};

export interface CckdOptions {
  readonly embedding?: EmbeddingSource;
  /** γ of the kernel exp(-γ ‖f_i - f_j‖²), above 0. */
  readonly gamma?: number;
  /** P, the last power of the series. */
  readonly order?: number;
}

/**
 * K_ij = e^(-2γ) Σ_{p=0..P} (2γ)^p / p! (f_iᵀ f_j)^p with f at length 1; L = (1/B²) Σ (K_s - K_t)²; Peng et al. 2019, the Gaussian kernel by its Taylor series.
 * Shapes: embeddings [B, H] and [B, G] of any widths.
 * Averages over all B² entries. Scale: none; the paper's weight is 0.003.
 * Deviations: of the paper's kernels this is the Gaussian one only (no bilinear one, no maximum mean discrepancy).
 */
export function cckd({ embedding = 'first-token', gamma = 0.4, order = 2 }: CckdOptions = {}): Objective {
  if (!(gamma > 0 && gamma < Infinity)) throw new Error(`cckd: gamma must be above 0, not ${gamma}`);
  if (!Number.isInteger(order) || order < 1) throw new Error(`cckd: the order is a whole number from 1, not ${order}`);
  return {
    name: 'cckd',
    settings: { embedding, gamma, order },
    paper,
    wants: { student: embeddingWants(embedding), teacher: embeddingWants(embedding) },
    loss: (student, teacher, batch) => cckdLoss(embeddingOf(student, embedding, batch), embeddingOf(teacher, embedding, batch), { gamma, order }),
  };
}

/** [B, H] and [B, G] -> L */
export function cckdLoss(student: tf.Tensor, teacher: tf.Tensor, { gamma, order }: { gamma: number; order: number }): tf.Scalar {
  const kernel = (rows: tf.Tensor) => {
    const directed = unit(rows);
    const cosines = tf.matMul(directed, directed, false, true); // [B, B]
    let sum: tf.Tensor = tf.onesLike(cosines); // 1 + 2γc/1 (1 + 2γc/2 (1 + …)), from the inside
    for (let power = order; power > 0; power--) sum = tf.add(1, tf.mul(tf.mul(cosines, (2 * gamma) / power), sum));
    return tf.mul(sum, Math.exp(-2 * gamma));
  };
  return tf.mean(tf.squaredDifference(kernel(student), stopGradient(kernel, teacher)));
}
