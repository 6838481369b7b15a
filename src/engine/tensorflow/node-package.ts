/**
 * The JavaScript of `@tensorflow/tfjs-node`: its backend class and its kernels, loaded so that they work on the tfjs-core which everybody
 * here works on. The package as published brings a tfjs-core of its own, in which no tensor of ours would be known; and it calls what
 * Node has removed from `util` in version 23.
 */
import util from 'node:util';
import * as tf from '../tf.ts';
import type { Binding } from './binding.ts';

/** The backend of that package, as far as it is used here. */
export interface NodeBackend extends tf.KernelBackend {
  readonly binding: Binding;
  readonly isUsingGpuDevice: boolean;
  /** The binding's numbers of tensors, uploaded where they were not yet. */
  getInputTensorIds(tensors: readonly tf.TensorInfo[]): number[];
  /** Takes over a result of the binding's; it is freed with the tensor. */
  createOutputTensor(metadata: { readonly id: number; readonly shape: number[]; readonly dtype: number }): tf.Tensor;
  readonly tensorMap: { get(dataId: object): { id: number; readonly values: unknown } };
}

export type NodeBackendClass = new (binding: Binding, packageName: string) => NodeBackend;

/** Registers the package's kernels for the backend `tensorflow` and gives its class. @param require one that finds the package. */
export function loadNodePackage(require: NodeJS.Require, name: string): NodeBackendClass {
  const union = require.resolve('@tensorflow/tfjs', { paths: [require.resolve(`${name}/dist/register_all_kernels.js`)] });
  const inPlace: Readonly<Record<string, unknown>> = {
    [union]: { ...tf, KernelBackend: callable(tf.KernelBackend) },
    util: { ...util, isNullOrUndefined: (value: unknown) => value === null || value === undefined, isArray: Array.isArray },
  };
  const before = Object.keys(inPlace).map((id) => [id, require.cache[id]] as const);
  try {
    for (const [id, exports] of Object.entries(inPlace)) require.cache[id] = { id, filename: id, loaded: true, exports, children: [], paths: [] } as unknown as NodeJS.Module;
    require(`${name}/dist/register_all_kernels.js`);
    return (require(`${name}/dist/nodejs_kernel_backend.js`) as { NodeJSKernelBackend: NodeBackendClass }).NodeJSKernelBackend;
  } finally {
    for (const [id, module] of before) {
      if (module === undefined) Reflect.deleteProperty(require.cache, id);
      else require.cache[id] = module;
    }
  }
}

/** The same class for those who extend it as one did before there were classes: by calling it. */
function callable<T extends object>(real: new () => T): unknown {
  function Called(this: object): T {
    return Object.setPrototypeOf(new real(), Object.getPrototypeOf(this) as object) as T;
  }
  Called.prototype = real.prototype as object;
  return Called;
}
