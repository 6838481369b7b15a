/**
 * Factor transfer: a paraphraser sums the teacher's states up in factors from which it can tell them again, and a translator makes the
 * student say the same factors. Kim, Park & Kwak 2018.
 */
import { linear } from '../engine/fused/linear.ts';
import * as tf from '../engine/tf.ts';
import { unit } from './cosine.ts';
import { lastLayers, type LayerMatch } from './layer-match.ts';
import { layered, type StateWants } from './layered.ts';
import { type Objective, ownParameter, type Paper } from './objective.ts';
import { project, projectionSpecs } from './projection.ts';
import { stopGradient } from './stop-gradient.ts';
import { meanSquaredDistance, withoutPadding } from './token-mean.ts';
import { checkWeight, describedWeight, type Weight, weightAt } from './weight.ts';

const paper: Paper = {
  authors: 'Kim, Park & Kwak',
  year: 2018,
  title: 'Paraphrasing complex network: network compression via factor transfer',
  id: '1802.04977',
};

export interface FactorTransferOptions {
  /** By default the last layers. */
  readonly matches?: readonly LayerMatch[];
  /** k, above 0: factors are k times as wide as the teacher's states. */
  readonly ratio?: number;
  /** The power of the difference that is summed. */
  readonly p?: 1 | 2;
  /** How much the student's part counts beside the paraphraser's own, which counts 1; may follow the step, to begin when factors mean something. */
  readonly factors?: Weight;
}

const weightName = 'factor-transfer: the weight of the factors';

/**
 * L = Σ_pairs weight · (β mean over rows of ‖F_t / ‖F_t‖ - F_s / ‖F_s‖‖_p^p + mean_t ‖h_t - D P h_t‖²), F_t = P h_t held fixed in the first
 * part, F_s = T h_s; Kim et al. 2018, the losses L_FT and L_rec.
 * Shapes: hidden states [B, T, H] and [B, T, G]; factors [B, T, R], R = k G, flattened to [B, T R] with zeros at padding; paraphraser P
 * [R, G], its decoder D [G, R], translator T [R, H].
 * Averages: the first part over all B rows, the second over the batch's real tokens, summed over G. Scale: none.
 * Deviations: maps are linear and see one token at a time, convolutions in the paper; the paraphraser learns beside the student, in the
 * paper before it: let `factors` start at 0 for that.
 */
export function factorTransfer({ matches = lastLayers, ratio = 0.5, p = 1, factors = 1 }: FactorTransferOptions = {}): Objective<StateWants<'hidden'>, StateWants<'hidden'>> {
  if (!(ratio > 0 && ratio < Infinity)) throw new Error(`factor-transfer: the ratio of factors to states must be above 0, not ${ratio}`);
  checkWeight(factors, weightName);
  return layered({
    name: 'factor-transfer',
    paper,
    settings: { ratio, p, factors: describedWeight(factors) },
    kind: 'hidden',
    matches,
    parameters: ({ student, teacher }) => matches.flatMap((_, place) => {
      const width = Math.max(1, Math.round(ratio * teacher.width));
      return [
        ...projectionSpecs(`translator.${place}`, { from: student.width, to: width }),
        ...projectionSpecs(`paraphraser.${place}`, { from: teacher.width, to: width }),
        ...projectionSpecs(`decoder.${place}`, { from: width, to: teacher.width }),
      ];
    }),
    term: ({ student, teacher, place }, { mask }, context) => {
      const paraphraser = ownParameter(context, 'factor-transfer', `paraphraser.${place}.weight`);
      const decoder = ownParameter(context, 'factor-transfer', `decoder.${place}.weight`);
      const translated = project(student, { objective: 'factor-transfer', name: `translator.${place}`, context });
      const apart = factorDistance(translated, stopGradient((states, weight) => linear(states, { weight }), teacher, paraphraser), { mask, p });
      const told = paraphraserLoss(teacher, { paraphraser, decoder, mask });
      context.hear?.('factor-transfer.factors', apart);
      context.hear?.('factor-transfer.paraphraser', told);
      return tf.add(tf.mul(apart, weightAt(factors, context, weightName)), told);
    },
  });
}

/** mean over rows of Σ |F_t / ‖F_t‖ - F_s / ‖F_s‖|^p; factors [B, T, R] of both, mask [B, T]. */
export function factorDistance(student: tf.Tensor, teacher: tf.Tensor, { mask, p }: { mask: tf.Tensor; p: 1 | 2 }): tf.Scalar {
  const rows = (factors: tf.Tensor) => unit(tf.reshape(withoutPadding(factors, mask), [factors.shape[0] ?? 0, -1])); // [B, T R]
  const apart = tf.sub(rows(student), stopGradient(rows, teacher));
  return tf.mean(tf.sum(p === 2 ? tf.square(apart) : magnitude(apart), -1));
}

/** mean_t ‖h - D P h‖², h [B, T, G], P [R, G], D [G, R] */
export function paraphraserLoss(states: tf.Tensor, { paraphraser, decoder, mask }: { paraphraser: tf.Tensor; decoder: tf.Tensor; mask: tf.Tensor }): tf.Scalar {
  return meanSquaredDistance(linear(linear(states, { weight: paraphraser }), { weight: decoder }), states, mask);
}

/** |x| with slope 0 at 0. */
function magnitude(x: tf.Tensor): tf.Tensor {
  return tf.mul(x, stopGradient((values) => tf.sub(tf.cast(tf.greater(values, 0), 'float32'), tf.cast(tf.less(values, 0), 'float32')), x));
}
