/**
 * WebGPU: TensorFlow.js's WebGPU backend on the `webgpu` package (Dawn), both of which the user installs. Fused operations run by
 * their composites. Reads are asynchronous only.
 */
import type { EngineOptions, StartedEngine } from '../options.ts';
import { refuse } from '../options.ts';
import * as tf from '../tf.ts';

const backendName = 'webgpu';

/** What the package `webgpu` offers, and as much of WebGPU as is used here. */
interface Dawn {
  readonly create: (flags: readonly string[]) => { requestAdapter(): Promise<{ readonly info: { readonly description: string } } | null> };
  readonly globals: Record<string, unknown>;
}
interface GpuDevice {
  readonly limits: { readonly maxStorageBuffersPerShaderStage: number };
  addEventListener(kind: 'uncapturederror', listener: (event: { readonly error: Error }) => void): void;
}

/** Loads the two packages and makes the backend the current one. @throws if one is absent, or no adapter is found. */
export async function startWebGpu(options: EngineOptions): Promise<StartedEngine> {
  const facts = { device: 'gpu', precision: 'fp32', threads: 1 } as const;
  refuse(backendName, options, facts);
  const { create, globals } = await optional<Dawn>('webgpu');
  const gpu = create([]);
  const adapter = await gpu.requestAdapter();
  if (adapter === null) throw new Error('the webgpu engine finds no adapter: it needs a graphics driver with Vulkan (Linux), Metal (macOS) or Direct3D 12 (Windows)');
  Object.assign(globalThis, globals);
  // The backend looks for navigator.gpu while it loads, so this comes first.
  Object.defineProperty(globalThis, 'navigator', { value: { gpu }, configurable: true });
  await optional('@tensorflow/tfjs-backend-webgpu');
  tf.env().set('WEBGPU_CPU_FORWARD', false); // else small operations run on the processor as long as their inputs lie there too, with other last bits
  if (!(await tf.setBackend(backendName))) throw new Error('the WebGPU backend of TensorFlow.js did not start');
  const backend = tf.engine().backend as tf.KernelBackend & { readonly device: GpuDevice };
  tellFaults(backend);
  addInGroups(backend.device.limits.maxStorageBuffersPerShaderStage - 1); // one is the result's
  return { ...facts, library: `WebGPU on ${adapter.info.description}` };
}

async function optional<T>(name: string): Promise<T> {
  try {
    return (await import(name)) as T;
  } catch (error) {
    throw new Error(`the webgpu engine needs the package ${name}: npm install webgpu@0.6.2 @tensorflow/tfjs-backend-webgpu@4.22.0`, { cause: error });
  }
}

/** What the device refuses it tells later, and goes on with numbers that mean nothing: so no read succeeds any more. */
function tellFaults(backend: tf.KernelBackend & { readonly device: GpuDevice }): void {
  let fault: string | undefined;
  backend.device.addEventListener('uncapturederror', ({ error }) => (fault ??= error.message));
  const read = backend.read.bind(backend);
  backend.read = async (dataId) => {
    const values = await read(dataId);
    if (fault !== undefined) throw new Error(`the WebGPU device refused an operation, so no number can be trusted: ${fault}`);
    return values;
  };
}

/** The backend binds a buffer for each addend, and a shader takes only so many. */
function addInGroups(most: number): void {
  const kernel = tf.getKernel('AddN', backendName);
  tf.unregisterKernel('AddN', backendName);
  tf.registerKernel({
    ...kernel,
    kernelFunc: (call) => {
      const addends = call.inputs as unknown as tf.Tensor[];
      if (addends.length <= most) return kernel.kernelFunc(call);
      return tf.tidy(() => tf.addN(Array.from({ length: Math.ceil(addends.length / most) }, (_, group) => tf.addN(addends.slice(group * most, (group + 1) * most)))));
    },
  });
}
