/**
 * Hidden states of a label store, read from its shards row by row: a batch's worth is in memory at a time, however many there are.
 */
import { join } from 'node:path';
import type { RowColumn, StoredRows } from '../storage/arrow-rows.ts';
import { readPieces } from '../storage/file-bytes.ts';
import { widenFp16 } from '../storage/halves.ts';

interface Place {
  readonly file: string;
  /** The row of the store that the part begins with. */
  readonly first: number;
  readonly columns: ReadonlyMap<string, { readonly position: number; readonly offsets?: Int32Array }>;
}

export class StoredStates {
  readonly #widths = new Map<string, number>();
  readonly #places: Place[] = [];

  constructor(columns: readonly RowColumn[]) {
    for (const { name, width } of columns) this.#widths.set(name, width);
  }

  /** Remembers where a part of a shard lies; parts come in the order of their rows. */
  add(folder: string, file: string, first: number, { columns }: StoredRows): void {
    const kept = columns.filter(({ dtype }) => dtype === 'float16').map(({ name, position, offsets }) => [name, { position, ...(offsets && { offsets }) }] as const);
    this.#places.push({ file: join(folder, file), first, columns: new Map(kept) });
  }

  /** The vectors of each row, widened: [W], or [tokens, W] where the column has one for each token. */
  async read(column: string, rows: readonly number[]): Promise<Float32Array[]> {
    const width = this.#widths.get(column);
    if (width === undefined) throw new Error(`the label store has no column ${column}`);
    const wanted = rows.map((row, index) => ({ index, ...this.#pieceOf(column, width, row) }));
    const found: Float32Array[] = [];
    for (const file of new Set(wanted.map((piece) => piece.file))) {
      const pieces = wanted.filter((piece) => piece.file === file);
      const bytes = await readPieces(file, pieces);
      for (const [i, { index }] of pieces.entries()) found[index] = widenFp16(new Uint16Array(bytes[i]?.buffer ?? new ArrayBuffer(0)));
    }
    return found;
  }

  #pieceOf(column: string, width: number, row: number): { file: string; position: number; length: number } {
    const place = this.#places.findLast(({ first }) => first <= row);
    const stored = place?.columns.get(column);
    if (place === undefined || stored === undefined) throw new Error(`the label store has no ${column} of row ${row}`);
    const local = row - place.first;
    const [begin, end] = stored.offsets === undefined ? [local, local + 1] : [stored.offsets[local] ?? 0, stored.offsets[local + 1] ?? 0];
    return { file: place.file, position: stored.position + begin * width * 2, length: (end - begin) * width * 2 };
  }
}
