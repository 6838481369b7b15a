/**
 * AdamW on the wasm heap: one pass for the norm, one for the update, parameters and moments changed in place.
 */
import type * as tf from '../tf.ts';
import type { AdamWKernelAttributes } from '../fused/adamw.ts';
import { floats, registerWasmKernel } from './heap.ts';

export function installAdamW(): void {
  registerWasmKernel<AdamWKernelAttributes>('RetortAdamW', (inputs, settings, backend) => {
    const tensors = inputs as unknown as readonly tf.TensorInfo[];
    const out = backend.makeOutput([2], 'float32');
    const views = tensors.map((tensor) => floats(backend, tensor));
    let squares = 0;
    for (let slot = 0; slot < settings.decays.length; slot++) squares += sumOfSquares(views[4 * slot + 1] ?? new Float32Array());
    const norm = Math.sqrt(squares);
    const finite = Number.isFinite(norm);
    floats(backend, out).set([norm, finite ? 1 : 0]);
    if (!finite) return out;
    const clip = Math.min(1, settings.maxGradientNorm / (norm + 1e-6));
    settings.decays.forEach((decays, slot) => {
      const [parameter, gradient, first, second] = views.slice(4 * slot, 4 * slot + 4) as [Float32Array, Float32Array, Float32Array, Float32Array];
      update(parameter, gradient, first, second, { ...settings, clip, keep: decays ? 1 - settings.learningRate * settings.weightDecay : 1 });
    });
    return out;
  });
}

function sumOfSquares(values: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += (values[i] ?? 0) ** 2; // four times as fast as for-of on a typed array
  return sum;
}

function update(
  parameter: Float32Array, gradient: Float32Array, first: Float32Array, second: Float32Array,
  { step, learningRate, beta1, beta2, epsilon, clip, keep }: AdamWKernelAttributes & { clip: number; keep: number },
): void {
  const rate = learningRate / (1 - beta1 ** step);
  const secondScale = 1 / Math.sqrt(1 - beta2 ** step);
  const [fresh1, fresh2] = [1 - beta1, 1 - beta2];
  for (let i = 0; i < parameter.length; i++) {
    const g = (gradient[i] ?? 0) * clip;
    const m = (first[i] ?? 0) * beta1 + g * fresh1;
    const v = (second[i] ?? 0) * beta2 + g * g * fresh2;
    first[i] = m;
    second[i] = v;
    parameter[i] = (parameter[i] ?? 0) * keep - (rate * m) / (Math.sqrt(v) * secondScale + epsilon);
  }
}
