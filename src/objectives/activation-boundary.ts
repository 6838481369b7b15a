/**
 * Activation boundaries: which neurons fire, not how much. The sign of what goes into the activation of a feed-forward block is the same on
 * both sides. Heo et al. 2019.
 */
import * as tf from '../engine/tf.ts';
import { lastLayers, type LayerMatch } from './layer-match.ts';
import { layered, type StateWants } from './layered.ts';
import type { Objective, Paper } from './objective.ts';
import { project, projectionSpecs } from './projection.ts';
import { stopGradient } from './stop-gradient.ts';
import { tokenMean } from './token-mean.ts';

const paper: Paper = {
  authors: 'Heo, Lee, Yun & Choi',
  year: 2019,
  title: 'Knowledge transfer via distillation of activation boundaries formed by hidden neurons',
  id: '1811.03233',
};

export interface ActivationBoundaryOptions {
  /** By default the last layers; the paper weighs pair i of n by 2^(i - n + 1). */
  readonly matches?: readonly LayerMatch[];
  /** μ, from 0: how far beyond the boundary the student should be. */
  readonly margin?: number;
}

/**
 * ρ = 1 where the teacher's neuron fires, s = W u_s + b; L = Σ_pairs weight · mean_t Σ_d ρ relu(μ - s)² + (1 - ρ) relu(μ + s)²; Heo et al.
 * 2019, the form that they train with.
 * Shapes: pre-activations u of the first linear layer of a feed-forward block, [B, T, F] of both sides, any F; the connector W, b is each
 * pair's own. The teacher gets no gradient.
 * Averages over the batch's real tokens, summed over the teacher's neurons. Scale: none.
 * Deviations: the connector has no batch norm. Where the activation is GELU, to fire is to be above 0 before it.
 */
export function activationBoundary({ matches = lastLayers, margin = 1 }: ActivationBoundaryOptions = {}): Objective<StateWants<'preActivations'>, StateWants<'preActivations'>> {
  if (!(margin >= 0 && margin < Infinity)) throw new Error(`activation-boundary: the margin must be a number from 0, not ${margin}`);
  return layered({
    name: 'activation-boundary',
    paper,
    settings: { margin },
    kind: 'preActivations',
    matches,
    refusal: ({ student, teacher }) => {
      for (const [side, { feedForwardWidth }] of Object.entries({ student, teacher })) if (feedForwardWidth === undefined) return `the ${side} does not say how wide its feed-forward blocks are`;
      return undefined;
    },
    parameters: ({ student, teacher }) => matches.flatMap((_, place) => projectionSpecs(`connector.${place}`, { from: student.feedForwardWidth ?? 0, to: teacher.feedForwardWidth ?? 0, bias: true })),
    term: ({ student, teacher, place }, { mask }, context) => {
      const connected = project(student, { objective: 'activation-boundary', name: `connector.${place}`, context, bias: true }); // [B, T, F]
      // relu(μ - s) where it fires, relu(μ + s) where not: one relu, with s turned over.
      const turned = tf.mul(connected, stopGradient((before) => tf.sub(1, tf.mul(tf.cast(tf.greater(before, 0), 'float32'), 2)), teacher));
      return tokenMean(tf.sum(tf.square(tf.relu(tf.add(turned, margin))), -1), mask);
    },
  });
}
