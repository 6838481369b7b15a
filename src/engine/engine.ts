/**
 * Choosing an engine. Importing the package changes nothing; `useEngine` loads one, installs the fused set on it and says what it is.
 */
import { fusedCatalogue } from './fused/catalogue.ts';
import { installFusedOp } from './fused/fused-op.ts';
import * as tf from './tf.ts';
import { startWasm } from './wasm/wasm-engine.ts';

/** In order of preference: `auto` takes the first that loads. */
const engines = {
  wasm: { start: startWasm, device: 'cpu', precision: 'fp32', threads: 1, what: 'TensorFlow.js on WebAssembly (embedded; needs no compiler)' },
} as const;

export type EngineName = keyof typeof engines;
export const engineNames = Object.keys(engines) as EngineName[];

export interface EngineFacts {
  readonly engine: EngineName;
  readonly what: string;
  readonly device: string;
  readonly precision: string;
  readonly threads: number;
  readonly tfjs: string;
}

/** The engine being loaded or in use, and what it turned out to be. */
let loading: { readonly engine: EngineName; readonly facts: Promise<EngineFacts> } | undefined;
let current: EngineFacts | undefined;

/**
 * Loads an engine and makes it the one all tensors live on. Asking again for the same one gives the same facts.
 * @throws if the engine does not load here, or another one is already in use in this process.
 */
export async function useEngine(choice: EngineName | 'auto' = 'auto'): Promise<EngineFacts> {
  const engine = choice === 'auto' ? (loading?.engine ?? present(engineNames[0])) : choice;
  if (!Object.hasOwn(engines, engine)) throw new Error(`no engine is called '${choice}'; there are: auto, ${engineNames.join(', ')}`);
  loading ??= { engine, facts: start(engine) };
  if (loading.engine !== engine) throw new Error(`the ${String(loading.engine)} engine is in use: one process keeps one engine`);
  return loading.facts;
}

async function start(engine: EngineName): Promise<EngineFacts> {
  tf.enableProdMode(); // without it tfjs prints an advertisement and validates every NaN synchronously
  const { start: startBackend, ...facts } = engines[engine];
  await startBackend();
  for (const op of fusedCatalogue) installFusedOp(op, tf.getBackend());
  current = { engine, ...facts, tfjs: tf.version_core };
  return current;
}

/** The engine in use. @throws before `useEngine`. */
export function engineFacts(): EngineFacts {
  if (current === undefined) throw new Error('no engine is in use: call useEngine() first');
  return current;
}

/** Billions of multiply-adds per second, counted twice as is the custom, on a product of [size, size] matrices. */
export async function measureMatMulRate({ size = 512, seconds = 0.5 }: { size?: number; seconds?: number } = {}): Promise<number> {
  engineFacts();
  const [a, b] = [tf.fill([size, size], 0.5), tf.fill([size, size], 0.25)];
  const multiply = async () => {
    const product = tf.matMul(a, b);
    await product.data();
    product.dispose();
  };
  await multiply();
  const start = performance.now();
  let products = 0;
  while (performance.now() - start < seconds * 1000) {
    await multiply();
    products++;
  }
  const elapsed = performance.now() - start;
  tf.dispose([a, b]);
  return (2 * size ** 3 * products) / elapsed / 1e6;
}

function present<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('no engine is compiled in');
  return value;
}

/** Every engine by name, without loading one. */
export function engineDescriptions(): { engine: EngineName; what: string }[] {
  return engineNames.map((engine) => ({ engine, what: engines[engine].what }));
}
