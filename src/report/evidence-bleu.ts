/**
 * The BLEU counts of every sentence of a test in a recorded run, six numbers each, so that scores and differences can be drawn anew from the record:
 * tokens of the translation and of the reference, and matches of each order. How many n-grams there are follows from the tokens.
 */
import { bleuCounts, bleuOf } from '../evaluate/bleu.ts';
import type { SentenceCounts } from '../evaluate/sentence-counts.ts';
import { packCounts, unpackCounts } from '../storage/count-text.ts';

const [kept, width] = [6, 10];

/** @param references one of each sentence. */
export function packBleu(translations: readonly string[], references: readonly string[]): string {
  const { counts, sentences } = bleuCounts(translations, references);
  return packCounts(Array.from({ length: sentences }, (_, row) => [...counts.subarray(row * width, row * width + kept)]).flat());
}

/** @throws where the text is not that of so many sentences. */
export function unpackBleu(text: string, sentences: number): SentenceCounts {
  const values = unpackCounts(text, kept * sentences);
  const counts = Float64Array.from({ length: width * sentences }, (_, at) => {
    const [row, column] = [Math.floor(at / width), at % width];
    return column < kept ? values[row * kept + column]! : Math.max(0, values[row * kept]! - (column - kept));
  });
  return { metric: 'BLEU', sentences, counts, width };
}

export function bleuOn(counts: SentenceCounts, rows?: ArrayLike<number>): number {
  return bleuOf(counts, { ...(rows && { rows }) }).score;
}
