/**
 * What corpus scores of translations are computed from: a row of counts for each sentence, so that the score of any choice of sentences, as the
 * bootstrap draws them, costs a sum. Which counts they are is each metric's business.
 */
import { checkTranslations, type References, referencesOf } from './references.ts';

export interface SentenceCounts {
  /** Whose counts they are. */
  readonly metric: string;
  readonly sentences: number;
  /** [sentences, width] */
  readonly counts: Float64Array;
  readonly width: number;
}

/** @throws an Error where the numbers of hypotheses and references differ, or a sentence has no reference. */
export function countSentences(hypotheses: readonly string[], references: References, { metric, width, count }: Pick<SentenceCounts, 'metric' | 'width'> & { readonly count: (hypothesis: string, references: readonly string[]) => ArrayLike<number> }): SentenceCounts {
  checkTranslations(hypotheses, references);
  const counts = new Float64Array(hypotheses.length * width);
  for (const [row, hypothesis] of hypotheses.entries()) counts.set(count(hypothesis, referencesOf(references, row)), row * width);
  return { metric, sentences: hypotheses.length, counts, width };
}

/** Sums of some rows, of which one may stand several times; of all where none are given. @throws for the counts of another metric. */
export function sumRows({ metric, sentences, counts, width }: SentenceCounts, wanted: string, rows?: ArrayLike<number>): Float64Array {
  if (metric !== wanted) throw new Error(`${wanted} cannot be computed from the counts of ${metric}`);
  const sums = new Float64Array(width);
  const size = rows?.length ?? sentences;
  for (let i = 0; i < size; i++) {
    const start = (rows?.[i] ?? i) * width;
    for (let column = 0; column < width; column++) sums[column]! += counts[start + column]!;
  }
  return sums;
}
