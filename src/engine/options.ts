/**
 * What an engine is asked for when it starts, and what it then says of itself.
 */

import type { Replayer } from './replayer.ts';

export const precisions = ['fp32', 'bf16'] as const;
export type Precision = (typeof precisions)[number];

export interface EngineOptions {
  /** `cpu` or `cuda:N`. */
  readonly device?: string | undefined;
  /** `bf16`: activations and matrix products in bfloat16; weights, statistics, losses and the optimiser in float32. */
  readonly precision?: Precision | undefined;
  /** Threads within one operation; the machine's processors unless said. */
  readonly threads?: number | undefined;
  /** `library`: nothing but LibTorch's own kernels on the CPU, as on CUDA and on processors without AVX-512. For holding the two against each other. */
  readonly kernels?: 'own' | 'library' | undefined;
  /**
   * Whether steps that repeat are run again from the engine's own notes, without JavaScript in between; on CUDA as one captured graph. On the
   * CPU the same, bit for bit. No, unless said: a loss must then depend on its arguments alone. `captured` rehearses on the CPU, with the kernels
   * `library`, what a graph does: the same again on tensors that stay where they are.
   */
  readonly replay?: boolean | 'captured' | undefined;
  /** Variables that the tensorflow engine may look at and set, because TensorFlow takes device and threads from nowhere else: `process.env`. Without them it runs on the CPU, with threads as TensorFlow likes. */
  readonly environment?: Record<string, string | undefined> | undefined;
}

export interface MemoryFigures {
  readonly nowBytes: number;
  readonly peakBytes: number;
}

/** An engine's `start` gives this back. */
export interface StartedEngine {
  readonly device: string;
  readonly precision: Precision;
  readonly threads: number;
  /** The library that computes, with its version. */
  readonly library?: string;
  /** What it was compiled from, where it was compiled here. */
  readonly buildId?: string;
  /** Every device and precision it could have been started with, where there is a choice. */
  readonly devices?: readonly string[];
  readonly precisions?: readonly Precision[];
  /** Devices it may have besides, which show only when it is started on them. */
  readonly untriedDevices?: readonly string[];
  /** Memory of the device, where it is not the process's own. */
  readonly memory?: () => MemoryFigures | undefined;
  /** Where the engine can repeat what it was asked for. */
  readonly replayer?: Replayer | undefined;
  /** Operations run by the engine's own code so far. */
  readonly nativeCalls?: () => number;
}

/** @throws if `options` ask for what an engine of fixed `facts` is not. Threads are a wish. */
export function refuse(engine: string, { device, precision }: EngineOptions, facts: { readonly device: string; readonly precision: Precision }): void {
  if (device !== undefined && device !== facts.device) throw new Error(`the ${engine} engine runs on ${facts.device}, not on ${device}: the torch engine runs on CUDA (retort doctor)`);
  if (precision !== undefined && precision !== facts.precision) throw new Error(`the ${engine} engine computes in ${facts.precision}, not in ${precision}: the torch engine has bf16 (retort doctor)`);
}
