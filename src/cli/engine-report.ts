/**
 * What one engine is on this machine: whether it starts, what it runs on, a measured rate, a training step and which operations of it
 * were its own. A process keeps one engine, so each is looked at in a process of its own.
 */
import { spawn } from 'node:child_process';
import { type EngineFacts, type EngineName, engineCalls, measureMatMulRate, useEngine } from '../engine/engine.ts';
import { type EngineOptions, type Precision } from '../engine/options.ts';
import { freshModel } from '../models/model.ts';
import { freshConfig, parseSize } from '../models/size.ts';
import { hardLabels } from '../objectives/hard-labels.ts';
import { formatTable } from '../report/table.ts';
import { formatCount } from '../report/units.ts';
import type { EncodedCorpus } from '../text/encoded-corpus.ts';
import { train, trainDefaults } from '../train/train.ts';
import { withThreads } from './engine-option.ts';
import { engineWarnings, surroundings } from './engine-warnings.ts';
import { commandFile, nativeSources, packageFolder, sourcesId } from './native/package-folder.ts';

export interface EngineReport {
  readonly engine: EngineName;
  /** Why it does not start here, with what to do about it; then nothing else is known. */
  readonly problem?: string;
  readonly facts?: EngineFacts;
  /** On products of [size, size] matrices. */
  readonly matMul?: { readonly size: number; readonly gflops: number };
  /** Operations so far that the engine's own code ran, and those that TensorFlow.js's CPU kernels ran for want of one. */
  readonly calls?: { readonly native: number; readonly fallback: Readonly<Record<string, number>> };
  readonly warnings: readonly string[];
}

/** Looks at it in this process, which then keeps it. */
export async function inspectEngine(engine: EngineName, options: EngineOptions): Promise<EngineReport> {
  let facts: EngineFacts;
  try {
    facts = await useEngine(engine, withThreads(options));
  } catch (error) {
    return { engine, problem: messageOf(error), warnings: [] };
  }
  const matMul = await measuredProducts(facts);
  const warnings = engineWarnings(facts, surroundings(process.env));
  const stale = await staleBuild(facts);
  if (stale !== undefined) warnings.push(stale);
  try {
    await trainALittle();
  } catch (error) {
    warnings.push(`a training step fails: ${messageOf(error)}`);
  }
  const { native, fallback } = engineCalls();
  if (fallback.size > 0) warnings.push(`a training step left operations to slow kernels: ${[...fallback].map(([name, count]) => `${name} ${count}x`).join(', ')}`);
  return { engine, facts, matMul, calls: { native, fallback: Object.fromEntries(fallback) }, warnings };
}

/** As large as keeps the device busy, and no larger than takes a few seconds: behind WebGPU may be a processor that plays a GPU. */
async function measuredProducts({ engine, device }: EngineFacts): Promise<{ size: number; gflops: number }> {
  const measured = async (size: number) => ({ size, gflops: await measureMatMulRate({ size }) });
  if (engine === 'webgpu') {
    const small = await measured(256);
    return small.gflops > 20 ? measured(2048) : small;
  }
  return measured(device.startsWith('cuda') ? 8192 : engine === 'wasm' ? 512 : 2048);
}

/** Two steps of a very small classifier. */
async function trainALittle(): Promise<void> {
  const config = freshConfig(parseSize('2x32:2'), { vocabulary: 16, padId: 0, positions: 8, task: 'single-label', labels: ['no', 'yes'], dropout: 0.1 });
  const student = freshModel(config, { seed: 1 });
  const corpus: EncodedCorpus = {
    exampleIds: ['one', 'two'], ids: Int32Array.of(1, 2, 3, 4, 5, 6), typeIds: new Int32Array(6), offsets: Uint32Array.of(0, 3, 6),
    labels: { kind: 'single-label', names: ['no', 'yes'], indices: Int32Array.of(0, 1) }, maxTokens: 8, truncated: 0, corpus: 'two examples', tokenizer: 'none',
  };
  try {
    await train({ student, objective: hardLabels() }, corpus, { ...trainDefaults, steps: 2, rows: 2, learningRate: 1e-3 }, { run: 'doctor', emit: () => undefined });
  } finally {
    student.dispose();
  }
}

