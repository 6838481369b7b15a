/**
 * Choosing an engine. Importing the package changes nothing; `useEngine` loads one, installs the fused set on it and says what it is.
 */
import { fallbackCalls } from './cpu-fallback.ts';
import { fusedCatalogue } from './fused/catalogue.ts';
import { installFusedOp } from './fused/fused-op.ts';
import { linear } from './fused/linear.ts';
import type { EngineOptions, MemoryFigures, Precision, StartedEngine } from './options.ts';
import type { Replayer } from './replayer.ts';
import * as tf from './tf.ts';
import { startTensorFlow } from './tensorflow/tensorflow-engine.ts';
import { startTorch } from './torch/torch-engine.ts';
import { startWasm } from './wasm/wasm-engine.ts';
import { startWebGpu } from './webgpu/webgpu-engine.ts';

interface EngineEntry {
  readonly start: (options: EngineOptions) => Promise<StartedEngine>;
  readonly what: string;
  /** Whether `auto` may take it. */
  readonly automatic: boolean;
}

/** In order of preference: `auto` takes the first that loads. */
const engines = {
  torch: { start: startTorch, automatic: true, what: 'LibTorch behind TensorFlow.js (CPU and CUDA; built by `retort build-native`)' },
  wasm: { start: startWasm, automatic: true, what: 'TensorFlow.js on WebAssembly (embedded; needs no compiler)' },
  tensorflow: { start: startTensorFlow, automatic: false, what: 'TensorFlow behind TensorFlow.js\'s own binding (CPU and CUDA; built by `retort build-tensorflow`)' },
  webgpu: { start: startWebGpu, automatic: false, what: 'TensorFlow.js on WebGPU (needs the packages webgpu and @tensorflow/tfjs-backend-webgpu)' },
} as const satisfies Record<string, EngineEntry>;

export type EngineName = keyof typeof engines;
export const engineNames = Object.keys(engines) as EngineName[];

export interface EngineFacts {
  readonly engine: EngineName;
  readonly what: string;
  readonly device: string;
  readonly precision: Precision;
  readonly threads: number;
  readonly tfjs: string;
  /** The library that computes, with its version. */
  readonly library?: string;
  /** What it was compiled from, where it was compiled here. */
  readonly buildId?: string;
  /** Every device and precision it could have been started with. */
  readonly devices: readonly string[];
  readonly precisions: readonly Precision[];
  /** Devices it may have besides, which show only when it is started on them. */
  readonly untriedDevices?: readonly string[];
  /** Why `auto` did not take the engines it prefers to this one. */
  readonly passedOver: readonly string[];
}

/** The engine being loaded or in use, and what it turned out to be. */
let loading: { readonly options: EngineOptions; readonly facts: Promise<EngineFacts> } | undefined;
let current: { readonly facts: EngineFacts; readonly started: StartedEngine } | undefined;

/**
 * Loads an engine and makes it the one all tensors live on. Asking again for the same one gives the same facts.
 * @throws if the engine does not load here, or another one (or the same one with other options) is in use in this process.
 */
export async function useEngine(choice: EngineName | 'auto' = 'auto', options: EngineOptions = {}): Promise<EngineFacts> {
  if (choice !== 'auto' && !Object.hasOwn(engines, choice)) throw new Error(`no engine is called '${choice}'; there are: auto, ${engineNames.join(', ')}`);
  if (loading === undefined) {
    const facts = choice === 'auto' ? startFirst(options) : start(choice, options, []);
    loading = { options, facts };
    facts.catch(() => (loading = undefined)); // an engine that did not load is not in use
    return facts;
  }
  const { kernels = 'own', replay = false } = loading.options; // an engine does not tell these of itself
  const facts = await loading.facts;
  if (choice !== 'auto' && facts.engine !== choice) throw new Error(`the ${facts.engine} engine is in use: one process keeps one engine`);
  for (const name of ['device', 'precision', 'threads', 'kernels', 'replay'] as const) {
    const [wanted, had] = [options[name], { ...facts, kernels, replay }[name]];
    if (wanted !== undefined && wanted !== had) throw new Error(`the ${facts.engine} engine is in use with ${name} ${had}: one process keeps one engine`);
  }
  return facts;
}

