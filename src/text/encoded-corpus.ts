// A corpus as flat typed arrays: token ids with offsets, example ids, and labels as the losses want them.
// Tokenised once and read by row; padding belongs to batches.ts. Nothing is written here.
import { fingerprint } from '../storage/hash.ts';
import type { Corpus } from './corpus.ts';
import { encodeLabels, joinArrays, joinLabels, takeLabels, type EncodedLabels } from './encoded-labels.ts';
import type { LabelSpace } from './example.ts';
import type { Tokenizer, Truncation } from './tokenizer.ts';

export interface EncodedCorpus {
  readonly exampleIds: readonly string[];
  /** All token ids, one example after the other; row i is ids[offsets[i] .. offsets[i + 1]). */
  readonly ids: Int32Array;
  readonly typeIds: Int32Array;
  /** [n + 1] */
  readonly offsets: Uint32Array;
  /** Absent: encoded without a label space. */
  readonly labels?: EncodedLabels;
  /** The limit it was cut to; no row and no batch is longer. */
  readonly maxTokens: number;
  /** Examples that were cut. */
  readonly truncated: number;
  /** Fingerprints of what it was made from. */
  readonly corpus: string;
  readonly tokenizer: string;
}

export interface EncodeCorpusOptions {
  readonly maxTokens: number;
  readonly truncation?: Truncation;
  /** Absent: labels are left out. */
  readonly labels?: LabelSpace;
}

/** Encodes every example. Throws an Error that names the example whose label is not of the label space, or that cannot be cut. */
export async function encodeCorpus(corpus: Corpus, tokenizer: Tokenizer, options: EncodeCorpusOptions): Promise<EncodedCorpus> {
  const { maxTokens, labels: space } = options;
  const { examples } = corpus;
  const labels = space && encodeLabels(examples, space);
  const encodings = await tokenizer.encode(examples, options);
  const offsets = offsetsOf(encodings.map(({ ids }) => ids.length));
  const ids = new Int32Array(offsets[examples.length] ?? 0);
  const typeIds = new Int32Array(ids.length);
  encodings.forEach((encoding, row) => {
    ids.set(encoding.ids, offsets[row]);
    typeIds.set(encoding.typeIds, offsets[row]);
  });
  return {
    exampleIds: examples.map(({ id }) => id),
    ids,
    typeIds,
    offsets,
    ...(labels && { labels }),
    maxTokens,
    truncated: encodings.filter(({ truncated }) => truncated).length,
    corpus: corpus.fingerprint,
    tokenizer: tokenizer.fingerprint,
  };
}

/**
 * The examples of `a`, then those of `b`: labelled text and transfer text in one training corpus.
 * Throws an Error for an id that stands in both, and for different tokenisers or label spaces.
 */
export function concatenate(a: EncodedCorpus, b: EncodedCorpus): EncodedCorpus {
  if (a.tokenizer !== b.tokenizer) throw new Error('two corpora encoded by different tokenizers cannot be joined; encode both with one');
  const seen = new Set(a.exampleIds);
  const twice = b.exampleIds.find((id) => seen.has(id));
  if (twice !== undefined) throw new Error(`example id ${JSON.stringify(twice)} stands in both corpora; open one of them with another split name`);
  const lengths = [...lengthsOf(a), ...lengthsOf(b)];
  const labels = joinLabels(a.labels, b.labels);
  return {
    exampleIds: [...a.exampleIds, ...b.exampleIds],
    ids: joinArrays(Int32Array, a.ids, b.ids),
    typeIds: joinArrays(Int32Array, a.typeIds, b.typeIds),
    offsets: offsetsOf(lengths),
    ...(labels && { labels }),
    maxTokens: Math.max(a.maxTokens, b.maxTokens),
    truncated: a.truncated + b.truncated,
    corpus: joinedFingerprint(a.corpus, b.corpus),
    tokenizer: a.tokenizer,
  };
}

/** The fingerprint of two corpora, one after the other. */
export function joinedFingerprint(a: string, b: string): string {
  return fingerprint([a, b]);
}

/** Tokens of each row, [n]. */
export function lengthsOf({ offsets }: EncodedCorpus): Uint32Array {
  return offsets.subarray(1).map((end, row) => end - (offsets[row] ?? 0));
}

/** Rows begin .. end - 1 as a corpus of their own; `truncated` stays that of the whole. */
export function sliceCorpus(corpus: EncodedCorpus, begin: number, end: number): EncodedCorpus {
  const { exampleIds, ids, typeIds, offsets, labels, ...facts } = corpus;
  const [from = 0, to = 0] = [offsets[begin], offsets[end]];
  const rows = Uint32Array.from({ length: end - begin }, (_, i) => begin + i);
  return {
    ...facts,
    exampleIds: exampleIds.slice(begin, end),
    ids: ids.subarray(from, to),
    typeIds: typeIds.subarray(from, to),
    offsets: offsets.slice(begin, end + 1).map((offset) => offset - from),
    ...(labels && { labels: takeLabels(labels, rows) }),
    corpus: fingerprint([corpus.corpus, begin, end]),
  };
}

function offsetsOf(lengths: readonly number[]): Uint32Array {
  const offsets = new Uint32Array(lengths.length + 1);
  lengths.forEach((length, row) => (offsets[row + 1] = (offsets[row] ?? 0) + length));
  return offsets;
}