async function staleBuild({ buildId }: EngineFacts): Promise<string | undefined> {
  if (buildId === undefined) return undefined;
  const sources = await sourcesId(nativeSources(packageFolder()));
  return buildId === sources ? undefined : `the addon was built from other sources than this version's (${buildId}, not ${sources}): retort build-native`;
}

/** Looks at it in a process of its own: this very command with `--engine`. */
export async function askEngine(engine: EngineName, { device, precision, threads }: EngineOptions = {}): Promise<EngineReport> {
  const options = Object.entries({ device, precision, threads }).flatMap(([name, value]) => (value === undefined ? [] : [`--${name}`, String(value)]));
  const child = spawn(process.execPath, [commandFile(packageFolder()), 'doctor', '--engine', engine, ...options, '--json'], { stdio: ['ignore', 'pipe', 'pipe'] });
  const texts = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) child[name].setEncoding('utf8').on('data', (text: string) => (texts[name] += text));
  const ended = await new Promise<string>((done, failed) => {
    child.on('error', failed);
    child.on('close', (code, signal) => done(signal ?? `code ${code ?? 'unknown'}`));
  });
  try {
    const { engines } = JSON.parse(texts.stdout) as { engines: [EngineReport] };
    return engines[0];
  } catch {
    return { engine, problem: `it ended with ${ended} before it could answer: ${texts.stderr.trim().split('\n').at(-1) ?? ''}`, warnings: [] };
  }
}

/** Every device and precision of the named engines that the options leave open. */
export async function askEngines(engines: readonly EngineName[], options: EngineOptions = {}): Promise<EngineReport[]> {
  const reports: EngineReport[] = [];
  for (const engine of engines) {
    const first = await askEngine(engine, options);
    reports.push(first);
    if (first.facts === undefined) continue;
    const { device: taken, precision: used, devices, precisions, untriedDevices = [] } = first.facts;
    for (const device of options.device === undefined ? [...devices, ...untriedDevices] : [taken]) {
      for (const precision of options.precision === undefined ? precisions : [used]) {
        if (device !== taken || precision !== used) reports.push(await askEngine(engine, { ...options, device, precision }));
      }
    }
  }
  return reports.map((report) => withSlowHalf(report, reports));
}

/** Says where bfloat16 does not pay. */
function withSlowHalf(report: EngineReport, reports: readonly EngineReport[]): EngineReport {
  const { engine, facts, matMul, warnings } = report;
  const rate = (precision: Precision) => reports.find((other) => other.engine === engine && other.facts?.device === facts?.device && other.facts?.precision === precision)?.matMul?.gflops;
  const full = rate('fp32');
  if (facts?.precision !== 'bf16' || matMul === undefined || full === undefined || matMul.gflops > full) return report;
  return { ...report, warnings: [...warnings, 'bf16 is no faster than fp32 on this processor: stay with fp32'] };
}

/** The table a person reads, and below it what is missing and what is slow. */
export function engineLines(reports: readonly EngineReport[]): string[] {
  const rows = reports.flatMap(({ engine, facts, matMul, calls }) => {
    if (facts === undefined || matMul === undefined || calls === undefined) return [];
    const fallbacks = Object.values(calls.fallback).reduce((sum, count) => sum + count, 0);
    const counted = calls.native === 0 ? '–' : `${formatCount(calls.native)} / ${formatCount(fallbacks)}`;
    return [[engine, facts.device, facts.precision, facts.threads, `${formatCount(matMul.gflops)} GFLOP/s (${matMul.size})`, counted, facts.library ?? `TensorFlow.js ${facts.tfjs}`]];
  });
  const notes = reports.flatMap(({ engine, facts, problem, warnings }) => {
    const who = facts === undefined ? engine : `${engine} ${facts.device} ${facts.precision}`;
    return [...(problem === undefined ? [] : [`${engine}: not here; ${problem}`]), ...warnings.map((warning) => `${who}: ${warning}`)];
  });
  const table = rows.length === 0 ? [] : formatTable(['engine', 'device', 'precision', 'threads', 'matrix products', 'own / fall-back calls', 'library'], rows).split('\n');
  return [...table, ...(table.length > 0 && notes.length > 0 ? [''] : []), ...notes];
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
