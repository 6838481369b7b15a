/**
 * TensorFlow's operations as the binding takes them, for what TensorFlow.js's own front does not reach. Tensors go in, and come out, by the
 * binding's numbers; everything made inside `withRawOps` is freed at its end, but what was given away.
 */
import * as tf from '../tf.ts';
import type { Binding, OpAttribute, TensorMetadata } from './binding.ts';
import type { NodeBackend } from './node-package.ts';

export class RawOps {
  readonly #backend: NodeBackend;
  readonly #made = new Map<number, TensorMetadata>();

  constructor(backend: NodeBackend) {
    this.#backend = backend;
  }

  get binding(): Binding {
    return this.#backend.binding;
  }

  /** The number of a tensor of TensorFlow.js; it stays the tensor's. */
  of(tensor: tf.TensorInfo): number {
    const [id] = this.#backend.getInputTensorIds([tensor]);
    return id!;
  }

  /** Float32 numbers as a tensor of TensorFlow's, which may share the array: nobody is to write into it any more. */
  upload(shape: number[], values: Float32Array): number {
    const id = this.binding.createTensor(shape, this.binding.TF_FLOAT, values);
    this.#made.set(id, { id, shape, dtype: this.binding.TF_FLOAT });
    return id;
  }

  /** Runs an operation of one result. */
  one(name: string, inputs: readonly number[], attributes: readonly OpAttribute[]): number {
    return this.many(name, inputs, attributes, 1)[0]!;
  }

  many(name: string, inputs: readonly number[], attributes: readonly OpAttribute[], outputs: number): number[] {
    const results = this.binding.executeOp(name, attributes, inputs, outputs);
    for (const result of results) this.#made.set(result.id, result);
    return results.map(({ id }) => id);
  }

  /** Runs an operation without a result: it changes what a handle stands for. */
  act(name: string, inputs: readonly number[], attributes: readonly OpAttribute[]): void {
    this.binding.executeOp(name, attributes, inputs, 0);
  }

  float(name = 'T'): OpAttribute {
    return { name, type: this.binding.TF_ATTR_TYPE, value: this.binding.TF_FLOAT };
  }

  whole(name: string): OpAttribute {
    return { name, type: this.binding.TF_ATTR_TYPE, value: this.binding.TF_INT32 };
  }

  flag(name: string, value: boolean): OpAttribute {
    return { name, type: this.binding.TF_ATTR_BOOL, value };
  }

  /** Gives a result away as a tensor of TensorFlow.js. */
  tensor(id: number): tf.Tensor {
    return this.#backend.createOutputTensor(this.#take(id));
  }

  /** Gives a result away as the new value of a tensor that is there, of the same shape and type, in place of what it held. */
  into(tensor: tf.TensorInfo, id: number): void {
    const held = this.#backend.tensorMap.get(tensor.dataId);
    held.id = this.#take(id).id;
  }

  /** Frees what a tensor holds before `into` gives it something else. */
  empty(tensor: tf.TensorInfo): void {
    const held = this.#backend.tensorMap.get(tensor.dataId);
    this.binding.deleteTensor(held.id);
    held.id = -1;
  }

  /** Frees a result that is of no more use. */
  free(id: number): void {
    this.binding.deleteTensor(this.#take(id).id);
  }

  freeAll(): void {
    for (const id of this.#made.keys()) this.binding.deleteTensor(id);
    this.#made.clear();
  }

  #take(id: number): TensorMetadata {
    const made = this.#made.get(id);
    if (made === undefined) throw new Error('a tensor that is not there to give away: this is a fault in Retort, please report it');
    this.#made.delete(id);
    return made;
  }
}

export function withRawOps<T>(backend: NodeBackend, work: (raw: RawOps) => T): T {
  const raw = new RawOps(backend);
  try {
    return work(raw);
  } finally {
    raw.freeAll();
  }
}

/** Registers a kernel of the engine's own, in place of any of that name. */
export function registerRawKernel(kernelName: string, kernelFunc: (call: { readonly inputs: Readonly<Record<string, tf.Tensor>>; readonly attributes: Readonly<Record<string, unknown>> }, backend: NodeBackend) => tf.TensorInfo | tf.TensorInfo[]): void {
  if ((tf.getKernel(kernelName, 'tensorflow') as tf.KernelConfig | undefined) !== undefined) tf.unregisterKernel(kernelName, 'tensorflow');
  tf.registerKernel({
    kernelName,
    backendName: 'tensorflow',
    kernelFunc: ({ inputs, attrs, backend }) => kernelFunc({ inputs: inputs as Record<string, tf.Tensor>, attributes: attrs ?? {} }, backend as NodeBackend),
  });
}
