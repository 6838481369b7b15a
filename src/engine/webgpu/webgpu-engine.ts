/**
 * WebGPU: TensorFlow.js's WebGPU backend on the `webgpu` package (Dawn), both of which the user installs. Fused operations run by
 * their composites. Reads are asynchronous only.
 */
import type { EngineOptions, StartedEngine } from '../options.ts';
import { refuse } from '../options.ts';
import * as tf from '../tf.ts';

interface Dawn {
  readonly create: (flags: readonly string[]) => unknown;
  readonly globals: Record<string, unknown>;
}

/** Loads the two packages and makes the backend the current one. @throws if one is absent, or no adapter is found. */
export async function startWebGpu(options: EngineOptions): Promise<StartedEngine> {
  const facts = { device: 'gpu', precision: 'fp32', threads: 1 } as const;
  refuse('webgpu', options, facts);
  const { create, globals } = await optional<Dawn>('webgpu');
  Object.assign(globalThis, globals);
  // The backend looks for navigator.gpu while it loads, so this comes first.
  Object.defineProperty(globalThis, 'navigator', { value: { gpu: create([]) }, configurable: true });
  await optional('@tensorflow/tfjs-backend-webgpu');
  if (!(await tf.setBackend('webgpu'))) throw new Error('the WebGPU backend of TensorFlow.js did not start: no adapter was found (a Vulkan driver is needed)');
  return facts;
}

async function optional<T>(name: string): Promise<T> {
  try {
    return (await import(name)) as T;
  } catch (error) {
    throw new Error(`the webgpu engine needs the package ${name}: npm install webgpu@0.6.2 @tensorflow/tfjs-backend-webgpu@4.22.0`, { cause: error });
  }
}