/** The first engine that loads, of those that can do what is asked. */
async function startFirst(options: EngineOptions): Promise<EngineFacts> {
  const passedOver: string[] = [];
  for (const name of engineNames.filter((engine) => engines[engine].automatic)) {
    try {
      return await start(name, options, passedOver);
    } catch (error) {
      passedOver.push(`${name}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  throw new Error(`no engine could be started.\n${passedOver.join('\n')}`);
}

async function start(engine: EngineName, options: EngineOptions, passedOver: readonly string[]): Promise<EngineFacts> {
  tf.enableProdMode(); // without it tfjs prints an advertisement and validates every NaN synchronously
  const { start: startBackend, what } = engines[engine];
  const started = await startBackend(options);
  for (const op of fusedCatalogue) installFusedOp(op, tf.getBackend());
  const { device, precision, threads, library, buildId, untriedDevices, devices = [device], precisions = [precision] } = started;
  const facts: EngineFacts = {
    engine, what, device, precision, threads, tfjs: tf.version_core, devices, precisions, passedOver,
    ...(library !== undefined && { library }), ...(buildId !== undefined && { buildId }), ...(untriedDevices !== undefined && { untriedDevices }),
  };
  current = { facts, started };
  return facts;
}

/** The engine in use. @throws before `useEngine`. */
export function engineFacts(): EngineFacts {
  return inUse().facts;
}

/** What of an engine decides the last bits of what it computes; a GPU's numbers do not hang on the processor's threads. */
export type EngineMark = Readonly<Record<'engine' | 'device' | 'precision', string>> & { readonly threads?: number };

/** Of the engine in use. @throws before `useEngine`. */
export function engineMark(): EngineMark {
  const { engine, device, precision, threads } = engineFacts();
  return { engine, device, precision, ...(device === 'cpu' && { threads }) };
}

/** Memory of the engine's device, where it is not the process's own. */
export function engineMemory(): MemoryFigures | undefined {
  return inUse().started.memory?.();
}

/** The engine's way to repeat work, where it has one and it is not turned off. */
export function engineReplayer(): Replayer | undefined {
  return inUse().started.replayer;
}

/** How many operations the engine's own code has run, and how many ran on TensorFlow.js's CPU kernels for want of one. */
export function engineCalls(): { native: number; fallback: ReadonlyMap<string, number> } {
  return { native: inUse().started.nativeCalls?.() ?? 0, fallback: fallbackCalls() };
}

function inUse(): { facts: EngineFacts; started: StartedEngine } {
  if (current === undefined) throw new Error('no engine is in use: call useEngine() first');
  return current;
}

/**
 * Billions of multiply-adds per second, counted twice as is the custom, on products of [size, size] matrices; each is multiplied
 * further, so that it is in the engine's own precision.
 */
export async function measureMatMulRate({ size = 512, seconds = 0.5 }: { size?: number; seconds?: number } = {}): Promise<number> {
  engineFacts();
  const [start, weight] = [tf.fill([size, size], 0.5), tf.fill([size, size], 1 / size)];
  /** Milliseconds for so many products; one number is read at the end, to wait for a device that computes meanwhile. */
  const time = async (products: number): Promise<number> => {
    const from = performance.now();
    let product = linear(start, { weight });
    for (let left = products; left > 1; left--) {
      const next = linear(product, { weight });
      product.dispose();
      product = next;
    }
    const corner = tf.slice(product, [0, 0], [1, 1]);
    await corner.data();
    tf.dispose([product, corner]);
    return performance.now() - from;
  };
  await time(1);
  let [products, milliseconds] = [1, await time(1)];
  while (milliseconds < seconds * 1000) {
    products = Math.ceil(products * Math.min(8, Math.max(1.5, (1100 * seconds) / milliseconds)));
    milliseconds = await time(products);
  }
  tf.dispose([start, weight]);
  return (2 * size ** 3 * products) / milliseconds / 1e6;
}

/** Every engine by name, without loading one. */
export function engineDescriptions(): { engine: EngineName; what: string }[] {
  return engineNames.map((engine) => ({ engine, what: engines[engine].what }));
}
