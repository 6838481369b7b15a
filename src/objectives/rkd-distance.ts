/**
 * Relational knowledge by distance: how far examples of a batch lie apart, each side measured by its own mean. Park et al. 2019.
 */
import * as tf from '../engine/tf.ts';
import { embeddingOf, type EmbeddingSource, embeddingWants } from './embedding-source.ts';
import type { Objective, Paper } from './objective.ts';
import { huber, lengthsThere, safeLength, squaredDistances } from './pairwise.ts';
import { stopGradient } from './stop-gradient.ts';

const paper: Paper = {
  authors: 'Park, Kim, Lu & Cho',
  year: 2019,
  title: 'Relational knowledge distillation',
  id: '1904.05068',
};

export interface RkdDistanceOptions {
  readonly embedding?: EmbeddingSource;
}

/**
 * L = mean over i, j of l(ψ_t - ψ_s), ψ_ij = ‖e_i - e_j‖ / μ, l Huber's loss with its knee at 1; Park et al. 2019, the loss L_RKD-D.
 * Shapes: embeddings [B, H] and [B, G] of any widths. μ is the mean over distances above 0 in the batch; gradients flow through the student's.
 * Averages over all B² entries (the diagonal is 0). Scale: none; the paper's weight is 25. One row alone has loss 0.
 * Two equal examples have distance 0 and pass no gradient. Memory: B² H numbers.
 * Deviations: none known; the paper leaves teacher embeddings as they were trained, and so does this.
 */
export function rkdDistance({ embedding = 'first-token' }: RkdDistanceOptions = {}): Objective {
  return {
    name: 'rkd-distance',
    settings: { embedding },
    paper,
    wants: { student: embeddingWants(embedding), teacher: embeddingWants(embedding) },
    loss: (student, teacher, batch) => rkdDistanceLoss(embeddingOf(student, embedding, batch), embeddingOf(teacher, embedding, batch)),
  };
}

/** [B, H] and [B, G] -> L */
export function rkdDistanceLoss(student: tf.Tensor, teacher: tf.Tensor): tf.Scalar {
  return tf.mean(huber(tf.sub(relativeDistances(student), stopGradient(relativeDistances, teacher))));
}

/** ψ: [B, W] -> [B, B] */
function relativeDistances(rows: tf.Tensor): tf.Tensor {
  const squares = squaredDistances(rows);
  const distances = safeLength(squares);
  const count = tf.maximum(tf.sum(lengthsThere(squares)), 1);
  const mean = tf.div(tf.sum(distances), count);
  const apart = stopGradient((value) => tf.cast(tf.greater(value, 0), 'float32'), mean); // 0 where all are equal
  return tf.div(distances, tf.add(mean, tf.sub(1, apart)));
}
