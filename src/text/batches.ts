// Padded batches in host memory: for training an endless sequence that a cursor can enter anywhere, for evaluation each example once.
// The engine uploads them; nothing here is a tensor.
import type { HostArrays } from '../engine/batch.ts';
import type { EncodedCorpus } from './encoded-corpus.ts';
import { takeLabels, type EncodedLabels } from './encoded-labels.ts';
import { rowsFrom } from './example-order.ts';
import { lengthsOf } from './flat-rows.ts';
import { StoredCorpus } from './stored-corpus.ts';
import { paddedWidth, targetBatch, type TranslationLabels } from './target-batch.ts';
import { exampleCount, rowLengths, type TokenisedCorpus } from './tokenised-corpus.ts';

/** B rows of T tokens: the arrays the engine uploads, padded at the right, and where they come from. */
export interface HostBatch extends HostArrays {
  /** [B] real tokens of each row. */
  readonly lengths: Int32Array;
  /** Of these B rows. Absent: the corpus was encoded without labels, or has translations and no `startId` was given. */
  readonly labels?: EncodedLabels | TranslationLabels;
  /** [B] where each row stands in the corpus. */
  readonly order: Uint32Array;
  /** Examples that the sequence dealt, to all ranks, before this batch. */
  readonly cursor: number;
}

export interface BatchOptions {
  /** Examples in a batch; over all ranks together. */
  readonly rows: number;
  readonly padId: number;
  /** Widths are multiples of this, but never above the corpus's `maxTokens`. Default 8 in training, where steps of the same shape come again; 1 in a pass over all, where padding is lost work. */
  readonly padTo?: number;
  /** What a decoder is fed first: with it a batch of pairs has its target and is labelled by its translations. Absent: sources alone. */
  readonly startId?: number;
}

export interface TrainingBatchOptions extends BatchOptions {
  readonly seed: number;
  /** Examples of the sequence to start after. Default 0. */
  readonly cursor?: number;
  /** Rank r gets the rows r, r + size, ... of every batch. Default: all of them. */
  readonly world?: { readonly rank: number; readonly size: number };
}

type ResolvedOptions = TrainingBatchOptions & Required<Pick<TrainingBatchOptions, 'cursor' | 'world' | 'padTo'>>;

/**
 * The next `rows` examples of the corpus's endless seeded order, again and again; a batch may straddle two epochs.
 * Starting at cursor k gives what is left after k examples, whatever the batch size was before. A stored corpus gives the same batches
 * as one in memory, as promises, and reads one batch ahead.
 * Of parallel text the order knows both lengths. Throws an Error for an empty corpus, for a `startId` where there are no translations, and
 * for rows that the ranks cannot share evenly (their gradients would weigh differently).
 */
export function trainingBatches(corpus: EncodedCorpus, options: TrainingBatchOptions): Generator<HostBatch, never, undefined>;
export function trainingBatches(corpus: TokenisedCorpus, options: TrainingBatchOptions): Generator<HostBatch, never, undefined> | AsyncGenerator<HostBatch, never, undefined>;
export function trainingBatches(corpus: TokenisedCorpus, options: TrainingBatchOptions): Generator<HostBatch, never, undefined> | AsyncGenerator<HostBatch, never, undefined> {
  const { rows, cursor = 0, world = { rank: 0, size: 1 }, padTo = 8 } = options;
  checkOptions(corpus, options);
  if (!Number.isSafeInteger(cursor) || cursor < 0) throw new Error(`cursor is ${cursor}; it counts examples from 0`);
  if (!(Number.isInteger(world.rank) && world.rank >= 0 && world.rank < world.size)) throw new Error(`rank ${world.rank} is not one of 0 to ${world.size - 1}`);
  if (rows % world.size !== 0) throw new Error(`${rows} rows cannot be shared evenly by ${world.size} ranks; use a multiple of ${world.size}`);
  const resolved = { ...options, cursor, world, padTo };
  return corpus instanceof StoredCorpus ? readRows(corpus, resolved) : dealRows(corpus, resolved);
}

interface Deal {
  /** Rows of the corpus that this rank gets. */
  readonly order: Uint32Array;
  readonly cursor: number;
}

function* deals(corpus: TokenisedCorpus, { seed, rows, world, cursor: start }: ResolvedOptions): Generator<Deal, never, undefined> {
  const dealt = rowsFrom(start, costs(corpus), seed, hasTargets(corpus) ? pairBlock : undefined);
  for (let cursor = start; ; cursor += rows) {
    const order = Uint32Array.from({ length: rows }, () => dealt.next().value);
    yield { order: order.filter((_, i) => i % world.size === world.rank), cursor };
  }
}

