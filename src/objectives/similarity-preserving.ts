/**
 * Similarity preserving: which rows of a batch a layer finds alike is the same on both sides. Tung & Mori 2019.
 */
import * as tf from '../engine/tf.ts';
import { unit } from './cosine.ts';
import { lastLayers, type LayerMatch } from './layer-match.ts';
import { layered, type StateWants } from './layered.ts';
import type { Objective, Paper } from './objective.ts';
import { stopGradient } from './stop-gradient.ts';
import { withoutPadding } from './token-mean.ts';

const paper: Paper = {
  authors: 'Tung & Mori',
  year: 2019,
  title: 'Similarity-preserving knowledge distillation',
  id: '1907.09682',
};

export interface SimilarityPreservingOptions {
  /** By default the last layers. */
  readonly matches?: readonly LayerMatch[];
}

/**
 * Q = a row's states one behind the other, zeros at padding; G = Q Qᵀ with every row at length 1; L = Σ_pairs weight ‖G_t - G_s‖_F² / B²;
 * Tung & Mori 2019, the loss L_SP.
 * Shapes: hidden states [B, T, H] and [B, T, G] of any widths -> G [B, B] of both.
 * Averages over all B² entries. Scale: none; the paper's γ is 3000. One row alone has loss 0.
 * Deviations: none known; the paper's own pairs are the last layers of its blocks. What it compares depends on who is in the batch.
 */
export function similarityPreserving({ matches = lastLayers }: SimilarityPreservingOptions = {}): Objective<StateWants<'hidden'>, StateWants<'hidden'>> {
  return layered({
    name: 'similarity-preserving',
    paper,
    kind: 'hidden',
    matches,
    term: ({ student, teacher }, { mask }) => {
      const likeness = (states: tf.Tensor) => {
        const rows = tf.reshape<tf.Rank.R2>(withoutPadding(states, mask), [states.shape[0] ?? 0, -1]); // [B, T H]
        return unit(tf.matMul(rows, rows, false, true)); // [B, B]
      };
      return tf.mean(tf.squaredDifference(likeness(student), stopGradient(likeness, teacher)));
    },
  });
}
