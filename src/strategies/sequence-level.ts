/**
 * Sequence-level distillation as a lesson: the teacher translates the sources once, what it wrote is chosen and filtered, and the student learns
 * that corpus in the place of the references (Kim & Rush 2016, section 3.2; with `choice: 'bleu'` section 3.3, to fine-tune on). The encoded
 * corpus is in memory.
 */
import type { TranslateOptions } from '../teacher/translate-corpus.ts';
import { translated } from '../teacher/translate-corpus.ts';
import type { EncodedCorpus } from '../text/encoded-corpus.ts';
import { encodePairs, type EncodePairsOptions } from '../text/encoded-pairs.ts';
import { gather, type StreamedCorpus } from '../text/streamed-corpus.ts';
import type { TranslationTokenizers } from '../text/translation-tokenizers.ts';
import type { TrainOutcome } from '../train/train.ts';
import type { Lesson, Strategy } from './plain.ts';
import { selectTranslations, type SelectionCounts, type SelectionOptions } from './select-translations.ts';

export interface SequenceLevelOptions extends Omit<TranslateOptions, 'corpus' | 'world' | 'signal'>, Pick<SelectionOptions, 'choice' | 'filters' | 'withReferences'> {
  /** What the teacher translates; each example's pair, if any, is its reference. */
  readonly pairs: StreamedCorpus;
  /** The student's, which need not be the teacher's. */
  readonly tokenizers: TranslationTokenizers;
  readonly encoding: EncodePairsOptions;
  /** Hears what was chosen and what was dropped. */
  readonly onSelected?: (counts: SelectionCounts) => void;
}

/** The corpus that the student learns from. What the store holds already is not translated again. */
export async function distilledCorpus({ pairs, tokenizers, encoding, choice, filters, withReferences, onSelected, ...options }: SequenceLevelOptions, { signal }: Pick<TranslateOptions, 'signal'> = {}): Promise<EncodedCorpus> {
  const translations = await translated({ ...options, corpus: pairs, signal });
  const { corpus, counts } = await selectTranslations({ translations, references: pairs, name: pairs.name, split: pairs.split, ...(choice && { choice }), ...(filters && { filters }), ...(withReferences !== undefined && { withReferences }) });
  onSelected?.(counts);
  return encodePairs(await gather(corpus), tokenizers, encoding);
}

/** The lesson, given by `strategy`, on what the teacher wrote; its objective is `seqKd`, or one that listens to a teacher at every word as well. */
export function sequenceLevel(options: SequenceLevelOptions): (strategy: Strategy) => (lesson: Omit<Lesson, 'corpus'>) => Promise<TrainOutcome> {
  return (strategy) => async (lesson) => strategy({ ...lesson, corpus: await distilledCorpus(options, { signal: lesson.hooks.signal }) });
}
