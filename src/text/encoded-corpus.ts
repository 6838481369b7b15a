// A corpus as flat typed arrays: token ids with offsets, example ids, and labels as the losses want them.
// Tokenised once and read by row; padding belongs to batches.ts. Nothing is written here.
import { fingerprint } from '../storage/hash.ts';
import type { Corpus } from './corpus.ts';
import { encodeLabels, joinArrays, joinLabels, takeLabels, type EncodedLabels } from './encoded-labels.ts';
import { joinTargets, sliceTargets, type EncodedTargets } from './encoded-targets.ts';
import type { LabelSpace } from './example.ts';
import { flatRows, flatten, lengthsOf, offsetsOf, sliceRows, type FlatRows } from './flat-rows.ts';
import type { Tokenizer, Truncation } from './tokenizer.ts';

export interface EncodedCorpus extends FlatRows {
  readonly exampleIds: readonly string[];
  /** As long as `ids`. */
  readonly typeIds: Int32Array;
  /** Absent: encoded without a label space. */
  readonly labels?: EncodedLabels;
  /** The translations of parallel text; encoded-pairs.ts makes them. */
  readonly targets?: EncodedTargets;
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
  const rows = flatRows(encodings.map(({ ids }) => ids));
  return {
    exampleIds: examples.map(({ id }) => id),
    ...rows,
    typeIds: flatten(encodings.map(({ typeIds }) => typeIds), rows.offsets),
    ...(labels && { labels }),
    maxTokens,
    truncated: encodings.filter(({ truncated }) => truncated).length,
    corpus: corpus.fingerprint,
    tokenizer: tokenizer.fingerprint,
  };
}

/**
 * The examples of `a`, then those of `b`: labelled text and transfer text in one training corpus.
 * Throws an Error for an id that stands in both, for different tokenisers or label spaces, and where one alone has translations.
 */
export function concatenate(a: EncodedCorpus, b: EncodedCorpus): EncodedCorpus {
  if (a.tokenizer !== b.tokenizer) throw new Error('two corpora encoded by different tokenizers cannot be joined; encode both with one');
  const seen = new Set(a.exampleIds);
  const twice = b.exampleIds.find((id) => seen.has(id));
  if (twice !== undefined) throw new Error(`example id ${JSON.stringify(twice)} stands in both corpora; open one of them with another split name`);
  const lengths = [...lengthsOf(a), ...lengthsOf(b)];
  const labels = joinLabels(a.labels, b.labels);
  const targets = joinTargets(a.targets, b.targets);
  return {
    exampleIds: [...a.exampleIds, ...b.exampleIds],
    ids: joinArrays(Int32Array, a.ids, b.ids),
    typeIds: joinArrays(Int32Array, a.typeIds, b.typeIds),
    offsets: offsetsOf(lengths),
    ...(labels && { labels }),
    ...(targets && { targets }),
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

/** Rows begin .. end - 1 as a corpus of their own; `truncated` stays that of the whole. */
export function sliceCorpus(corpus: EncodedCorpus, begin: number, end: number): EncodedCorpus {
  const { exampleIds, typeIds, offsets, labels, targets, ...facts } = corpus;
  const rows = Uint32Array.from({ length: end - begin }, (_, i) => begin + i);
  return {
    ...facts,
    ...sliceRows(corpus, begin, end),
    exampleIds: exampleIds.slice(begin, end),
    typeIds: typeIds.subarray(offsets[begin], offsets[end]),
    ...(labels && { labels: takeLabels(labels, rows) }),
    ...(targets && { targets: sliceTargets(targets, begin, end) }),
    corpus: fingerprint([corpus.corpus, begin, end]),
  };
}
