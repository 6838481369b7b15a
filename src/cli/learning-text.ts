/**
 * What is learned from, before any tokenizer has read it: training rows, then transfer text. Each teacher reads it with its own.
 */
import { concatenate, encodeCorpus, type EncodedCorpus, joinedFingerprint } from '../text/encoded-corpus.ts';
import { type Corpus, makeCorpus } from '../text/corpus.ts';
import type { Example, LabelSpace } from '../text/example.ts';
import type { Tokenizer } from '../text/tokenizer.ts';

export interface LearningText {
  /** Training rows, and transfer text where there is some; or texts alone. */
  readonly corpora: readonly [Corpus, ...Corpus[]];
}

export function learningText(train: Corpus, transfer?: Corpus): LearningText {
  return { corpora: transfer === undefined ? [train] : [train, transfer] };
}

export function examplesOf({ corpora }: LearningText): Example[] {
  return corpora.flatMap(({ examples }) => examples);
}

/** That of the encoded text, whatever the tokenizer. */
export function fingerprintOf({ corpora }: LearningText): string {
  return corpora.map(({ fingerprint }) => fingerprint).reduce(joinedFingerprint);
}

/** Encodes all of it in one corpus. */
export async function encodeText({ corpora }: LearningText, tokenizer: Tokenizer, options: { maxTokens: number; labels?: LabelSpace }): Promise<EncodedCorpus> {
  const encoded = await Promise.all(corpora.map((corpus) => encodeCorpus(corpus, tokenizer, options)));
  return encoded.reduce(concatenate);
}

/** The examples that `keep` says so; undefined where none of a corpus is left. */
export function keepExamples(corpus: Corpus, keep: (example: Example) => boolean): Corpus | undefined {
  const kept = corpus.examples.filter(keep);
  if (kept.length === corpus.examples.length) return corpus;
  const { name, split, labels } = corpus;
  return kept.length === 0 ? undefined : makeCorpus(kept, { name, split, ...(labels && { labels }) });
}
