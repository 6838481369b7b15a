/**
 * MiniLMv2: relations among queries, among keys and among values, with heads split anew, so that neither widths nor numbers of heads need
 * agree. Wang et al. 2021.
 */
import * as tf from '../engine/tf.ts';
import { lastLayers, type LayerMatch } from './layer-match.ts';
import { layered, type StateWants } from './layered.ts';
import type { Objective, Paper } from './objective.ts';
import { relationDivergence, splitAnew } from './self-relation.ts';

const paper: Paper = {
  authors: 'Wang, Bao, Huang, Dong & Wei',
  year: 2021,
  title: 'MiniLMv2: multi-head self-attention relation distillation for compressing pretrained transformers',
  id: '2012.15828',
};

export interface MinilmRelationOptions {
  /** By default the last layers; the paper takes an upper-middle one of a deep teacher. */
  readonly matches?: readonly LayerMatch[];
  /** Heads that both sides are split into anew; both widths must divide by it. By default the student's own number. */
  readonly relationHeads?: number;
  /** α of each relation, from 0. */
  readonly weights?: { readonly query?: number; readonly key?: number; readonly value?: number };
}

const kinds = ['query', 'key', 'value'] as const;

/**
 * L = Σ_pairs weight · Σ_X α_X mean KL(R_t ‖ R_s), R = softmax(X Xᵀ / √D_r), X of queries, keys, values; Wang et al. 2021.
 * Shapes: [B, A, T, D] of both sides, any A and D, joined to [B, T, A D] and split into R heads of width D_r = A D / R.
 * Averages over heads and over the batch's real tokens as rows; padded tokens are left out of both distributions. Scale: T = 1.
 * Deviations: α = 1/3 each and R = the student's heads by default; the paper names neither as a rule (it trains with 48 or 64 heads).
 */
export function minilmRelation({ matches = lastLayers, relationHeads, weights = {} }: MinilmRelationOptions = {}): Objective<StateWants<'qkv'>, StateWants<'qkv'>> {
  if (relationHeads !== undefined && (!Number.isInteger(relationHeads) || relationHeads < 1)) throw new Error(`minilm-relation: relation heads are a whole number from 1, not ${relationHeads}`);
  const alphas = { query: 1 / 3, key: 1 / 3, value: 1 / 3, ...weights };
  for (const kind of kinds) if (!(alphas[kind] >= 0 && alphas[kind] < Infinity)) throw new Error(`minilm-relation: the weight of the ${kind} relation must be a number from 0, not ${alphas[kind]}`);
  const counted = kinds.filter((kind) => alphas[kind] > 0);
  if (counted.length === 0) throw new Error('minilm-relation: at least one relation must count');
  return layered({
    name: 'minilm-relation',
    paper,
    settings: { relationHeads: relationHeads ?? "the student's", ...Object.fromEntries(kinds.map((kind) => [kind, Number(alphas[kind].toPrecision(9))])) },
    kind: 'qkv',
    matches,
    refusal: ({ student, teacher }) => {
      const heads = relationHeads ?? student.heads;
      if (heads === undefined) return 'the student does not say how many attention heads it has: give relationHeads';
      const [own, others] = [student, teacher].map(({ width, bottleneck }) => bottleneck?.width ?? width) as [number, number]; // of all heads together
      for (const [side, width] of Object.entries({ student: own, teacher: others })) if (width % heads !== 0) return `${heads} relation heads do not divide the ${side}'s width of ${width}; give relationHeads that divide ${own} and ${others}`;
      return undefined;
    },
    term: ({ student, teacher }, { mask }) => {
      const heads = relationHeads ?? student.query.shape[1] ?? 1;
      const terms = counted.map((kind) => {
        const [own, others] = [splitAnew(student[kind], heads), splitAnew(teacher[kind], heads)];
        return tf.mul(relationDivergence({ a: own, b: own }, { a: others, b: others }, mask), alphas[kind]);
      });
      return tf.addN(terms) as tf.Scalar;
    },
  });
}
