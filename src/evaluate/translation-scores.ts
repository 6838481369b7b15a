/**
 * Scores of translations against references: BLEU and chrF of the corpus with what has to be known to compare them, and the counts of every
 * sentence, from which the bootstrap draws without looking at a text again (Koehn 2004).
 */
import type { Key } from '../engine/random.ts';
import { type Bleu, bleuCounts, bleuOf, bleuSignature } from './bleu.ts';
import { chrfCounts, chrfOf, chrfSignature } from './chrf.ts';
import { type PairedBootstrap, pairedBootstrap } from './paired-bootstrap.ts';
import type { References } from './references.ts';
import type { SentenceCounts } from './sentence-counts.ts';

export interface TranslationScores {
  readonly bleu: Bleu;
  /** 0..100 */
  readonly chrf: number;
  readonly signatures: { readonly bleu: string; readonly chrf: string };
  readonly counts: { readonly bleu: SentenceCounts; readonly chrf: SentenceCounts };
}

/** `references[i]` are all references of sentence i, or its only one. Throws where a sentence has no reference, or the counts differ. */
export function translationScores(hypotheses: readonly string[], references: References): TranslationScores {
  const counts = { bleu: bleuCounts(hypotheses, references), chrf: chrfCounts(hypotheses, references) };
  return { bleu: bleuOf(counts.bleu), chrf: chrfOf(counts.chrf), signatures: { bleu: bleuSignature(references), chrf: chrfSignature(references) }, counts };
}

export interface DifferenceOptions {
  /** Default: BLEU. */
  readonly metric?: 'bleu' | 'chrf';
  /** Same key, same resamples. */
  readonly key: Key;
  readonly resamples?: number;
  readonly level?: number;
}

/** Where the score of a system lies on other sentences like these (Koehn 2004, section 2). */
export function translationInterval({ counts: { bleu, chrf } }: TranslationScores, { metric = 'bleu', ...options }: DifferenceOptions): PairedBootstrap {
  const scoreOf = metric === 'bleu' ? (rows: Uint32Array) => bleuOf(bleu, { rows }).score : (rows: Uint32Array) => chrfOf(chrf, { rows });
  return pairedBootstrap({ examples: bleu.sentences, first: scoreOf, second: () => 0, ...options });
}

/** How sure it is that the first system is better than the second on these sentences. @throws unless both were scored on as many. */
export function translationDifference(first: TranslationScores, second: TranslationScores, { metric = 'bleu', ...options }: DifferenceOptions): PairedBootstrap {
  const [own, other] = [first.counts[metric], second.counts[metric]];
  if (own.sentences !== other.sentences) throw new Error(`translations of ${own.sentences} and of ${other.sentences} sentences cannot be compared in pairs`);
  const scoreOf = metric === 'bleu' ? (counts: SentenceCounts, rows: Uint32Array) => bleuOf(counts, { rows }).score : (counts: SentenceCounts, rows: Uint32Array) => chrfOf(counts, { rows });
  return pairedBootstrap({ examples: own.sentences, first: (rows) => scoreOf(own, rows), second: (rows) => scoreOf(other, rows), ...options });
}
