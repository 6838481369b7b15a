/**
 * The engine of a command or recipe: which, on which device, in which precision, with how many threads; and the one line that says
 * what was taken.
 */
import { availableParallelism } from 'node:os';
import { type Command, Option } from 'commander';
import { z } from 'zod';
import { type EngineFacts, type EngineMark, type EngineName, engineNames, useEngine } from '../engine/engine.ts';
import { type EngineOptions, precisions } from '../engine/options.ts';
import type { Console } from './console.ts';
import { threadLimit } from './engine-warnings.ts';
import { deviceName, wholeNumber } from './option-values.ts';

export interface EngineOption extends Omit<EngineOptions, 'environment'> {
  readonly engine: EngineName | 'auto';
}

/** For a command's own options. */
export function addEngineOption(command: Command): Command {
  return addDeviceOptions(command.addOption(engineOption().env('RETORT_ENGINE').default('auto')));
}

/** The same without a default, where the absence of a choice means something. */
export function engineOption(): Option {
  return new Option('--engine <name>', 'what computes').choices(['auto', ...engineNames]);
}

export function addDeviceOptions(command: Command): Command {
  return command
    .option('--device <name>', 'cpu or cuda:N (default: the engine\'s own)', deviceName)
    .addOption(new Option('--precision <name>', 'fp32, or bf16 on the torch engine (default: fp32)').choices(precisions))
    .option('--threads <n>', 'threads within one operation (default: OMP_NUM_THREADS, or the number of processors)', wholeNumber);
}

/** For commands that train. */
export function addReplayOption(command: Command): Command {
  return command.option('--replay', 'run steps that repeat from the engine\'s own notes, on CUDA as one graph, several times as fast where models are small (torch engine; the same bits; a loss of your own must depend on its arguments alone)');
}

/** The same for a recipe: to be spread into its settings, and handed to `run.useEngine`. */
export const engineSettings = {
  engine: z.enum(['auto', ...engineNames]).default('auto'),
  device: z.string().regex(/^(cpu|cuda:\d+)$/, 'cpu or cuda:N').optional(),
  precision: z.enum(precisions).default('fp32'),
  threads: z.int().positive().optional(),
  replay: z.boolean().optional(),
} satisfies Record<Exclude<keyof EngineOption, 'kernels'>, z.ZodType>;

/** Starts it, and says so. @throws as `useEngine` does. */
export async function startEngine(console: Console, { engine, ...options }: EngineOption): Promise<EngineFacts> {
  const facts = await useEngine(engine, withThreads(options));
  console.note(engineLine(facts));
  return facts;
}

/** Where no number of threads is said, OMP_NUM_THREADS says it: launchers of several processes divide a machine so. The environment goes with it, for the engine that is told by it. */
export function withThreads({ device, precision, threads, replay }: EngineOptions): EngineOptions {
  const limit = threadLimit(process.env);
  return { device, precision, replay, threads: threads ?? (limit === undefined ? undefined : Math.min(limit, availableParallelism())), environment: process.env };
}

/** `engine wasm: cpu, fp32, 1 thread; passed over torch: ...` */
export function engineLine(facts: EngineFacts): string {
  return [`engine ${engineDescription(facts)}`, ...facts.passedOver.map((reason) => `passed over ${reason.split('\n')[0] ?? ''}`)].join('; ');
}

/** `torch: cpu, fp32, 2 threads, LibTorch 2.13.0 (AVX512)` */
export function engineDescription({ engine, device, precision, threads, library }: EngineFacts): string {
  return `${engine}: ${[device, precision, countOf(threads), ...(library === undefined ? [] : [library])].join(', ')}`;
}

/** `torch (cpu, fp32, 2 threads)` */
export function markLine({ engine, device, precision, threads }: EngineMark): string {
  return `${engine} (${[device, precision, ...(threads === undefined ? [] : [countOf(threads)])].join(', ')})`;
}

function countOf(threads: number): string {
  return `${threads} ${threads === 1 ? 'thread' : 'threads'}`;
}

