// The order in which training sees the examples: one endless seeded sequence, whatever the batch size, rank or engine.
// Epochs are permutations; inside windows examples of like length stand together, in short blocks, so that batches pad little
// and still mix. It knows lengths only, never texts.
import { permutation, randomKey } from '../engine/random.ts';

/** Examples that are sorted by length among themselves. */
const WINDOW = 4096;
/** Rows of a block where nothing is said; blocks are shuffled inside their window. */
const usualBlock = 32;

/** The rows of one epoch in order: each row once. @param lengths tokens of each row, [n]. @param block neighbours in length that stay together. */
export function epochOrder(lengths: Uint32Array, seed: number, epoch: number, block = usualBlock): Uint32Array {
  const shuffled = permutation(lengths.length, randomKey(seed, 'order', epoch));
  const order = new Uint32Array(lengths.length);
  let filled = 0;
  for (let start = 0; start < shuffled.length; start += WINDOW) {
    // The sort is stable: rows of one length keep their shuffled order.
    const window = Array.from(shuffled.subarray(start, start + WINDOW)).sort((a, b) => (lengths[a] ?? 0) - (lengths[b] ?? 0));
    for (const place of permutation(Math.ceil(window.length / block), randomKey(seed, 'order', epoch, start / WINDOW))) {
      const rows = window.slice(place * block, (place + 1) * block);
      order.set(rows, filled);
      filled += rows.length;
    }
  }
  return order;
}

/** The endless sequence of rows from position `cursor` on; only the epochs that it reaches are computed. */
export function* rowsFrom(cursor: number, lengths: Uint32Array, seed: number, block = usualBlock): Generator<number, never, undefined> {
  let epoch = Math.floor(cursor / lengths.length);
  for (let position = cursor % lengths.length; ; position = 0, epoch += 1) {
    yield* epochOrder(lengths, seed, epoch, block).subarray(position);
  }
}
