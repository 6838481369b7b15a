/**
 * The native addon: where it is loaded, what it offers, and what is said when it cannot be. It is built by `retort build-native`
 * and loaded only when the engine is chosen.
 */
import { createRequire } from 'node:module';
import { changedSinceBuild } from './unchanged.ts';

export interface AddonFacts {
  readonly buildId: string;
  /** LibTorch's version. */
  readonly library: string;
  /** 1 when this LibTorch was built for CUDA. */
  readonly cuda: number;
  readonly cudaDevices: number;
  readonly threads: number;
  /** The instruction set LibTorch's own kernels use. */
  readonly capability: string;
  /** Names of the operations; a command names one by its place here. */
  readonly operations: readonly string[];
}

export interface AddonMemory {
  readonly tensors: number;
  /** Steps of AdamW that rows of embedding tables have yet to take (native/late_rows.h). */
  readonly waitingSteps: number;
  readonly nowBytes: number;
  readonly peakBytes: number;
}

/** dtypes by their codes in the command buffer. */
export const dtypes = ['float32', 'int32', 'bool'] as const;
export type Dtype = (typeof dtypes)[number];

export type HostArray = Float32Array | Int32Array | Uint8Array;

declare const captured: unique symbol;
/** Native; freed when nobody holds it any more. */
export interface CapturedProgram {
  readonly [captured]: true;
}

/** What addon.cc exports. Whatever goes wrong in it is thrown as an Error with `code` ERR_RETORT_TORCH. */
export interface Addon {
  attach(integers: Int32Array, reals: Float64Array): void;
  exec(): void;
  release(): void;
  /**
   * Runs a program of `recorder.ts`; what it made and did not free is in the registers then, from `foreign` on.
   * @returns nothing, or in words where it failed or took another course than when it was recorded; then nothing of it is left.
   */
  replay(integers: Int32Array, reals: Float64Array, registers: Int32Array, foreign: number): string | undefined;
  /**
   * Captures a program for the device to launch by itself. Of the foreign tensors the first `inputs` are inputs, the others parameters, which
   * stay where they are. `keys`: where each key's first word lies among the reals, in order.
   * @throws if the device, or this addon, cannot.
   */
  capture(integers: Int32Array, reals: Float64Array, registers: Int32Array, foreign: number, inputs: number, keys: Int32Array): CapturedProgram;
  /** As `replay`; what it gives are copies. @returns in words why it cannot be launched with these parameters. */
  launch(captured: CapturedProgram, integers: Int32Array, reals: Float64Array, registers: Int32Array, foreign: number): string | undefined;
  upload(values: HostArray): void;
  download(into: HostArray): void;
  downloadLater(into: HostArray): Promise<HostArray>;
  configure(device: string, threads: number, half: number, ownKernels: number, captures: number): void;
  facts(): AddonFacts;
  memory(): AddonMemory;
  synchronize(): void;
}

/** Where the addon lies below the package's folder; package.json imports it as `#torch-addon`. */
export const addonPlace = ['build', 'native', 'retort-torch.node'] as const;

const mend = 'build it with `retort build-native` (in a clone: npm run build:native)';

/** @throws in one sentence, with the command that mends it, when the addon is absent, its LibTorch is gone, or either is not the file it was. */
export function loadAddon(): Addon {
  const require = createRequire(import.meta.url);
  try {
    const changed = changedSinceBuild(require.resolve('#torch-addon'));
    if (changed !== undefined) throw new Error(`the torch engine's addon is not loaded, because ${changed}: ${mend}`);
    return require('#torch-addon') as Addon;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    // The second is what a loader of TypeScript says when it has tried the name with its endings in vain.
    if (code === 'MODULE_NOT_FOUND' || code === 'ERR_PACKAGE_IMPORT_NOT_DEFINED') throw new Error(`the torch engine is not built here: ${mend}`, { cause: error });
    if (code === 'ERR_DLOPEN_FAILED') throw new Error(`the torch engine's addon does not load (${message.split('\n')[0]}): if LibTorch was moved, removed or changed, ${mend}`, { cause: error });
    throw error;
  }
}

/** The place of every operation by its name. @throws if the addon lacks one of `needed`: it was built from other sources. */
export function operationPlaces({ operations }: AddonFacts, needed: Iterable<string>): ReadonlyMap<string, number> {
  const places = new Map(operations.map((name, place) => [name, place]));
  for (const name of needed) {
    if (!places.has(name)) throw new Error(`the torch engine's addon has no operation ${name}, so it was built from other sources than this version's: ${mend}`);
  }
  return places;
}
