/**
 * Which of a teacher's N best translations is learned from: the one it ranks first, or the one nearest to the reference by sentence BLEU
 * (sequence-level interpolation: Kim & Rush 2016, section 3.3; Freitag et al. 2017, arXiv:1702.01802, call it the oracle) or by chrF.
 */
import { sentenceBleu } from '../evaluate/bleu.ts';
import { sentenceChrf } from '../evaluate/chrf.ts';

export type TranslationChoice = 'score' | 'bleu' | 'chrf';

const similarities = { bleu: sentenceBleu, chrf: sentenceChrf } as const;

/** The likeness to the reference of each candidate, 0..100, and the best one's place; of equal ones the first. */
export function nearestTo(reference: string, candidates: readonly string[], measure: Exclude<TranslationChoice, 'score'>): { readonly scores: number[]; readonly best: number } {
  const scores = candidates.map((candidate) => similarities[measure](candidate, reference));
  return { scores, best: scores.indexOf(Math.max(...scores)) };
}
