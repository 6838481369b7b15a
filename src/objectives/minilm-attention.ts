/**
 * MiniLM's first loss: the attention distributions of one layer, usually the last. Its second is minilm-value-relation; the two are summed.
 * Wang et al. 2020.
 */
import { equalHeadsRefusal } from './equal-heads.ts';
import { lastLayers, type LayerMatch } from './layer-match.ts';
import { layered, type StateWants } from './layered.ts';
import type { Objective, Paper } from './objective.ts';
import { relationDivergence } from './self-relation.ts';

const paper: Paper = {
  authors: 'Wang, Wei, Dong, Bao, Yang & Zhou',
  year: 2020,
  title: 'MiniLM: deep self-attention distillation for task-agnostic compression of pre-trained transformers',
  id: '2002.10957',
};

export interface MinilmAttentionOptions {
  /** By default the last layers, as in the paper. */
  readonly matches?: readonly LayerMatch[];
}

/**
 * L = Σ_pairs weight · mean KL(softmax(Q_t K_tᵀ / √D_t) ‖ softmax(Q_s K_sᵀ / √D_s)); Wang et al. 2020, the loss L_AT.
 * Shapes: queries and keys [B, A, T, D] of both sides, any D, the same A. The teacher gets no gradient.
 * Averages over heads and over the batch's real tokens as queries; padded keys are left out of both distributions. Scale: T = 1.
 * Deviations: none known.
 */
export function minilmAttention({ matches = lastLayers }: MinilmAttentionOptions = {}): Objective<StateWants<'qkv'>, StateWants<'qkv'>> {
  return layered({
    name: 'minilm-attention',
    paper,
    kind: 'qkv',
    matches,
    refusal: equalHeadsRefusal,
    term: ({ student, teacher }, { mask }) => relationDivergence({ a: student.query, b: student.key }, { a: teacher.query, b: teacher.key }, mask),
  });
}
