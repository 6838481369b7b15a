/**
 * Variational information distillation: the student's states tell as much of the teacher's as a Gaussian guess with a learned variance
 * per channel can use. Ahn et al. 2019.
 */
import * as tf from '../engine/tf.ts';
import { lastLayers, type LayerMatch } from './layer-match.ts';
import { layered, type StateWants } from './layered.ts';
import { type Objective, ownParameter, type Paper } from './objective.ts';
import { project, projectionSpecs } from './projection.ts';
import { softplus } from './softplus.ts';
import { tokenMean } from './token-mean.ts';

const paper: Paper = {
  authors: 'Ahn, Hu, Damianou, Lawrence & Dai',
  year: 2019,
  title: 'Variational information distillation for knowledge transfer',
  id: '1904.05835',
};

export interface VidOptions {
  /** By default the last layers. */
  readonly matches?: readonly LayerMatch[];
  /** ε below which no variance falls, above 0. */
  readonly epsilon?: number;
  /** σ² at the first step, above ε. */
  readonly variance?: number;
}

/**
 * L = Σ_pairs weight · mean ½ [(h_t - μ)² / σ² + log σ²], μ = W h_s, σ² = softplus(a) + ε; Ahn et al. 2019.
 * Shapes: hidden states [B, T, H] and [B, T, G]; per pair W [G, H] and a [G] (one per channel).
 * Averages over the batch's real tokens and over G. Scale: none; the loss is in nats less ½ log 2π and may be below 0.
 * Deviations: μ is linear here, a network of two or three layers in the paper.
 */
export function vid({ matches = lastLayers, epsilon = 1e-5, variance = 5 }: VidOptions = {}): Objective<StateWants<'hidden'>, StateWants<'hidden'>> {
  if (!(epsilon > 0 && variance > epsilon && variance < Infinity)) throw new Error(`vid: epsilon must be above 0 and the first variance above epsilon, not ${epsilon} and ${variance}`);
  const first = Math.log(Math.expm1(variance - epsilon)); // softplus of it is the variance less ε
  return layered({
    name: 'vid',
    paper,
    settings: { epsilon, variance },
    kind: 'hidden',
    matches,
    parameters: ({ student, teacher }) => matches.flatMap((_, place) => [
      ...projectionSpecs(`mean.${place}`, { from: student.width, to: teacher.width }),
      { name: `log_scale.${place}.bias`, shape: [teacher.width], initial: { constant: first } }, // as a bias, it is not decayed
    ]),
    term: ({ student, teacher, place }, { mask }, context) => {
      const mean = project(student, { objective: 'vid', name: `mean.${place}`, context }); // [B, T, G]
      const spread = tf.add(softplus(ownParameter(context, 'vid', `log_scale.${place}.bias`)), epsilon); // σ² [G]
      const rows = tf.mean(tf.add(tf.div(tf.squaredDifference(teacher, mean), spread), tf.log(spread)), -1);
      return tf.mul(tokenMean(rows, mask), 0.5);
    },
  });
}
