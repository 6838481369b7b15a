/**
 * What is learned from, before any tokenizer has read it: training rows, then transfer text, left on disk. Each teacher reads it with its own.
 */
import { joinedFingerprint } from '../text/encoded-corpus.ts';
import type { Example } from '../text/example.ts';
import type { StoredCorpus } from '../text/stored-corpus.ts';
import type { StreamedCorpus } from '../text/streamed-corpus.ts';
import { tokenise, type TokeniseOptions } from '../text/token-cache.ts';
import type { Tokenizer } from '../text/tokenizer.ts';
import type { Console } from './console.ts';
import { tokenProgress } from './streamed-splits.ts';

export interface LearningText {
  /** Training rows, and transfer text where there is some; or texts alone. */
  readonly corpora: readonly [StreamedCorpus, ...StreamedCorpus[]];
}

export function learningText(train: StreamedCorpus, transfer?: StreamedCorpus): LearningText {
  return { corpora: transfer === undefined ? [train] : [train, transfer] };
}

export async function* examplesOf({ corpora }: { readonly corpora: readonly StreamedCorpus[] }): AsyncGenerator<Example, void, undefined> {
  for (const { read } of corpora) yield* read();
}

export async function* idsOf(text: { readonly corpora: readonly StreamedCorpus[] }): AsyncGenerator<string, void, undefined> {
  for await (const { id } of examplesOf(text)) yield id;
}

/** Of a pair, one after the other. */
export async function* textsOf(learned: LearningText): AsyncGenerator<string, void, undefined> {
  for await (const { text, pair } of examplesOf(learned)) yield* pair === undefined ? [text] : [text, pair];
}

/** That of the tokenised text, whatever the tokenizer. */
export function fingerprintOf({ corpora }: LearningText): string {
  return corpora.map(({ fingerprint }) => fingerprint).reduce(joinedFingerprint);
}

/** All of it in one corpus: tokenised into the cache, or found there. */
export async function tokeniseText({ corpora: [first, ...others] }: LearningText, tokenizer: Tokenizer, options: Pick<TokeniseOptions, 'maxTokens' | 'cache' | 'signal'>, console: Console): Promise<StoredCorpus> {
  const store = (corpus: StreamedCorpus) => tokenise(corpus, tokenizer, { ...options, ...tokenProgress(corpus, console) });
  let all = await store(first);
  for (const other of others) all = await all.join(await store(other));
  return all;
}