function* dealRows(corpus: EncodedCorpus, options: ResolvedOptions): Generator<HostBatch, never, undefined> {
  const dealt = deals(corpus, options);
  for (;;) {
    const { order, cursor } = dealt.next().value;
    yield padRows(corpus, order, cursor, options);
  }
}

async function* readRows(corpus: StoredCorpus, options: ResolvedOptions): AsyncGenerator<HostBatch, never, undefined> {
  const dealt = deals(corpus, options);
  const read = async (): Promise<HostBatch> => {
    const { order, cursor } = dealt.next().value;
    const taken = await corpus.take(order);
    return { ...padRows(taken, Uint32Array.from(order.keys()), cursor, options), order };
  };
  for (let next = read(); ; ) {
    const batch = await next;
    next = read();
    next.catch(() => undefined); // heard when it is asked for, if it is
    yield batch;
  }
}

/** Every example once, longest first (so that memory runs out at once or never); the last batch may have fewer rows. */
export function evaluationBatches(corpus: EncodedCorpus, options: BatchOptions): Generator<HostBatch, void, undefined> {
  checkOptions(corpus, options);
  return longestFirst(corpus, options);
}

function* longestFirst(corpus: EncodedCorpus, options: BatchOptions): Generator<HostBatch, void, undefined> {
  const order = byLength(costs(corpus));
  for (let cursor = 0; cursor < order.length; cursor += options.rows) {
    yield padRows(corpus, order.slice(cursor, cursor + options.rows), cursor, { ...options, padTo: options.padTo ?? 1 });
  }
}

/** Places from the largest number to the smallest; equal ones as they stand. */
export function byLength(lengths: Uint32Array): Uint32Array {
  return Uint32Array.from(lengths.keys()).sort((a, b) => (lengths[b] ?? 0) - (lengths[a] ?? 0) || a - b);
}

/** Rows of a block of pairs, which come in larger batches than texts alone: a batch is as wide, on either side, as its longest block. */
const pairBlock = 128;

function hasTargets(corpus: TokenisedCorpus): corpus is EncodedCorpus & Required<Pick<EncodedCorpus, 'targets'>> {
  return !(corpus instanceof StoredCorpus) && corpus.targets !== undefined;
}

/** What rows are sorted by so that little is padded: tokens of the source, and of the translation where there are any. */
function costs(corpus: TokenisedCorpus): Uint32Array {
  const sources = rowLengths(corpus);
  if (!hasTargets(corpus)) return sources;
  const targets = lengthsOf(corpus.targets);
  return sources.map((length, row) => length + (targets[row] ?? 0));
}

/** The rows `order` of a corpus as a batch. */
export function padRows(corpus: EncodedCorpus, order: Uint32Array, cursor: number, { padId, padTo, startId }: Pick<BatchOptions, 'padId' | 'startId'> & { readonly padTo: number }): HostBatch {
  const { ids, typeIds, offsets, exampleIds, labels, targets, maxTokens } = corpus;
  const lengths = Int32Array.from(order, (row) => (offsets[row + 1] ?? 0) - (offsets[row] ?? 0));
  const longest = lengths.reduce((most, length) => Math.max(most, length), 0);
  const width = paddedWidth(longest, padTo, maxTokens);
  const batch = {
    inputIds: new Int32Array(order.length * width).fill(padId),
    mask: new Float32Array(order.length * width),
    typeIds: new Int32Array(order.length * width),
  };
  order.forEach((row, i) => {
    const [begin, end, at] = [offsets[row], offsets[row + 1], i * width];
    batch.inputIds.set(ids.subarray(begin, end), at);
    batch.typeIds.set(typeIds.subarray(begin, end), at);
    batch.mask.fill(1, at, at + (lengths[i] ?? 0));
  });
  return {
    exampleIds: Array.from(order, (row) => exampleIds[row] ?? ''),
    rows: order.length,
    width,
    ...batch,
    lengths,
    ...(labels && { labels: takeLabels(labels, order) }),
    ...(targets && startId !== undefined && targetBatch(targets, order, { startId, padId, padTo })),
    order,
    cursor,
  };
}

function checkOptions(corpus: TokenisedCorpus, { rows, padTo = 1, startId }: BatchOptions): void {
  if (exampleCount(corpus) === 0) throw new Error('no batches can be made of an empty corpus');
  if (!Number.isInteger(rows) || rows < 1) throw new Error(`a batch of ${rows} rows; give a whole number from 1`);
  if (!Number.isInteger(padTo) || padTo < 1) throw new Error(`padTo is ${padTo}; give a whole number from 1`);
  if (startId !== undefined && !hasTargets(corpus)) throw new Error('this corpus has no translations to begin with a start token; encode parallel text by encodePairs');
}
