/**
 * A TensorFlow.js backend whose numbers live in LibTorch: data ids with reference counts, uploads and reads, memory. What is
 * computed is in `kernels.ts`. Strings and complex numbers stay on the host, for the fall-back kernels.
 */
import * as tf from '../tf.ts';
import type { Addon, Dtype, HostArray } from './addon.ts';
import { Command, type Result } from './command.ts';
import type { Recorder } from './recorder.ts';

/** What a data id of this backend is. */
export class Stored {
  references = 1;
  readonly dtype: tf.DataType;
  /** -1 where the values stay on the host. */
  readonly handle: number;
  readonly size: number;
  readonly contiguous: boolean;
  readonly host: tf.BackendValues | undefined;

  constructor(dtype: tf.DataType, size: number, { handle = -1, contiguous = true, host }: { handle?: number; contiguous?: boolean; host?: tf.BackendValues }) {
    this.dtype = dtype;
    this.size = size;
    this.handle = handle;
    this.contiguous = contiguous;
    this.host = host;
  }
}

export interface TorchBackendOptions {
  readonly addon: Addon;
  /** The place of each operation in the addon. */
  readonly places: ReadonlyMap<string, number>;
  /** Whether reads must not wait: the device computes while JavaScript goes on. */
  readonly asynchronous: boolean;
}

export class TorchBackend extends tf.KernelBackend {
  readonly #addon: Addon;
  readonly #command: Command;
  readonly #places: ReadonlyMap<string, number>;
  readonly #asynchronous: boolean;
  /** Data that came from another backend keeps the id it had there. */
  readonly #moved = new WeakMap<object, Stored>();
  #alive = 0;
  #calls = 0;

  constructor({ addon, places, asynchronous }: TorchBackendOptions) {
    super();
    this.#addon = addon;
    this.#command = new Command(addon);
    this.#places = places;
    this.#asynchronous = asynchronous;
  }

  /** How many operations the addon has run. */
  get calls(): number {
    return this.#calls;
  }

