// Offsets and texts as Arrow lays them out: what every reader of shards checks before it looks at a row, and what every writer makes.
// https://arrow.apache.org/docs/format/Columnar.html#variable-size-binary-layout

/** [N + 1] from the lengths of N rows. */
export function offsetsOf(lengths: Int32Array): Int32Array<ArrayBuffer> {
  const offsets = new Int32Array(lengths.length + 1);
  lengths.forEach((length, row) => (offsets[row + 1] = (offsets[row] ?? 0) + length));
  return offsets;
}

/** Offsets of N rows as a file holds them: they begin at 0 and never fall. An empty column may come without any. A copy. */
export function offsetsIn(bytes: Uint8Array, rows: number): Int32Array {
  if (rows === 0) return new Int32Array(1);
  if (bytes.length < (rows + 1) * 4) throw new Error('offsets are missing');
  const offsets = new Int32Array(new Uint8Array(bytes.subarray(0, (rows + 1) * 4)).buffer);
  if (offsets[0] !== 0 || offsets.some((offset, row) => row > 0 && offset < (offsets[row - 1] ?? 0))) throw new Error('a row lies outside the file');
  return offsets;
}

export function textsIn(text: Uint8Array, offsets: Int32Array): string[] {
  if ((offsets.at(-1) ?? 0) > text.length) throw new Error('a text lies outside the file');
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  return Array.from({ length: offsets.length - 1 }, (_, row) => decoder.decode(text.subarray(offsets[row], offsets[row + 1])));
}
