/**
 * Batches of made-up token ids for the training cases: full-length rows, so that neither side computes on padding, and several
 * batches, so that no side can live on one.
 */
import type { HostArrays, HostLabels } from '../../../src/engine/batch.ts';
import { fold, type Key, permutation, uniform } from '../../../src/engine/random.ts';
import type { HostArray } from './case-folder.ts';

/** BERT's ids of the tokens that frame a text, and of the mask. */
const [cls, sep, mask] = [101, 102, 103];
const firstWord = 999;

export interface TokenShape {
  readonly batches: number;
  readonly rows: number;
  readonly tokens: number;
  readonly vocabulary: number;
}

/** [K, B, T] ids: [CLS], words, [SEP]. */
export function tokenIds({ batches, rows, tokens, vocabulary }: TokenShape, key: Key): HostArray & { readonly data: Int32Array } {
  const data = Int32Array.from({ length: batches * rows * tokens }, (_, i) => {
    const place = i % tokens;
    if (place === 0) return cls;
    return place === tokens - 1 ? sep : firstWord + Math.floor(uniform(key, i) * (vocabulary - firstWord));
  });
  return { shape: [batches, rows, tokens], data };
}

/** Hides `ratio` of each row's words behind [MASK], in place. @returns [K, B, T] the hidden words, -100 where nothing is hidden. */
export function hideWords({ shape: [batches = 0, rows = 0, tokens = 0], data }: HostArray & { readonly data: Int32Array }, ratio: number, key: Key): HostArray {
  const hidden = new Int32Array(data.length).fill(-100);
  const perRow = Math.round(ratio * (tokens - 2));
  for (let row = 0; row < batches * rows; row++) {
    for (const word of permutation(tokens - 2, fold(key, row)).subarray(0, perRow)) {
      const place = row * tokens + 1 + word;
      hidden[place] = data[place] ?? 0;
      data[place] = mask;
    }
  }
  return { shape: [batches, rows, tokens], data: hidden };
}

/** Batch k of [K, B, T] arrays, as `text/` would hand it over. */
export function hostBatches(ids: Int32Array, [batches = 0, rows = 0, width = 0]: readonly number[], labelsOf?: (begin: number, end: number) => HostLabels): HostArrays[] {
  const size = rows * width;
  return Array.from({ length: batches }, (_, index) => ({
    exampleIds: Array.from({ length: rows }, (_row, row) => exampleId(index, row)),
    rows,
    width,
    inputIds: ids.slice(index * size, (index + 1) * size),
    mask: new Float32Array(size).fill(1),
    typeIds: new Int32Array(size),
    order: Uint32Array.from({ length: rows }, (_row, row) => index * rows + row),
    ...(labelsOf && { labels: labelsOf(index * size, (index + 1) * size) }),
  }));
}

export const exampleId = (batch: number, row: number): string => `${batch}/${row}`;
