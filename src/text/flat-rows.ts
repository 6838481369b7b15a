// Rows of token ids, each of its own length, in one flat array: row i is ids[offsets[i] .. offsets[i + 1]).
// What the rows are (examples, translations) is the owner's business.

export interface FlatRows {
  readonly ids: Int32Array;
  /** [n + 1] */
  readonly offsets: Uint32Array;
}

export function flatRows(rows: readonly Int32Array[]): FlatRows {
  const offsets = offsetsOf(rows.map(({ length }) => length));
  return { ids: flatten(rows, offsets), offsets };
}

/** Rows of anything as long as those of `offsets`, one after the other. */
export function flatten(rows: readonly Int32Array[], offsets: Uint32Array): Int32Array {
  const flat = new Int32Array(offsets[rows.length] ?? 0);
  rows.forEach((row, i) => flat.set(row, offsets[i]));
  return flat;
}

export function offsetsOf(lengths: ArrayLike<number> & Iterable<number>): Uint32Array {
  const offsets = new Uint32Array(lengths.length + 1);
  let row = 0;
  for (const length of lengths) {
    offsets[row + 1] = (offsets[row] ?? 0) + length;
    row += 1;
  }
  return offsets;
}

/** Tokens of each row, [n]. */
export function lengthsOf({ offsets }: Pick<FlatRows, 'offsets'>): Uint32Array {
  return offsets.subarray(1).map((end, row) => end - (offsets[row] ?? 0));
}

/** Row `row`, as a view. */
export function rowOf({ ids, offsets }: FlatRows, row: number): Int32Array {
  return ids.subarray(offsets[row], offsets[row + 1]);
}

/** Rows `begin` to before `end`; the ids are a view. */
export function sliceRows({ ids, offsets }: FlatRows, begin: number, end: number): FlatRows {
  const [from = 0, to = 0] = [offsets[begin], offsets[end]];
  return { ids: ids.subarray(from, to), offsets: offsets.slice(begin, end + 1).map((offset) => offset - from) };
}
