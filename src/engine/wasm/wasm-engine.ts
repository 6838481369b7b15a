/**
 * The embedded engine: TensorFlow.js's WebAssembly backend with what training needs added. One thread; runs wherever Node runs.
 */
import type { EngineOptions, StartedEngine } from '../options.ts';
import { refuse } from '../options.ts';
import * as tf from '../tf.ts';
import { installAdamW } from './adamw.ts';
import { installGather } from './gather.ts';
import { installIdentity } from './identity.ts';
import { installLayerNorm } from './layer-norm.ts';
import { installMatMul } from './mat-mul.ts';
import { installPointwise } from './pointwise.ts';

/** Loads the backend and makes it the current one. @throws if the machine's WebAssembly has no SIMD, or for an option it cannot meet. */
export async function startWasm(options: EngineOptions): Promise<StartedEngine> {
  const facts = { device: 'cpu', precision: 'fp32', threads: 1 } as const;
  refuse('wasm', options, facts);
  await import('@tensorflow/tfjs-backend-wasm');
  if (!(await tf.env().getAsync('WASM_HAS_SIMD_SUPPORT'))) {
    throw new Error('the wasm engine needs WebAssembly SIMD, which this machine or Node build lacks');
  }
  if (!(await tf.setBackend('wasm'))) throw new Error('the WebAssembly backend of TensorFlow.js did not start');
  for (const install of [installMatMul, installPointwise, installLayerNorm, installGather, installAdamW, installIdentity]) install();
  return facts;
}
