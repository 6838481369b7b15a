/**
 * Flow of solution procedure: how the channels of one layer go with those of a later one is the same on both sides. Yim et al. 2017.
 */
import { linear } from '../engine/fused/linear.ts';
import * as tf from '../engine/tf.ts';
import { checkMatches, describedMatches, type LayerMatch, missingLayer } from './layer-match.ts';
import { bothKnown, type PairShapes } from './layered.ts';
import { type Objective, ownParameter, type Paper } from './objective.ts';
import { project, projectionSpecs } from './projection.ts';
import { stopGradient } from './stop-gradient.ts';
import { withoutPadding } from './token-mean.ts';

const paper: Paper = {
  authors: 'Yim, Joo, Bae & Kim',
  year: 2017,
  title: 'A gift from knowledge distillation: fast optimization, network minimization and transfer learning',
  id: 'CVPR 2017',
};

export interface FspOptions {
  /** Two pairs of layers or more: a flow runs from each pair to the next, and counts as much as the later one. Default: embeddings to last. */
  readonly matches?: readonly LayerMatch[];
  /** Teachers wider than this are projected to it by a fixed random map, because a flow is a matrix of that side. */
  readonly mostWidth?: number;
}

const ends: readonly LayerMatch[] = [{ student: 0, teacher: 0, weight: 1 }, { student: -1, teacher: -1, weight: 1 }];

/**
 * G_b = (1 / n_b) Σ_l F1_l F2_lᵀ over the n_b real tokens of a row, F1 and F2 the states of two layers; L = mean over rows of Σ_flows weight
 * ‖G_t - G_s‖_F²; Yim et al. 2017, equations 1 and 2.
 * Shapes: hidden states [B, T, H] and [B, T, G]; G [B, R, R] with R = min(G, `mostWidth`). Student states pass W [R, H] of their pair; the
 * teacher's a fixed random map where G is above R. The teacher gets no gradient.
 * Averages over all B rows. Scale: none.
 * Deviations: the paper divides by the height times the width of an image, and needs equal channels; the random map is ours.
 */
export function fsp({ matches = ends, mostWidth = 128 }: FspOptions = {}): Objective<{ hidden: readonly number[] }, { hidden: readonly number[] }> {
  checkMatches('fsp', matches, { embeddings: true });
  if (matches.length < 2) throw new Error('fsp: a flow runs from one pair of layers to the next, so two pairs are needed');
  if (!Number.isInteger(mostWidth) || mostWidth < 1) throw new Error(`fsp: the width of a flow is a whole number from 1, not ${mostWidth}`);
  const widthOf = ({ teacher }: PairShapes) => Math.min(teacher.width, mostWidth);
  return {
    name: 'fsp',
    settings: { matches: describedMatches(matches), mostWidth },
    paper,
    wants: { student: { hidden: matches.map(({ student }) => student) }, teacher: { hidden: matches.map(({ teacher }) => teacher) } },
    matched: [{ objective: 'fsp', what: 'hidden states, from each pair to the next', matches }],
    refusal: ({ student, teacher }) => {
      if (teacher === undefined) return 'fsp compares layers, but the teacher does not say how many it has, nor how wide it is: give its `dimensions`';
      const refused = missingLayer(matches, student, teacher, { embeddings: true });
      return refused === undefined ? undefined : `fsp: ${refused}`;
    },
    parameters: (shapes) => {
      const known = bothKnown('fsp', shapes);
      const width = widthOf(known);
      const random = known.teacher.width > width ? [{ name: 'teacher.weight', shape: [width, known.teacher.width], initial: { deviation: 1 / Math.sqrt(known.teacher.width) }, fixed: true } as const] : [];
      return [...matches.flatMap((_, place) => projectionSpecs(`projection.${place}`, { from: known.student.width, to: width })), ...random];
    },
    loss: ({ hidden: student }, { hidden: teacher }, { mask }, context) => {
      const states = matches.map((match, place) => {
        const [own, others] = [student.get(match.student), teacher.get(match.teacher)];
        if (own === undefined || others === undefined) throw new Error('fsp wants hidden states, but they were not said');
        const random = (others.shape.at(-1) ?? 0) > mostWidth ? ownParameter(context, 'fsp', 'teacher.weight') : undefined;
        return { own: project(own, { objective: 'fsp', name: `projection.${place}`, context }), others: stopGradient((x) => (random === undefined ? tf.reshape(x, x.shape) : linear(x, { weight: random })), others) };
      });
      const flows = matches.slice(1).map(({ weight }, place) => {
        const [from, to] = [states[place], states[place + 1]];
        if (from === undefined || to === undefined) throw new Error('fsp: a flow has no end');
        const apart = flowDistance({ from: from.own, to: to.own }, { from: from.others, to: to.others }, mask);
        if (matches.length > 2) context.hear?.(`fsp.${place}-${place + 1}`, apart);
        return tf.mul(apart, weight);
      });
      return tf.addN(flows) as tf.Scalar;
    },
  };
}

/** States of two layers of one side, [B, T, R] both. */
export interface Flow {
  readonly from: tf.Tensor;
  readonly to: tf.Tensor;
}

/** mean over rows of ‖G_t - G_s‖_F². The teacher gets no gradient. */
export function flowDistance(student: Flow, teacher: Flow, mask: tf.Tensor): tf.Scalar {
  const lengths = tf.sum(mask, 1); // [B]
  const flow = (from: tf.Tensor, to: tf.Tensor) => tf.div(tf.matMul(withoutPadding(from, mask), withoutPadding(to, mask), true), tf.reshape(tf.maximum(lengths, 1), [-1, 1, 1])); // [B, R, R]
  const squares = tf.sum(tf.squaredDifference(flow(student.from, student.to), stopGradient(flow, teacher.from, teacher.to)), [1, 2]);
  return tf.mean(squares); // a row without a token has two flows of 0
}
