/**
 * Keys and values that a decoder has computed, for rows that a search copies, reorders and lets go: its own of the tokens written so far, and
 * those of the sources. Where a row's lie is told by a table; no key or value is ever moved, and nothing is read back.
 */
import { cachedAttention, type CachedBlock } from '../engine/fused/cached-attention.ts';
import * as tf from '../engine/tf.ts';

/** [R, 1, H] of the newest token, or [N, S, H] of sources. */
export type KeyValue = Pick<CachedBlock, 'key' | 'value'>;

export interface LookOptions {
  readonly heads: number;
  /** Of q·k. */
  readonly scale: number;
  /** [1, A, 1, S], part of the scores. */
  readonly positionBias?: tf.Tensor | undefined;
}

/** Of the tokens written so far. */
export class WrittenCache {
  readonly #layers: KeyValue[][];
  /** Of each token, which of the rows that wrote it each row of now comes from. */
  #origins: Int32Array[] = [];
  #places: tf.Tensor2D | undefined;

  constructor(layers: number) {
    this.#layers = Array.from({ length: layers }, () => []);
  }

  /** Begins the next token, of so many rows; every layer appends to it. */
  begin(rows: number): void {
    this.#origins.push(Int32Array.from({ length: rows }, (_, row) => row));
    this.#places?.dispose();
    const places = new Int32Array(this.#origins.length * rows);
    this.#origins.forEach((origin, token) => void places.set(origin, token * rows));
    this.#places = tf.keep(tf.tensor2d(places, [this.#origins.length, rows], 'int32'));
  }

  /** Takes over the key and value of the token, [R, 1, H]. */
  append(layer: number, { key, value }: KeyValue): void {
    this.#layers[layer]!.push({ key: tf.keep(key), value: tf.keep(value) });
  }

  /** query [R, 1, H] -> [R, 1, H] over all that is written. */
  look(layer: number, query: tf.Tensor, { heads, scale, positionBias: bias }: LookOptions): tf.Tensor {
    return cachedAttention({ query, blocks: this.#layers[layer]!, places: this.#places!, heads, scale, bias });
  }

  /** Row i goes on from what row `rows[i]` wrote. */
  select(rows: Int32Array): void {
    this.#origins = this.#origins.map((origin) => rows.map((row) => origin[row]!));
  }

  dispose(): void {
    for (const blocks of this.#layers) for (const { key, value } of blocks.splice(0)) tf.dispose([key, value]);
    this.#places?.dispose();
    this.#places = undefined;
  }
}

/** Of the sources, which several rows may share: a layer's keys and values [N, S, H]. */
export class SourceCache {
  readonly #layers: readonly (readonly CachedBlock[])[];
  /** [S, N] where the tokens of the sources lie, -1 for padding. */
  readonly #tokens: tf.Tensor2D;
  #places: tf.Tensor2D;
  #sourceOf: Int32Array;

  /** Takes the tensors over. At first there is a row for each source. @param tokens [S, N] */
  constructor(layers: readonly KeyValue[], tokens: tf.Tensor2D) {
    const [steps, sources] = tokens.shape;
    this.#layers = layers.map((layer) => [{ ...layer, steps }]);
    this.#tokens = tokens;
    this.#places = tf.clone(tokens);
    this.#sourceOf = Int32Array.from({ length: sources }, (_, row) => row);
  }

  get rows(): number {
    return this.#sourceOf.length;
  }

  /** query [R, 1, H] -> [R, 1, H] over the row's source. */
  look(layer: number, query: tf.Tensor, { heads, scale }: LookOptions): tf.Tensor {
    return cachedAttention({ query, blocks: this.#layers[layer]!, places: this.#places, heads, scale });
  }

  select(rows: Int32Array): void {
    const sources = rows.map((row) => this.#sourceOf[row]!);
    if (sources.length === this.#sourceOf.length && sources.every((source, row) => source === this.#sourceOf[row])) return;
    this.#sourceOf = sources;
    this.#places.dispose();
    this.#places = tf.tidy(() => tf.keep(tf.gather(this.#tokens, tf.tensor1d(sources, 'int32'), 1)));
  }

  dispose(): void {
    for (const [block] of this.#layers) if (block !== undefined) tf.dispose([block.key, block.value]);
    tf.dispose([this.#tokens, this.#places]);
  }
}

/** mask [N, S] (1 = real) -> int32 [S, N]: where source n's token s lies among N S rows, -1 for padding. */
export function sourceTokens(mask: tf.Tensor2D): tf.Tensor2D {
  return tf.tidy(() => {
    const [sources, length] = mask.shape;
    const places = tf.reshape(tf.range(0, sources * length, 1, 'int32'), [sources, length]);
    return tf.transpose(tf.where(tf.greater(mask, 0), places, tf.fill([sources, length], -1, 'int32'))) as tf.Tensor2D;
  });
}
