/**
 * FitNets' hint: a middle layer of the student, through a regressor, equals a middle layer of the teacher. The paper trains this
 * first and soft labels after it: that order is a strategy's, the term is this. Romero et al. 2015.
 */
import * as tf from '../engine/tf.ts';
import { lastLayers, type LayerMatch } from './layer-match.ts';
import { layered, type StateWants } from './layered.ts';
import type { Objective, Paper } from './objective.ts';
import { project, projectionSpecs } from './projection.ts';
import { meanSquaredDistance } from './token-mean.ts';

const paper: Paper = {
  authors: 'Romero, Ballas, Kahou, Chassang, Gatta & Bengio',
  year: 2015,
  title: 'FitNets: hints for thin deep nets',
  id: '1412.6550',
};

export interface HintOptions {
  /** By default the last layers; the paper takes the middle ones. */
  readonly matches?: readonly LayerMatch[];
  /** The non-linearity behind the regressor, that of the teacher's layer: none for the residual stream of a transformer. */
  readonly activation?: 'none' | 'relu' | 'tanh';
}

const activations = { none: (x: tf.Tensor) => x, relu: (x: tf.Tensor) => tf.relu(x), tanh: (x: tf.Tensor) => tf.tanh(x) };

/**
 * L = Σ_pairs weight · ½ mean_t ‖h_t - φ(W h_s + b)‖²; Romero et al. 2015, equation 3.
 * Shapes: hidden states [B, T, H] and [B, T, G]; the regressor W [G, H], b [G] is each pair's own.
 * Averages over the batch's real tokens, summed over G. Scale: none.
 * Deviations: the paper's regressor is a convolution over the image; here it sees one token at a time.
 */
export function hint({ matches = lastLayers, activation = 'none' }: HintOptions = {}): Objective<StateWants<'hidden'>, StateWants<'hidden'>> {
  return layered({
    name: 'hint',
    paper,
    settings: { activation },
    kind: 'hidden',
    matches,
    parameters: ({ student, teacher }) => matches.flatMap((_, place) => projectionSpecs(`regressor.${place}`, { from: student.width, to: teacher.width, bias: true })),
    term: ({ student, teacher, place }, { mask }, context) => {
      const guess = activations[activation](project(student, { objective: 'hint', name: `regressor.${place}`, context, bias: true }));
      return tf.mul(meanSquaredDistance(guess, teacher, mask), 0.5);
    },
  });
}
