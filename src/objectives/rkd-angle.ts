/**
 * Relational knowledge by angle: the angle at every example between every two others is the same on both sides. Park et al. 2019.
 */
import * as tf from '../engine/tf.ts';
import { embeddingOf, type EmbeddingSource, embeddingWants } from './embedding-source.ts';
import type { Objective, Paper } from './objective.ts';
import { directions, huber } from './pairwise.ts';
import { stopGradient } from './stop-gradient.ts';

const paper: Paper = {
  authors: 'Park, Kim, Lu & Cho',
  year: 2019,
  title: 'Relational knowledge distillation',
  id: '1904.05068',
};

export interface RkdAngleOptions {
  readonly embedding?: EmbeddingSource;
}

/**
 * L = mean over i, j, k of l(ψ_t - ψ_s), ψ_ijk = ⟨e_ij, e_kj⟩, e_ij = (e_i - e_j) / ‖e_i - e_j‖, l Huber's loss with its knee at 1; Park et
 * al. 2019, the loss L_RKD-A.
 * Shapes: embeddings [B, H] and [B, G] of any widths.
 * Averages over all B³ entries (0 where two of the three are equal examples on both sides). Scale: none; the paper's weight is 50.
 * Equal examples pass no gradient. Memory: B² H + B³ numbers, so B is best at most 64.
 * Deviations: none known.
 */
export function rkdAngle({ embedding = 'first-token' }: RkdAngleOptions = {}): Objective {
  return {
    name: 'rkd-angle',
    settings: { embedding },
    paper,
    wants: { student: embeddingWants(embedding), teacher: embeddingWants(embedding) },
    loss: (student, teacher, batch) => rkdAngleLoss(embeddingOf(student, embedding, batch), embeddingOf(teacher, embedding, batch)),
  };
}

/** [B, H] and [B, G] -> L */
export function rkdAngleLoss(student: tf.Tensor, teacher: tf.Tensor): tf.Scalar {
  return tf.mean(huber(tf.sub(cosines(student), stopGradient(cosines, teacher))));
}

/** ψ: [B, W] -> [B (j), B (i), B (k)] */
function cosines(rows: tf.Tensor): tf.Tensor {
  const to = directions(rows); // [B (j), B (i), W]
  return tf.matMul(to, to, false, true);
}
