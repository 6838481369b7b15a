// Batches to be decoded: every source once, as many in a batch as a budget of tokens allows, so that memory is bounded whatever the lengths.
// Translations stay out; what comes back is put in order by each batch's `order`.
import { byLength, padRows, type HostBatch } from './batches.ts';
import { StoredCorpus } from './stored-corpus.ts';
import { paddedWidth } from './target-batch.ts';
import { exampleCount, rowLengths, type TokenisedCorpus } from './tokenised-corpus.ts';

export interface SourceBatchOptions {
  /** Tokens of a batch, padding included; a source that is longer by itself is a batch of its own. */
  readonly tokensPerBatch: number;
  readonly padId: number;
  /** Widths are multiples of this, but never above the corpus's `maxTokens`. Default 1: nothing is padded in vain. */
  readonly padTo?: number;
}

/**
 * Longest first, so that memory runs out at once or never. A stored corpus is read batch by batch.
 * Throws an Error for an empty corpus and for a budget that is no whole number.
 */
export async function* sourceBatches(corpus: TokenisedCorpus, { tokensPerBatch, padId, padTo = 1 }: SourceBatchOptions): AsyncGenerator<HostBatch, void, undefined> {
  if (exampleCount(corpus) === 0) throw new Error('no batches can be made of an empty corpus');
  for (const [name, value] of Object.entries({ tokensPerBatch, padTo })) {
    if (!Number.isInteger(value) || value < 1) throw new Error(`${name} is ${value}; give a whole number from 1`);
  }
  const lengths = rowLengths(corpus);
  const order = byLength(lengths);
  for (let begin = 0, end; begin < order.length; begin = end) {
    const width = paddedWidth(lengths[order[begin] ?? 0] ?? 0, padTo, corpus.maxTokens);
    end = begin + Math.max(1, Math.floor(tokensPerBatch / Math.max(1, width)));
    const rows = order.slice(begin, end);
    if (corpus instanceof StoredCorpus) yield { ...padRows(await corpus.take(rows), Uint32Array.from(rows.keys()), begin, { padId, padTo }), order: rows };
    else yield padRows(corpus, rows, begin, { padId, padTo });
  }
}
