/**
 * What a teacher says of one shard, gathered batch by batch into the columns that are stored: logits as they are, hidden states in
 * 16 bits, the vectors of padding left out.
 */
import type * as tf from '../engine/tf.ts';
import type { OutputOf } from '../models/output.ts';
import { narrowToFp16 } from '../storage/halves.ts';
import type { HostBatch } from '../text/batches.ts';
import type { EncodedCorpus } from '../text/encoded-corpus.ts';
import { lengthsOf } from '../text/flat-rows.ts';
import { stateColumn, type StoredWants } from './label-header.ts';
import type { ShardValues } from './label-store.ts';
import type { Labeller } from './labeller.ts';

export class ShardAnswers {
  readonly #classes: number;
  readonly #width: number;
  readonly #offsets: Uint32Array;
  readonly #logits: Float32Array;
  readonly #halves = new Map<string, { readonly values: Uint16Array; readonly tokens?: Int32Array }>();

  constructor({ labels, states }: Pick<Labeller, 'labels' | 'states'>, corpus: EncodedCorpus, { pooled, cls = [], hidden = [] }: StoredWants) {
    const rows = corpus.exampleIds.length;
    this.#classes = labels.length;
    this.#width = states?.width ?? 0;
    this.#offsets = corpus.offsets;
    this.#logits = new Float32Array(rows * this.#classes);
    for (const column of [...(pooled ? ['pooled'] : []), ...cls.map((layer) => stateColumn('cls', layer))]) this.#halves.set(column, { values: new Uint16Array(rows * this.#width) });
    const tokens = Int32Array.from(lengthsOf(corpus));
    const total = corpus.offsets[rows] ?? 0;
    for (const layer of hidden) this.#halves.set(stateColumn('hidden', layer), { values: new Uint16Array(total * this.#width), tokens });
  }

  get values(): ShardValues {
    return { logits: { values: this.#logits }, ...Object.fromEntries(this.#halves) };
  }

  /** Reads an answer back. @throws if a state is too large for 16 bits. */
  async enter(host: HostBatch, { logits, pooled, cls, hidden }: Partial<OutputOf<StoredWants>>): Promise<void> {
    if (logits !== undefined) this.#enterLogits(host, logits, (await logits.data()) as Float32Array);
    if (pooled !== undefined) this.#enterVectors('pooled', host, (await pooled.data()) as Float32Array);
    for (const [layer, state] of cls ?? []) this.#enterVectors(stateColumn('cls', layer), host, (await state.data()) as Float32Array);
    for (const [layer, state] of hidden ?? []) this.#enterTokens(stateColumn('hidden', layer), host, (await state.data()) as Float32Array);
  }

  #enterLogits({ order }: HostBatch, { shape }: tf.Tensor, values: Float32Array): void {
    const classes = this.#classes;
    if (values.length !== order.length * classes) throw new Error(`the teacher gives logits [${shape.join(', ')}] where [${order.length}, ${classes}] are expected: its classes are not those of its configuration`);
    order.forEach((row, i) => this.#logits.set(values.subarray(i * classes, (i + 1) * classes), row * classes));
  }

  /** [B, W] */
  #enterVectors(column: string, host: HostBatch, values: Float32Array): void {
    const stored = this.#halves.get(column)?.values;
    const halves = narrowed(column, host, values);
    host.order.forEach((row, i) => stored?.set(halves.subarray(i * this.#width, (i + 1) * this.#width), row * this.#width));
  }

  /** [B, T, W], of each row as many vectors as it has tokens */
  #enterTokens(column: string, host: HostBatch, values: Float32Array): void {
    const stored = this.#halves.get(column)?.values;
    const halves = narrowed(column, host, values);
    host.order.forEach((row, i) => {
      const begin = i * host.width * this.#width;
      stored?.set(halves.subarray(begin, begin + (host.lengths[i] ?? 0) * this.#width), (this.#offsets[row] ?? 0) * this.#width);
    });
  }
}

/** @param values of all rows of the batch. */
function narrowed(column: string, { exampleIds }: HostBatch, values: Float32Array): Uint16Array {
  const halves = narrowToFp16(values);
  const lost = halves.findIndex((half, i) => (half & 0x7fff) === 0x7c00 && Number.isFinite(values[i]));
  if (lost < 0) return halves;
  const id = exampleIds[Math.floor((lost * exampleIds.length) / values.length)] ?? '';
  throw new Error(`${column} of example ${id} holds ${values[lost]}, more than 16 bits can (65504): ask this teacher live`);
}
