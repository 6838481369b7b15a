// A tokenised corpus, in memory or in shards on disk: what training and labelling ask of either.
import { countClasses, type ClassCounts } from './class-balance.ts';
import { sliceCorpus, type EncodedCorpus } from './encoded-corpus.ts';
import { countLabelled, type EncodedLabels } from './encoded-labels.ts';
import { lengthsOf } from './flat-rows.ts';
import { StoredCorpus } from './stored-corpus.ts';

export type TokenisedCorpus = EncodedCorpus | StoredCorpus;

export function exampleCount(corpus: Pick<EncodedCorpus, 'exampleIds'> | StoredCorpus): number {
  return corpus instanceof StoredCorpus ? corpus.size : corpus.exampleIds.length;
}

/** A stored corpus read into memory where it is small: rows on disk cost a batch some milliseconds, and need not. */
export async function heldIfSmall(corpus: StoredCorpus, { mostBytes = 2 ** 26 }: { readonly mostBytes?: number } = {}): Promise<TokenisedCorpus> {
  const tokens = corpus.lengths.reduce((sum, length) => sum + length, 0);
  return 8 * tokens + bytesOfExample * corpus.size > mostBytes ? corpus : corpus.load();
}

/** All of it in memory, whatever its size. */
export async function inMemory(corpus: TokenisedCorpus): Promise<EncodedCorpus> {
  return corpus instanceof StoredCorpus ? corpus.load() : corpus;
}

/** About what an example takes in memory beside its tokens: its id, its label and where it begins. */
const bytesOfExample = 100;

/** Tokens of each example, [n]. */
export function rowLengths(corpus: TokenisedCorpus): Uint32Array {
  return corpus instanceof StoredCorpus ? corpus.lengths : lengthsOf(corpus);
}

/** Rows `begin` to before `end` as a corpus of their own in memory; `truncated` stays that of the whole. */
export async function sliceRows(corpus: TokenisedCorpus, begin: number, end: number): Promise<EncodedCorpus> {
  return corpus instanceof StoredCorpus ? corpus.slice(begin, end) : sliceCorpus(corpus, begin, end);
}

/** Examples of each class; undefined where it has no classes. */
export async function classCounts(corpus: TokenisedCorpus): Promise<ClassCounts | undefined> {
  let sum: ClassCounts | undefined;
  for await (const part of labelParts(corpus)) {
    const counted = countClasses(part);
    if (counted === undefined) return undefined;
    sum = sum === undefined ? counted : { ...sum, counts: sum.counts.map((count, index) => count + (counted.counts[index] ?? 0)), labelled: sum.labelled + counted.labelled };
  }
  return sum;
}

/** Examples that have a label; none where it was encoded without a label space. */
export async function labelledCount(corpus: TokenisedCorpus): Promise<number> {
  let count = 0;
  for await (const part of labelParts(corpus)) count += countLabelled(part);
  return count;
}

async function* labelParts(corpus: TokenisedCorpus): AsyncGenerator<EncodedLabels, void, undefined> {
  if (corpus instanceof StoredCorpus) yield* corpus.labelParts();
  else if (corpus.labels !== undefined) yield corpus.labels;
}
