/**
 * Attention transfer: how much each token weighs in a layer, by the size of its state, is the same on both sides. Zagoruyko & Komodakis 2017.
 * The attention of transformer heads is another matter: tinybert-attention and minilm-attention.
 */
import * as tf from '../engine/tf.ts';
import { unit } from './cosine.ts';
import { lastLayers, type LayerMatch } from './layer-match.ts';
import { layered, type StateWants } from './layered.ts';
import type { Objective, Paper } from './objective.ts';
import { safeLength } from './pairwise.ts';
import { stopGradient } from './stop-gradient.ts';
import { squaredDistance, tokenMean } from './token-mean.ts';

const paper: Paper = {
  authors: 'Zagoruyko & Komodakis',
  year: 2017,
  title: 'Paying more attention to attention: improving the performance of convolutional neural networks via attention transfer',
  id: '1612.03928',
};

export interface AttentionTransferOptions {
  /** By default the last layers. */
  readonly matches?: readonly LayerMatch[];
  /** The power of |h| that is summed, above 0. */
  readonly p?: number;
  /** Squared differences, as the authors' code, or half the length of the difference, as the paper. */
  readonly form?: 'squared' | 'norm';
}

/**
 * q_l = Σ_d |h_ld|^p at real tokens, 0 at padding; q̂ = q / ‖q‖ over a row's tokens; L = Σ_pairs weight · mean_t (q̂_s - q̂_t)² (`squared`) or
 * ½ mean over rows of ‖q̂_s - q̂_t‖ (`norm`); Zagoruyko & Komodakis 2017, equation 2.
 * Shapes: hidden states [B, T, H] and [B, T, G], of any widths.
 * Averages: `squared` over the batch's real tokens, `norm` over all B rows. Scale: none; β of about 1000 goes with `squared`.
 * Deviations: the map runs over tokens in place of an image's places.
 */
export function attentionTransfer({ matches = lastLayers, p = 2, form = 'squared' }: AttentionTransferOptions = {}): Objective<StateWants<'hidden'>, StateWants<'hidden'>> {
  if (!(p > 0 && p < Infinity)) throw new Error(`attention-transfer: the power p must be above 0, not ${p}`);
  return layered({
    name: 'attention-transfer',
    paper,
    settings: { p, form },
    kind: 'hidden',
    matches,
    term: ({ student, teacher }, { mask }) => {
      const map = (states: tf.Tensor) => unit(tf.mul(tf.sum(p === 2 ? tf.square(states) : tf.pow(tf.abs(states), p), -1), mask)); // [B, T]
      const [own, others] = [map(student), stopGradient(map, teacher)];
      return form === 'squared' ? tokenMean(tf.squaredDifference(own, others), mask) : tf.mul(tf.mean(safeLength(squaredDistance(own, others))), 0.5);
    },
  });
}