  /** Begins the operation `name` on `inputs`; the caller adds attributes and hands it to `finish`. */
  begin(name: string, inputs: readonly tf.TensorInfo[]): Command {
    const place = this.#places.get(name);
    if (place === undefined) throw new Error(`the torch engine has no operation ${name}`);
    const command = this.#command.begin(place, inputs.length);
    for (const { dataId, shape } of inputs) command.input(this.#stored(dataId).handle, shape);
    return command;
  }

  finish(command: Command): tf.TensorInfo[] {
    this.#calls++;
    return command.run().map((result) => this.#adopt(result));
  }

  /** Runs `work` and tells `recorder` of every operation. */
  recording<T>(recorder: Recorder, work: () => T): T {
    return this.#command.recording(recorder, work);
  }

  /** What a tensor's data is. */
  stored({ dataId }: tf.TensorInfo): Stored {
    return this.#stored(dataId);
  }

  /** Takes over data that the addon made in a replay, for so many tensors. */
  take(handle: number, { dtype, size, contiguous }: Pick<Stored, 'dtype' | 'size' | 'contiguous'>, references: number): Stored {
    this.#alive++;
    const stored = new Stored(dtype, size, { handle, contiguous });
    stored.references = references;
    return stored;
  }

  /** Frees what waits to be freed, before a replay of so many operations. */
  beforeReplay(operations: number): void {
    this.#command.flush();
    this.#calls += operations;
  }

  /** Another tensor on the same numbers. */
  share(x: tf.TensorInfo, shape: number[], dtype: tf.DataType = x.dtype): tf.TensorInfo {
    const stored = this.#stored(x.dataId);
    // A view with strides of its own cannot be seen in another shape: it is written out once, here.
    if (!stored.contiguous && shape.join() !== x.shape.join()) {
      const { dataId } = only(this.finish(this.begin('Contiguous', [x])));
      return { dataId, shape, dtype };
    }
    stored.references++;
    return { dataId: x.dataId, shape, dtype };
  }

  override write(values: tf.BackendValues | null, shape: number[], dtype: tf.DataType): tf.DataId {
    return this.#store(values, shape, dtype);
  }

  override move(dataId: tf.DataId, values: tf.BackendValues, shape: number[], dtype: tf.DataType, references: number): void {
    const stored = this.#store(values, shape, dtype);
    stored.references = references;
    this.#moved.set(dataId, stored);
  }

  override async read(dataId: tf.DataId): Promise<tf.BackendValues> {
    const stored = this.#stored(dataId);
    if (stored.host !== undefined || !this.#asynchronous) return this.hostCopy(dataId);
    const values = emptyHostArray(stored);
    await this.#command.downloadLater(stored.handle, values);
    return values;
  }

  override readSync(dataId: tf.DataId): tf.BackendValues {
    return this.hostCopy(dataId);
  }

  /** The values, after waiting for the device. For tfjs and the fall-back kernels, which know no other way; a training step has no use for it. */
  hostCopy(dataId: tf.DataId): tf.BackendValues {
    const stored = this.#stored(dataId);
    if (stored.host !== undefined) return stored.host;
    const values = emptyHostArray(stored);
    this.#command.download(stored.handle, values);
    return values;
  }

  /** Whether nothing is left of it, which is so of data that never was here: a user's kernel may hand out ids of its own. */
  override disposeData(dataId: tf.DataId, force = false): boolean {
    const stored = this.#known(dataId);
    if (stored === undefined) return true;
    stored.references--;
    if (!force && stored.references > 0) return false;
    if (stored.handle >= 0) this.#command.free(stored.handle);
    this.#moved.delete(dataId);
    this.#alive--;
    return true;
  }

  override incRef(dataId: tf.DataId): void {
    this.#stored(dataId).references++;
  }

  override refCount(dataId: tf.DataId): number {
    return this.#known(dataId)?.references ?? 0;
  }

  override numDataIds(): number {
    return this.#alive;
  }

  override memory(): { unreliable: boolean } {
    return { unreliable: false };
  }

  override floatPrecision(): 16 | 32 {
    return 32;
  }

  override async time(query: () => void): Promise<{ kernelMs: number }> {
    const start = performance.now();
    query();
    await Promise.resolve(this.#addon.synchronize());
    return { kernelMs: performance.now() - start };
  }

  override dispose(): void {
    this.#command.flush();
  }

  #known(dataId: tf.DataId): Stored | undefined {
    return dataId instanceof Stored ? dataId : this.#moved.get(dataId);
  }

  #stored(dataId: tf.DataId): Stored {
    const stored = this.#known(dataId);
    if (stored === undefined) throw new Error('a tensor of another engine was handed to the torch engine');
    return stored;
  }

  #adopt({ handle, dtype, contiguous, shape }: Result): tf.TensorInfo {
    this.#alive++;
    return { dataId: new Stored(dtype, tf.util.sizeFromShape(shape), { handle, contiguous }), shape, dtype };
  }

  #store(values: tf.BackendValues | null, shape: number[], dtype: tf.DataType): Stored {
    const size = tf.util.sizeFromShape(shape);
    this.#alive++;
    if (dtype === 'string' || dtype === 'complex64') return new Stored(dtype, size, { host: values ?? [] });
    if (size === 1 && values !== null) {
      // A number travels in the command itself.
      const command = this.begin('Fill', []).dtype(dtype).list(shape).real(Number(values[0]));
      this.#calls++;
      return new Stored(dtype, size, { handle: only(command.run()).handle });
    }
    return new Stored(dtype, size, { handle: this.#command.upload(hostArray(values ?? new Float32Array(size), dtype), shape, dtype) });
  }
}

function only<T>([result]: readonly T[]): T {
  if (result === undefined) throw new Error('an operation of the torch engine gave no result: this is a fault in Retort, please report it');
  return result;
}

function emptyHostArray({ dtype, size }: Stored): HostArray {
  return dtype === 'float32' ? new Float32Array(size) : dtype === 'int32' ? new Int32Array(size) : new Uint8Array(size);
}

/** `values` in the array type of their dtype: tfjs lets any numbers through. */
function hostArray(values: tf.BackendValues, dtype: Dtype): HostArray {
  const numbers = values as Float32Array;
  if (dtype === 'float32') return values instanceof Float32Array ? values : Float32Array.from(numbers);
  if (dtype === 'int32') return values instanceof Int32Array ? values : Int32Array.from(numbers);
  return values instanceof Uint8Array ? values : Uint8Array.from(numbers);
}
