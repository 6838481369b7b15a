/**
 * Keys and values that a decoder has computed, for rows that a search copies, reorders and lets go: its own of the tokens written so far, and
 * those of the sources. Nothing is read back, and nothing is moved that stays what it was.
 */
import * as tf from '../engine/tf.ts';
import { attend, type HeadVectors } from './attention.ts';

type KeyValue = Pick<HeadVectors, 'key' | 'value'>;

/** Keys and values [R, A, S, D] of rows, each of which is known by a number: rows of one number hold the same. */
class Rows {
  #held: KeyValue;
  #ids: Int32Array;

  constructor(held: KeyValue, ids: Int32Array) {
    this.#held = held;
    this.#ids = ids;
  }

  get held(): KeyValue {
    return this.#held;
  }

  /** Row i becomes what row `rows[i]` was: copied only where that is another. */
  select(rows: Int32Array): void {
    const ids = rows.map((row) => this.#ids[row]!);
    if (ids.length === this.#ids.length && ids.every((id, row) => id === this.#ids[row])) return;
    const before = this.#held;
    this.#held = gathered(before, rows);
    this.#ids = ids;
    dispose(before);
  }

  dispose(): void {
    dispose(this.#held);
  }
}

function gathered({ key, value }: KeyValue, rows: Int32Array): KeyValue {
  return tf.tidy(() => {
    const at = tf.tensor1d(rows, 'int32');
    return { key: tf.keep(tf.gather(key, at)), value: tf.keep(tf.gather(value, at)) };
  });
}

function dispose({ key, value }: KeyValue): void {
  tf.dispose([key, value]);
}

/** Tokens of a block: what is written is joined to at most so many before it, and blocks that are full are moved as `Rows` are. */
const blockTokens = 16;

/** Of the tokens written so far, R rows. */
export class WrittenCache {
  readonly #full: Rows[] = [];
  #open: KeyValue | undefined;

  /** Takes key and value of the next token [R, A, 1, D], which stay the caller's. */
  append(next: KeyValue): void {
    const before = this.#open;
    this.#open = tf.tidy(() => {
      const joined = (name: keyof KeyValue) => tf.keep(before === undefined ? tf.clone(next[name]) : tf.concat([before[name], next[name]], 2)); // [R, A, S, D] -> [R, A, S + 1, D]
      return { key: joined('key'), value: joined('value') };
    });
    if (before !== undefined) dispose(before);
    const [rows = 0, , tokens = 0] = this.#open.key.shape;
    if (tokens < blockTokens) return;
    this.#full.push(new Rows(this.#open, Int32Array.from({ length: rows }, (_, row) => row)));
    this.#open = undefined;
  }

  /** query [R, A, 1, D] -> [R, A, 1, D] over all that is written. @param positionBias [1, A, 1, S], part of the scores. */
  look(query: tf.Tensor, { scale, positionBias }: { readonly scale: number; readonly positionBias?: tf.Tensor | undefined }): tf.Tensor {
    const blocks = [...this.#full.map(({ held }) => held), ...(this.#open === undefined ? [] : [this.#open])];
    const scaled = scale === 1 ? query : tf.mul(query, scale);
    const products = joinedLast(blocks.map(({ key }) => tf.matMul(scaled, key, false, true))); // [R, A, 1, S]
    const probabilities = tf.softmax(positionBias === undefined ? products : tf.add(products, positionBias));
    let from = 0;
    const parts = blocks.map(({ value }) => {
      const [rows = 0, heads = 0, tokens = 0] = value.shape;
      const own = blocks.length === 1 ? probabilities : tf.slice(probabilities, [0, 0, 0, from], [rows, heads, 1, tokens]);
      from += tokens;
      return tf.matMul(own, value);
    });
    return parts.reduce((sum, part) => tf.add(sum, part));
  }

  select(rows: Int32Array): void {
    for (const block of this.#full) block.select(rows);
    if (this.#open === undefined) return;
    const before = this.#open;
    this.#open = gathered(before, rows);
    dispose(before);
  }

  dispose(): void {
    for (const block of this.#full) block.dispose();
    if (this.#open !== undefined) dispose(this.#open);
    this.#full.length = 0;
    this.#open = undefined;
  }
}

function joinedLast(parts: readonly tf.Tensor[]): tf.Tensor {
  const [first] = parts;
  return parts.length === 1 && first !== undefined ? first : tf.concat([...parts], 3);
}

/** Of the sources, which several rows may share: a layer's keys and values [N, A, S, D], and the mask of all [N, 1, 1, S]. */
export class SourceCache {
  #layers: readonly KeyValue[];
  #bias: tf.Tensor;
  /** Of each row, which of the sources that are held is its own. */
  #sourceOf: Int32Array;

  /** Takes the tensors over. At first there is a row for each source. */
  constructor(layers: readonly KeyValue[], bias: tf.Tensor) {
    this.#layers = layers;
    this.#bias = bias;
    this.#sourceOf = Int32Array.from({ length: bias.shape[0] ?? 0 }, (_, row) => row);
  }

  get rows(): number {
    return this.#sourceOf.length;
  }

  /** query [R, A, 1, D] -> [R, A, 1, D] over the row's source. */
  look(layer: number, query: tf.Tensor, scale: number): tf.Tensor {
    const { key, value } = this.#layers[layer]!;
    const [rows = 0, heads = 0, , depth = 0] = query.shape;
    const sources = key.shape[0] ?? 0;
    const beams = rows / sources;
    if (!Number.isInteger(beams) || !this.#sourceOf.every((source, row) => source === Math.floor(row / beams))) {
      const at = tf.tensor1d(this.#sourceOf, 'int32');
      return attend({ query, key: tf.gather(key, at), value: tf.gather(value, at) }, { bias: tf.gather(this.#bias, at), scale }).context;
    }
    const together = tf.transpose(tf.reshape(query, [sources, beams, heads, depth]), [0, 2, 1, 3]); // the beams of a source ask at once: [N, A, K, D]
    const { context } = attend({ query: together, key, value }, { bias: this.#bias, scale });
    return tf.reshape(tf.transpose(context, [0, 2, 1, 3]), [rows, heads, 1, depth]);
  }

  /** Sources that no row is left of are let go. */
  select(rows: Int32Array): void {
    const sources = rows.map((row) => this.#sourceOf[row]!);
    const live = Int32Array.from(new Set(sources));
    this.#sourceOf = sources.map((source) => live.indexOf(source));
    if (live.length === this.#bias.shape[0] && live.every((source, place) => source === place)) return;
    const before = { layers: this.#layers, bias: this.#bias };
    this.#layers = before.layers.map((layer) => gathered(layer, live));
    this.#bias = tf.tidy(() => tf.keep(tf.gather(before.bias, tf.tensor1d(live, 'int32'))));
    before.layers.forEach(dispose);
    before.bias.dispose();
  }

  dispose(): void {
    this.#layers.forEach(dispose);
    this.#layers = [];
    this.#bias.dispose();
  }
}
