/**
 * MiniLM's second loss: how the values of one layer relate to one another. Wang et al. 2020.
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

export interface MinilmValueRelationOptions {
  /** By default the last layers, as in the paper. */
  readonly matches?: readonly LayerMatch[];
}

/**
 * L = Σ_pairs weight · mean KL(softmax(V_t V_tᵀ / √D_t) ‖ softmax(V_s V_sᵀ / √D_s)); Wang et al. 2020, the loss L_VR.
 * Shapes: values [B, A, T, D] of both sides, any D, the same A. The teacher gets no gradient.
 * Averages over heads and over the batch's real tokens as rows; padded tokens are left out of both distributions. Scale: T = 1.
 * Deviations: none known.
 */
export function minilmValueRelation({ matches = lastLayers }: MinilmValueRelationOptions = {}): Objective<StateWants<'qkv'>, StateWants<'qkv'>> {
  return layered({
    name: 'minilm-value-relation',
    paper,
    kind: 'qkv',
    matches,
    refusal: equalHeadsRefusal,
    term: ({ student, teacher }, { mask }) => relationDivergence({ a: student.value, b: student.value }, { a: teacher.value, b: teacher.value }, mask),
  });
}
