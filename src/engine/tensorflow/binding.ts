/**
 * TensorFlow.js's own native binding as `retort build-tensorflow` puts it here: where it lies, what it offers, and what is said when it
 * cannot be loaded. Its operations run at once, in the calling thread's order; a tensor is a number by which the binding knows it.
 */
import { createRequire } from 'node:module';

/** An attribute of an operation; `type` is one of the binding's TF_ATTR numbers. */
export interface OpAttribute {
  readonly name: string;
  readonly type: number;
  readonly value: unknown;
}

export interface TensorMetadata {
  readonly id: number;
  readonly shape: number[];
  /** One of the binding's TF numbers. */
  readonly dtype: number;
}

/** What the C++ of `@tensorflow/tfjs-node` exports, as far as it is used here. */
export interface Binding {
  createTensor(shape: readonly number[], dtype: number, values: Float32Array | Int32Array | Uint8Array): number;
  deleteTensor(id: number): void;
  /** A copy; complex numbers interleaved, strings as their bytes. Waits for the device. */
  tensorDataSync(id: number): Float32Array | Int32Array | Uint8Array | Uint8Array[];
  executeOp(name: string, attributes: readonly OpAttribute[], inputs: readonly number[], outputs: number): TensorMetadata[];
  isUsingGpuDevice(): boolean;
  getNumOfTensors(): number;
  readonly TF_Version: string;
  readonly TF_FLOAT: number;
  readonly TF_INT32: number;
  readonly TF_RESOURCE: number;
  readonly TF_ATTR_STRING: number;
  readonly TF_ATTR_BOOL: number;
  readonly TF_ATTR_TYPE: number;
  readonly TF_ATTR_SHAPE: number;
}

/** What `retort build-tensorflow` leaves beside the binding. */
export interface BuildFacts {
  /** `@tensorflow/tfjs-node`, or the same with `-gpu`. */
  readonly package: string;
  /** TensorFlow's, as it said itself. */
  readonly version: string;
  /** Whether this TensorFlow was built for CUDA. */
  readonly cuda: boolean;
}

/** Below the package's folder; package.json imports what lies there as `#tensorflow/…`. */
export const tensorflowPlace = ['build', 'tensorflow'] as const;
export const bindingName = 'tfjs_binding.node';
export const recordName = 'build.json';

const mend = 'retort build-tensorflow (in a clone: npm run build:tensorflow)';

export interface Loaded {
  readonly binding: Binding;
  readonly facts: BuildFacts;
  /** Finds files of the packages that were put beside it. */
  readonly require: NodeJS.Require;
}

/** @throws in one sentence, with the command that mends it, when it is absent or TensorFlow is gone or changed. */
export function loadBinding(): Loaded {
  const require = createRequire(import.meta.url);
  try {
    const facts = require(`#tensorflow/${recordName}`) as BuildFacts;
    const binding = require(`#tensorflow/${bindingName}`) as Binding;
    if (binding.TF_Version !== facts.version) throw new Error(`the tensorflow engine was built against TensorFlow ${facts.version} and finds ${binding.TF_Version} in its place: ${mend}`);
    return { binding, facts, require: createRequire(require.resolve(`#tensorflow/${recordName}`)) };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'MODULE_NOT_FOUND') throw new Error(`the tensorflow engine is not built here: ${mend}`, { cause: error });
    if (code === 'ERR_DLOPEN_FAILED') throw new Error(`the tensorflow engine's binding does not load (${message.split('\n')[0]}): if TensorFlow was moved, removed or changed, ${mend}`, { cause: error });
    throw error;
  }
}
