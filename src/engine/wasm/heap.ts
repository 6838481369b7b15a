/**
 * Kernels over the WebAssembly heap, written in TypeScript. Views must be taken after every output is made: making one may grow
 * the heap, which detaches all earlier views, silently.
 */
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import * as tf from '../tf.ts';

export type Inputs = Readonly<Record<string, tf.TensorInfo>>;

export function floats(backend: BackendWasm, tensor: tf.TensorInfo | undefined): Float32Array {
  if (tensor === undefined) throw new Error('a kernel of the wasm engine was called without one of its inputs');
  return backend.typedArrayFromHeap(tensor) as Float32Array;
}

export function integers(backend: BackendWasm, tensor: tf.TensorInfo | undefined): Int32Array {
  return floats(backend, tensor) as unknown as Int32Array;
}

/** Registers `kernel` for the wasm backend under the name an operation is looked up by, in place of one already there. */
export function registerWasmKernel<A>(
  kernelName: string,
  kernel: (inputs: Inputs, attributes: A, backend: BackendWasm) => tf.TensorInfo | tf.TensorInfo[],
): void {
  if ((tf.getKernel(kernelName, 'wasm') as tf.KernelConfig | undefined) !== undefined) tf.unregisterKernel(kernelName, 'wasm');
  tf.registerKernel({
    kernelName,
    backendName: 'wasm',
    kernelFunc: ({ inputs, attrs, backend }) => kernel(inputs as Inputs, attrs as unknown as A, backend as BackendWasm),
  });
}
