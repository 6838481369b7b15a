/**
 * The command buffer: one operation is written into two arrays that the addon shares, run by a call without arguments, and its
 * results are read from the same arrays. The layout is in native/command.h.
 */
import type * as tf from '../tf.ts';
import { type Addon, type Dtype, dtypes, type HostArray } from './addon.ts';
import type { Recorder } from './recorder.ts';

const integerCapacity = 1 << 18;
const realCapacity = 1 << 12;
/** Handles that may wait to be freed before they are handed over without an operation. */
const freedCapacity = 1 << 10;

export interface Result {
  readonly handle: number;
  readonly dtype: Dtype;
  readonly contiguous: boolean;
  readonly shape: number[];
}

export class Command {
  readonly #addon: Addon;
  readonly #integers = new Int32Array(integerCapacity);
  readonly #reals = new Float64Array(realCapacity);
  #freed: number[] = [];
  #next = 0;
  #nextReal = 0;
  /** Hears everything that is run while it is there. */
  #recorder: Recorder | undefined;

  constructor(addon: Addon) {
    this.#addon = addon;
    addon.attach(this.#integers, this.#reals);
  }

  /** Begins an operation on so many inputs. Freed handles go first. */
  begin(operation: number, inputs: number): this {
    this.#next = 0;
    this.#nextReal = 0;
    this.list(this.#freed);
    return this.integer(operation).integer(inputs);
  }

  /** @param shape the tensor is seen in this shape. */
  input(handle: number, shape: readonly number[]): this {
    return this.integer(handle).list(shape);
  }

  integer(value: number): this {
    this.#integers[this.#next++] = value;
    return this;
  }

  /** Absent is false, as tfjs has it. */
  flag(value = false): this {
    return this.integer(value ? 1 : 0);
  }

  list(values: readonly number[]): this {
    this.integer(values.length);
    for (let i = 0; i < values.length; i++) this.#integers[this.#next++] = values[i] ?? 0;
    return this;
  }

  dtype(dtype: tf.DataType): this {
    return this.integer(codeOf(dtype));
  }

  real(value: number): this {
    this.#reals[this.#nextReal++] = value;
    return this;
  }

  /** The words of a key; 0, 0 where there is none. */
  key(high: number, low: number): this {
    this.#recorder?.key(this.#nextReal, { high, low });
    return this.real(high).real(low);
  }

  /** Runs what was written. @throws what the operation throws, with its name and its inputs' shapes. */
  run(): Result[] {
    if (this.#next > integerCapacity || this.#nextReal > realCapacity) throw new Error(`an operation with ${this.#next} numbers does not fit into the torch engine's buffer`);
    const integers = this.#integers;
    this.#recorder?.operation(integers.subarray(0, this.#next), this.#reals.subarray(0, this.#nextReal));
    if (this.#freed.length > 0) this.#freed = [];
    this.#addon.exec();
    const results: Result[] = [];
    let at = 1;
    for (let left = integers[0] ?? 0; left > 0; left--) {
      const rank = integers[at + 3] ?? 0;
      const shape: number[] = [];
      for (let axis = 0; axis < rank; axis++) shape.push(integers[at + 4 + axis] ?? 0);
      results.push({ handle: integers[at] ?? -1, dtype: dtypes[integers[at + 1] ?? 0] ?? 'float32', contiguous: integers[at + 2] === 1, shape });
      at += 4 + rank;
    }
    this.#recorder?.results(integers.subarray(0, at));
    return results;
  }

  /** Copies `values` to the device. @returns the handle. */
  upload(values: HostArray, shape: readonly number[], dtype: Dtype): number {
    this.flush();
    this.#integers[0] = codeOf(dtype);
    this.#integers[1] = shape.length;
    this.#integers.set(shape, 2);
    this.#addon.upload(values);
    const handle = this.#integers[0];
    this.#recorder?.upload(handle, values, shape, codeOf(dtype));
    return handle;
  }

  /** Fills `into` with the tensor's values, waiting for the device. */
  download(handle: number, into: HostArray): void {
    this.#recorder?.refuse('it reads a tensor');
    this.flush();
    this.#integers[0] = handle;
    this.#addon.download(into);
  }

  /** The same without waiting here. */
  async downloadLater(handle: number, into: HostArray): Promise<void> {
    this.flush();
    this.#integers[0] = handle;
    await this.#addon.downloadLater(into);
  }

  /** The tensor is not needed any more: the addon hears of it with the next operation. */
  free(handle: number): void {
    this.#freed.push(handle);
    if (this.#freed.length >= freedCapacity) this.flush();
  }

  /** Frees now what waits to be freed. */
  flush(): void {
    if (this.#freed.length === 0) return;
    this.#next = 0;
    this.list(this.#freed);
    this.#recorder?.frees(this.#freed);
    this.#freed = [];
    this.#addon.release();
  }

  /** Runs `work` while `recorder` hears of it, from the first operation to the last free. */
  recording<T>(recorder: Recorder, work: () => T): T {
    this.flush();
    this.#recorder = recorder;
    try {
      const made = work();
      this.flush();
      return made;
    } finally {
      this.#recorder = undefined;
    }
  }
}

function codeOf(dtype: tf.DataType): number {
  const code = dtypes.indexOf(dtype as Dtype);
  if (code < 0) throw new Error(`the torch engine has no ${dtype} tensors`);
  return code;
}
