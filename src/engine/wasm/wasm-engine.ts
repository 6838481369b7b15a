/**
 * The embedded engine: TensorFlow.js's WebAssembly backend with what training needs added. One thread; runs wherever Node runs.
 */
import * as tf from '../tf.ts';
import { installAdamW } from './adamw.ts';
import { installGather } from './gather.ts';
import { installLayerNorm } from './layer-norm.ts';
import { installMatMul } from './mat-mul.ts';
import { installPointwise } from './pointwise.ts';

/** Loads the backend and makes it the current one. @throws if the machine's WebAssembly has no SIMD. */
export async function startWasm(): Promise<void> {
  await import('@tensorflow/tfjs-backend-wasm');
  if (!(await tf.env().getAsync('WASM_HAS_SIMD_SUPPORT'))) {
    throw new Error('the wasm engine needs WebAssembly SIMD, which this machine or Node build lacks');
  }
  if (!(await tf.setBackend('wasm'))) throw new Error('the WebAssembly backend of TensorFlow.js did not start');
  for (const install of [installMatMul, installPointwise, installLayerNorm, installGather, installAdamW]) install();
}
