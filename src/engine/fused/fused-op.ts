/**
 * How a fused operation is declared: one kernel name, a composite of plain TensorFlow.js operations that any engine can run,
 * and a gradient. An engine that has something better registers its own kernel under the same name; model code never asks.
 */
import * as tf from '../tf.ts';

export type Attributes = Readonly<Record<string, number | boolean | string>>;

export interface FusedOp {
  readonly name: string;
  /** The result from plain operations; runs off the tape, so its intermediates are freed at once. */
  readonly composite: (inputs: Readonly<Record<string, tf.Tensor>>, attributes: Attributes) => tf.Tensor | tf.Tensor[];
  /** How many outputs, from the first, mean the same on every engine; the rest is what an engine's own gradient wants back. All, unless said. */
  readonly publicOutputs?: number;
  /** Absent for kernels that are only ever run inside a gradient. */
  readonly gradient?: Omit<tf.GradConfig, 'kernelName'>;
}

const fusedNames = new Set<string>();

/** Whether a kernel is one of these operations. Of their outputs only the first has a gradient; the others are what that gradient wants back, or told for show. */
export function isFused(kernelName: string): boolean {
  return fusedNames.has(kernelName);
}

/** Registers `op` for `backend`: the gradient once, the composite unless the backend already has a kernel of that name. */
export function installFusedOp(op: FusedOp, backend: string): void {
  fusedNames.add(op.name);
  if (op.gradient !== undefined && tf.getGradient(op.name) === undefined) {
    tf.registerGradient({ kernelName: op.name, ...op.gradient });
  }
  // getKernel answers undefined for an unregistered name, whatever its declared type says.
  if ((tf.getKernel(op.name, backend) as tf.KernelConfig | undefined) !== undefined) return;
  tf.registerKernel({
    kernelName: op.name,
    backendName: backend,
    kernelFunc: ({ inputs, attrs }) =>
      tf.tidy(() => op.composite(inputs as Record<string, tf.Tensor>, (attrs ?? {}) as Attributes)),
  });
}

/** Runs the kernel `name`, recorded on the tape when one is open. */
export function runFused<T extends tf.Tensor | tf.Tensor[]>(
  name: string,
  inputs: Record<string, tf.Tensor>,
  attributes: Attributes = {},
): T {
  return tf.engine().runKernel<T>(name, inputs, attributes);
}

/** Whether what runs now is being recorded for a gradient. */
export function isRecording(): boolean {
  return (tf.engine() as unknown as { readonly state: { readonly gradientDepth: number } }).state.gradientDepth > 0;
}

/** An entry of a saved-tensors list, which tfjs types as possibly absent under strict indexing. */
export function present<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new Error(`${what} is absent: this is a fault in Retort, please report it`);
  return value;
}
