/**
 * Writes down what passes through the command buffer, as a program for native/replay.cc: handles become registers, the words of keys
 * that hang on the step become places to fill in. It notices whatever would make a second run differ, and then refuses.
 */
import type { Key, KeyPath } from '../random.ts';
import type { Recording } from '../replayer.ts';
import type * as tf from '../tf.ts';
import type { CapturedProgram, Dtype, HostArray } from './addon.ts';

/** Data uploaded within the work travels in the program; more than this is no constant. */
const uploadLimit = 1 << 20;

/** Two reals that are the words of a key: the first one's place in the program's reals, and the path below the step's key. */
export interface KeyPlace {
  readonly at: number;
  readonly path: KeyPath;
}

export class Program implements Recording {
  readonly integers: Int32Array;
  readonly reals: Float64Array;
  readonly keys: readonly KeyPlace[];
  /** Foreign tensors first. */
  readonly registers: Int32Array;
  readonly operations: number;
  /** Set by who records: where the outputs are. */
  outputs: readonly Output[] = [];
  /** How the foreign tensors lay in memory: the work's operations hang on it. */
  foreign = '';
  /** Once the device has it. */
  captured: CapturedProgram | undefined;
  /** How often it was captured: anew where a parameter has moved. */
  captures = 0;

  constructor(made: { integers: readonly number[]; reals: readonly number[]; keys: readonly KeyPlace[]; registers: number; operations: number }) {
    this.integers = Int32Array.from(made.integers);
    this.reals = Float64Array.from(made.reals);
    this.keys = made.keys;
    this.registers = new Int32Array(made.registers);
    this.operations = made.operations;
  }

  difference(other: this): string | undefined {
    if (!alike(this.integers, other.integers)) return 'it asks for other operations, shapes or data from one step to the next';
    if (JSON.stringify(this.keys) !== JSON.stringify(other.keys)) return 'it draws its random numbers differently from one step to the next';
    if (!alike(this.reals, other.reals)) return 'its numbers change from one step to the next';
    return JSON.stringify([this.outputs, this.foreign]) === JSON.stringify([other.outputs, other.foreign]) ? undefined : 'its results change from one step to the next';
  }
}

/** Data of the outputs: its register, how it is stored, and the tensors that share it. */
export interface Output {
  readonly register: number;
  readonly dtype: Dtype;
  readonly size: number;
  readonly contiguous: boolean;
  /** Each with its place among the outputs. */
  readonly tensors: readonly { readonly place: number; readonly shape: readonly number[]; readonly dtype: tf.DataType }[];
}

function alike(a: ArrayLike<number>, b: ArrayLike<number>): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (!Object.is(a[i], b[i])) return false;
  return true;
}

export class Recorder {
  readonly #integers: number[] = [];
  readonly #reals: number[] = [];
  readonly #keys: KeyPlace[] = [];
  readonly #registerOf = new Map<number, number>();
  readonly #pathOf: (key: Key) => KeyPath | undefined;
  readonly #foreign: number;
  #registers: number;
  #operations = 0;
  #refusal: string | undefined;

  /** @param foreign handles of the tensors that may be used; one may be there twice. */
  constructor(foreign: readonly number[], pathOf: (key: Key) => KeyPath | undefined) {
    foreign.forEach((handle, register) => this.#registerOf.set(handle, register));
    this.#foreign = this.#registers = foreign.length;
    this.#pathOf = pathOf;
  }

  /** The first reason counts. */
  refuse(reason: string): void {
    this.#refusal ??= reason;
  }

  /** Two reals of the operation being written, from `place`, are a key's. */
  key(place: number, key: Key): void {
    const path = this.#pathOf(key);
    if (path !== undefined) this.#keys.push({ at: this.#reals.length + place, path });
  }

  /** An operation as it stands in the buffer, freed handles first. */
  operation(words: Int32Array, reals: Float64Array): void {
    const freed = words[0] ?? 0;
    this.#free(words.subarray(1, 1 + freed));
    const written = Array.from(words.subarray(1 + freed));
    let at = 2;
    for (let left = written[1] ?? 0; left > 0; left--) {
      written[at] = this.#register(written[at] ?? -1);
      at += 2 + Math.max(0, written[at + 1] ?? 0);
    }
    this.#integers.push(written.length, ...written, reals.length);
    const from = this.#reals.length;
    this.#reals.push(...reals);
    for (let i = this.#keys.length - 1; i >= 0 && (this.#keys[i]?.at ?? -1) >= from; i--) this.#reals.fill(0, this.#keys[i]?.at, (this.#keys[i]?.at ?? 0) + 2);
    this.#operations++;
  }

  /** What it gave, as the addon wrote it. */
  results(words: Int32Array): void {
    const written = Array.from(words);
    for (let at = 1; at < written.length; at += 4 + (written[at + 3] ?? 0)) written[at] = this.#open(written[at] ?? -1);
    this.#integers.push(...written);
  }

  upload(handle: number, values: HostArray, shape: readonly number[], dtype: number): void {
    if (values.byteLength > uploadLimit) {
      this.refuse(`it uploads ${values.byteLength} bytes`);
      this.#open(handle);
      return;
    }
    const padded = new Uint8Array(Math.ceil(values.byteLength / 4) * 4);
    padded.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
    this.#free([]);
    this.#integers.push(-1, dtype, shape.length, ...shape, padded.length / 4);
    for (const word of new Int32Array(padded.buffer)) this.#integers.push(word);
    this.#integers.push(this.#open(handle));
  }

  /** Handles freed without an operation. */
  frees(handles: readonly number[]): void {
    this.#free(handles);
    this.#integers.push(0);
  }

  /** The register of an output's data; an output that is not the work's own cannot be given again. */
  output(handle: number): number {
    const register = this.#register(handle);
    if (register < this.#foreign) this.refuse('it gives back a tensor that it was given');
    this.#registerOf.delete(handle);
    return register;
  }

  /** To be called when `output` has been for each output's data. */
  finish(): Program | string {
    if ([...this.#registerOf.values()].some((register) => register >= this.#foreign)) this.refuse('it keeps tensors for itself');
    return this.#refusal ?? new Program({ integers: this.#integers, reals: this.#reals, keys: this.#keys, registers: this.#registers, operations: this.#operations });
  }

  #free(handles: ArrayLike<number>): void {
    this.#integers.push(handles.length);
    for (const handle of Array.from(handles)) {
      const register = this.#register(handle);
      if (register < this.#foreign) this.refuse('it frees a tensor from outside');
      this.#registerOf.delete(handle);
      this.#integers.push(register);
    }
  }

  #register(handle: number): number {
    const register = this.#registerOf.get(handle);
    if (register === undefined) this.refuse('it uses a tensor from outside that is neither its input nor a parameter');
    return register ?? 0;
  }

  #open(handle: number): number {
    this.#registerOf.set(handle, this.#registers);
    return this.#registers++;
  }
}
