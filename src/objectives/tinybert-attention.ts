/**
 * TinyBERT's attention: raw scores, before mask and softmax, head by head. Jiao et al. 2020, section 3.1.
 */
import * as tf from '../engine/tf.ts';
import { lastLayers, type LayerMatch } from './layer-match.ts';
import { layered, type StateWants } from './layered.ts';
import { maskedSquares } from './masked-squares.ts';
import type { Objective, Paper } from './objective.ts';
import { stopGradient } from './stop-gradient.ts';

const paper: Paper = {
  authors: 'Jiao, Yin, Shang, Jiang, Chen, Li, Wang & Liu',
  year: 2020,
  title: 'TinyBERT: distilling BERT for natural language understanding',
  id: '1909.10351',
};

export interface TinybertAttentionOptions {
  /** By default the last layers; `uniformMatches` makes the paper's list. */
  readonly matches?: readonly LayerMatch[];
}

/**
 * L = Σ_pairs weight · (1/A) Σ_a MSE(S_s^a, S_t^a), S = Q Kᵀ / √D; Jiao et al. 2020, equation 7.
 * Shapes: scores [B, A, T, T] of both. Where the student has A heads and the teacher n A, each of the student's learns the mean of n
 * neighbouring heads of the teacher. No gradient reaches the teacher.
 * Averages over heads and over the pairs of real tokens of the batch. Scale: none; the paper weighs every pair 1.
 * Deviations: groups of heads are ours: the paper has equal numbers of heads. The authors' code sets the scores of padded keys to 0 and
 * divides by all of them.
 */
export function tinybertAttention({ matches = lastLayers }: TinybertAttentionOptions = {}): Objective<StateWants<'scores'>, StateWants<'scores'>> {
  return layered({
    name: 'tinybert-attention',
    paper,
    kind: 'scores',
    matches,
    refusal: ({ student: { heads: own }, teacher: { heads: others } }) => {
      if (own === undefined || others === undefined) return `the ${own === undefined ? 'student' : 'teacher'} does not say how many attention heads it has`;
      return others % own === 0 ? undefined : `the student's ${own} heads do not divide the teacher's ${others}; take a student of ${divisorsOf(others)} heads, or minilm-relation, which takes any number`;
    },
    term: ({ student, teacher }, { mask }) => {
      const [rows = 0, heads = 1, length = 0] = student.shape;
      const [asQueries, asKeys] = [tf.reshape(mask, [rows, 1, length, 1]), tf.reshape(mask, [rows, 1, 1, length])]; // their product is 1 where both are real
      const squares = maskedSquares(student, stopGradient((scores) => groupedHeads(scores, heads), teacher), asQueries, asKeys);
      const pairs = tf.sum(tf.square(tf.sum(mask, 1)));
      return tf.div(squares, tf.mul(tf.maximum(pairs, 1), heads));
    },
  });
}

/** [B, n A, T, T] -> [B, A, T, T]: the mean of each n neighbouring heads. */
function groupedHeads(scores: tf.Tensor, heads: number): tf.Tensor {
  const [rows = 0, all = 0, from = 0, to = 0] = scores.shape;
  if (all === heads) return tf.reshape(scores, scores.shape);
  if (all % heads !== 0) throw new Error(`tinybert-attention: ${heads} heads do not divide ${all}`);
  return tf.reshape(tf.mean(tf.reshape(scores, [rows, heads, all / heads, from * to]), 2), [rows, heads, from, to]);
}

function divisorsOf(count: number): string {
  return Array.from({ length: count }, (_, i) => i + 1).filter((divisor) => count % divisor === 0).join(', ');
}
