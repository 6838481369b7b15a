/**
 * What a backend lacks, TensorFlow.js's CPU backend does: a kernel the backend has not got, and any call with strings or complex
 * numbers. Inputs are copied to the host, the kernel runs there, the results are written back. Correct and slow, so every such call is
 * counted: `doctor` shows the counts, and the toolkit's own suites must make none.
 */
import type { MathBackendCPU } from '@tensorflow/tfjs-backend-cpu';
import * as tf from './tf.ts';

type Values = tf.backend_util.BackendValues;

/** A tensor's values on the host, the caller's to keep: numbers in order, complex ones interleaved, strings as UTF-8 bytes. */
export type HostCopy = (tensor: tf.TensorInfo) => Values;

/** What a kernel is called with; a single input may be a list of tensors, or absent. */
type Call = Parameters<tf.KernelFunc>[0];
type Input = tf.TensorInfo | readonly tf.TensorInfo[] | null | undefined;

const calls = new Map<string, number>();

/** How often each kernel ran on the CPU backend in place of the engine's, since the start or the last reset. */
export function fallbackCalls(): ReadonlyMap<string, number> {
  return calls;
}

export function resetFallbackCalls(): void {
  calls.clear();
}

/**
 * Registers the fall-backs of a backend; to be called once, after its own kernels are registered: those count as native.
 * @param typeless native kernels that only pass buffers on, and so take strings and complex numbers themselves.
 */
export async function installCpuFallback(backendName: string, hostCopy: HostCopy, { typeless = [] }: { typeless?: readonly string[] } = {}): Promise<void> {
  const { MathBackendCPU } = await import('@tensorflow/tfjs-backend-cpu');
  for (const { kernelName, kernelFunc: onCpu } of tf.getKernelsForBackend('cpu')) {
    const fallback: tf.KernelFunc = (call) => {
      calls.set(kernelName, (calls.get(kernelName) ?? 0) + 1);
      return runOnHost(onCpu, call, new MathBackendCPU(), hostCopy);
    };
    // getKernel answers undefined for an unregistered name, whatever its declared type says.
    const native = tf.getKernel(kernelName, backendName) as tf.KernelConfig | undefined;
    if (native === undefined) tf.registerKernel({ kernelName, backendName, kernelFunc: fallback });
    else if (!typeless.includes(kernelName)) replaceKernel({ ...native, kernelFunc: (call) => (isForHost(call) ? fallback(call) : native.kernelFunc(call)) });
  }
}

function replaceKernel(kernel: tf.KernelConfig): void {
  tf.unregisterKernel(kernel.kernelName, kernel.backendName); // registering over it would warn
  tf.registerKernel(kernel);
}

const isHostType = (dtype: unknown): boolean => dtype === 'complex64' || dtype === 'string';

/** Whether strings or complex numbers go into a call, or are asked of it (by Cast, Fill and their like). */
function isForHost({ inputs, attrs }: Call): boolean {
  for (const name in inputs) if (isHostType(inputs[name]?.dtype)) return true; // absent inputs are null or undefined
  return isHostType(attrs?.dtype);
}

/** Runs a kernel on a CPU backend of its own, which nothing outlives: neither results, nor what a kernel that throws leaves behind. */
function runOnHost(onCpu: tf.KernelFunc, { inputs, attrs, backend }: Call, host: MathBackendCPU, hostCopy: HostCopy): tf.TensorInfo | tf.TensorInfo[] {
  const lift = (input: Input): Input => {
    if (input === null || input === undefined) return input;
    return 'dataId' in input ? toHost(input, hostCopy(input), host) : input.map((each) => toHost(each, hostCopy(each), host));
  };
  const lifted = Array.isArray(inputs) ? (inputs as Input[]).map(lift) : Object.fromEntries(Object.entries(inputs).map(([name, input]) => [name, lift(input)]));
  const results = onCpu({ inputs: lifted as tf.NamedTensorInfoMap, backend: host, ...(attrs !== undefined && { attrs }) });
  const lower = (result: tf.TensorInfo) => fromHost(result, host, backend as tf.KernelBackend);
  return Array.isArray(results) ? results.map(lower) : lower(results);
}

function toHost({ shape, dtype }: tf.TensorInfo, values: Values, host: MathBackendCPU): tf.TensorInfo & { rank: number } {
  const info = host.makeTensorInfo(shape, dtype, dtype === 'complex64' ? undefined : values);
  if (dtype === 'complex64') {
    const { real, imag } = tf.backend_util.splitRealAndImagArrays(values as Float32Array);
    dataOf(info, host).complexTensorInfos = { real: host.makeTensorInfo(shape, 'float32', real), imag: host.makeTensorInfo(shape, 'float32', imag) };
  }
  return { ...info, rank: shape.length }; // a few kernels expect whole tensors and ask for their rank
}

function fromHost(result: tf.TensorInfo, host: MathBackendCPU, backend: tf.KernelBackend): tf.TensorInfo {
  const { shape, dtype } = result;
  return { dataId: backend.write(valuesOf(result, host), shape, dtype), shape, dtype };
}

function valuesOf(result: tf.TensorInfo, host: MathBackendCPU): Values {
  const { values = [], complexTensorInfos } = dataOf(result, host);
  if (complexTensorInfos !== undefined) {
    const [real, imag] = [complexTensorInfos.real, complexTensorInfos.imag].map((part) => dataOf(part, host).values as Float32Array) as [Float32Array, Float32Array];
    return tf.backend_util.mergeRealAndImagArrays(real, imag);
  }
  // A cast that loses nothing only relabels the buffer, so its values may be of another type than it says.
  return result.dtype === 'string' ? values : (tf.util.toTypedArray(values, result.dtype) as Values);
}

function dataOf({ dataId }: tf.TensorInfo, host: MathBackendCPU): ReturnType<MathBackendCPU['data']['get']> {
  return host.data.get(dataId);
}
