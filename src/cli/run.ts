/**
 * A run: one folder, one log, and stages that are done once. A stage whose inputs and engine have not changed is reused; one that was
 * interrupted goes on from its checkpoint, on whatever engine; changed inputs make a new stage and leave the old one be.
 */
import { mkdir, readdir, rename } from 'node:fs/promises';
import { availableParallelism, cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import manifest from '../../package.json' with { type: 'json' };
import { type EngineFacts, engineFacts, type EngineMark, engineMark, engineMemory } from '../engine/engine.ts';
import { openProgress } from '../report/progress.ts';
import { openRunLog } from '../report/run-log.ts';
import { openTensorBoard, type Settings } from '../report/tensorboard.ts';
import { formatBytes } from '../report/units.ts';
import { removeStalePartials } from '../storage/atomic.ts';
import { fingerprint } from '../storage/hash.ts';
import { isThere } from '../storage/is-there.ts';
import { readJson, writeJson } from '../storage/json.ts';
import { lockFolder } from '../storage/lock.ts';
import type { Memory, StartEvent, TrainEvent } from '../train/event.ts';
import type { Console } from './console.ts';
import { type EngineOption, markLine, startEngine } from './engine-option.ts';

export interface Stage<T> {
  readonly result: T;
  readonly folder: string;
  readonly reused: boolean;
}

export interface Run {
  readonly folder: string;
  /** The command that makes this run again. */
  readonly command: string;
  /** Aborted on Ctrl-C. */
  readonly signal: AbortSignal;
  readonly startedAt: Date;
  /** Starts the engine that the settings ask for (`engineSettings`), says which it is and records it. */
  useEngine(settings: EngineOption): Promise<EngineFacts>;
  /** Prints a line for the person. */
  say(text: string): void;
  /** For `train`: logs to events.jsonl and tensorboard/, and draws the progress line. */
  emit(event: TrainEvent): void;
  /** For `train`: resolves when all that was emitted is on disk. */
  recorded(): Promise<void>;
  /** Tells what a training run is made of, before its first event. */
  describe(training: string, facts: Settings): void;
  /** Counts something that takes long; `total` things called `unit`. */
  count(label: string, unit: string, total: number): (done: number) => void;
  /**
   * Does `work` in a folder of its own, once: its JSON result is kept and given back when name and inputs are the same again.
   * @param inputs everything that determines the result, but for the engine.
   */
  stage<T>(name: string, inputs: unknown, work: (folder: string) => Promise<T>): Promise<Stage<T>>;
}

const stageSchema = z.strictObject({ inputs: z.string(), result: z.unknown() });
/** A stage's work, the same on every engine. */
const begunSchema = z.strictObject({ work: z.string(), engine: z.unknown() });

export interface RunOptions {
  readonly folder: string;
  readonly command: string;
  /** Recorded in run.json. */
  readonly settings: unknown;
  readonly console: Console;
  readonly signal: AbortSignal;
}

/** Opens the run's folder, does `work` in it and closes log and progress line, whatever happens. @throws if another process is at work there. */
export async function withRun<T>(options: RunOptions, work: (run: Run) => Promise<T>): Promise<T> {
  const lock = await lockFolder(options.folder);
  try {
    return await withLockedRun(options, work);
  } finally {
    await lock.release();
  }
}

async function withLockedRun<T>({ folder, command, settings, console, signal }: RunOptions, work: (run: Run) => Promise<T>): Promise<T> {
  await removeStalePartials(folder);
  const startedAt = new Date();
  const log = openRunLog(join(folder, 'events.jsonl'));
  const board = openTensorBoard(join(folder, 'tensorboard'));
  const progress = openProgress(console.live);
  const record = () => writeJson(join(folder, 'run.json'), { command, settings, startedAt: startedAt.toISOString(), versions: versions(), machine: machine(), engine: engineInUse() });
  await record();
  try {
    const result = await work({
      folder, command, signal, startedAt,
      useEngine: async (options) => {
        const facts = await startEngine(console, options);
        await record();
        return facts;
      },
      say: (text) => console.say(text),
      emit: (event) => {
        if (event.kind === 'start') resumption(event).forEach((line) => console.note(line));
        const told = event.kind === 'step' ? { ...event, ...memoryInUse() } : event;
        log.record(told);
        board.record(told);
        progress.show(told);
      },
      recorded: async () => void (await Promise.all([log.written(), board.written()])),
      describe: (training, facts) => board.describe(training, { command, ...facts }),
      count: (label, unit, total) => console.count(label, unit, total),
      stage: async (name, inputs, stageWork) => {
        await record(); // again: now the engine is known
        return doStage(folder, name, inputs, stageWork);
      },
    });
    await record(); // again: a recipe may have started an engine by itself
    return result;
  } finally {
    progress.close();
    await Promise.all([log.written(), board.close()]);
  }
}

/** Of this process, by the operating system's count: it holds the heap of a WebAssembly engine too; and of the engine's device. */
function memoryInUse(): { memory: Memory; deviceMemory?: Memory } {
  const nowBytes = process.memoryUsage.rss();
  const deviceMemory = engineInUse() && engineMemory();
  return { memory: { nowBytes, peakBytes: Math.max(nowBytes, 1024 * process.resourceUsage().maxRSS) }, ...(deviceMemory && { deviceMemory }) };
}

/** What a person is told of a stage that goes on. */
function resumption({ run, resumedAt, totalSteps, engine, engineBefore }: StartEvent): string[] {
  if (resumedAt === undefined || resumedAt >= totalSteps) return [];
  const changed = engine === undefined || engineBefore === undefined ? '' : `, now on ${markLine(engine)}, so far on ${markLine(engineBefore)}: not bit for bit what either alone would give`;
  return [`${run} goes on after step ${resumedAt} of ${totalSteps}${changed}`];
}

async function doStage<T>(root: string, name: string, inputs: unknown, work: (folder: string) => Promise<T>): Promise<Stage<T>> {
  const engine = markInUse();
  const same = { name, inputs, version: manifest.version };
  const address = fingerprint({ ...same, engine });
  const prefix = `${name.replaceAll(/[^a-z0-9]+/gi, '-')}-`;
  const folder = join(root, `${prefix}${address.slice(0, 8)}`);
  const file = join(folder, 'stage.json');
  const found = stageSchema.safeParse(await readJson(file).catch(() => undefined));
  if (found.success && found.data.inputs === address) return { result: found.data.result as T, folder, reused: true };
  const begun = (await isThere(folder)) ? undefined : await begunElsewhere(root, prefix, fingerprint(same));
  if (begun !== undefined) await rename(begun, folder);
  await mkdir(folder, { recursive: true });
  await removeStalePartials(folder);
  await writeJson(join(folder, 'begun.json'), { work: fingerprint(same), engine });
  const result = await work(folder);
  await writeJson(file, { inputs: address, result });
  return { result, folder, reused: false };
}

/** The folder of the same work, begun on another engine and not done. */
async function begunElsewhere(root: string, prefix: string, work: string): Promise<string | undefined> {
  for (const name of (await readdir(root)).filter((other) => other.startsWith(prefix))) {
    const folder = join(root, name);
    const begun = begunSchema.safeParse(await readJson(join(folder, 'begun.json')).catch(() => undefined));
    if (begun.success && begun.data.work === work && !(await isThere(join(folder, 'stage.json')))) return folder;
  }
  return undefined;
}

function markInUse(): EngineMark | 'none' {
  return engineInUse() === undefined ? 'none' : engineMark();
}

function engineInUse(): EngineFacts | undefined {
  try {
    return engineFacts();
  } catch {
    return undefined;
  }
}

/** What is known of the computer without an engine. */
export function machine(): Record<string, string | number> {
  return { processor: cpus()[0]?.model ?? 'unknown', cores: availableParallelism(), memory: formatBytes(totalmem()) };
}

export function versions(): Record<string, string> {
  return { retort: manifest.version, node: process.versions.node, platform: `${process.platform}-${process.arch}`, tfjs: manifest.dependencies['@tensorflow/tfjs-core'] };
}
