/**
 * What a run says, as TensorBoard reads it while training goes on: `tensorboard/<run>/events.out.tfevents.<n>`, a folder per run so
 * that runs lie over one another in one chart. Each start opens a new file, for a reader may hold half of a torn last record in
 * memory; the mark at its head takes back the steps that a resumed run does again. Nothing is read back.
 */
import { mkdir, open, readdir } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { fingerprint } from '../storage/hash.ts';
import { tfRecord } from '../storage/tf-record.ts';
import type { StepEvent, TrainEvent } from '../train/event.ts';
import { fileVersionEvent, restartEvent, scalarsEvent, textEvent } from './tensorboard-event.ts';
import { openWriteQueue } from './write-queue.ts';

/** Names and values, which may lie in one another; shown as a table of paths. */
export type Settings = Readonly<Record<string, unknown>>;

/** `record` returns at once, as the run log's does, and `written` waits; `describe` tells a run's settings before its start. */
export type TensorBoard = { describe(run: string, settings: Settings): void; record(event: TrainEvent): void; written(): Promise<void>; close(): Promise<void> };

/** Nothing is written before the first event. `folder` is what `tensorboard --logdir` is given. */
export function openTensorBoard(folder: string, { now = () => new Date() }: { now?: () => Date } = {}): TensorBoard {
  const queue = openWriteQueue(`${folder}: the TensorBoard files cannot be written`);
  const described = new Map<string, Settings>();
  const files = new Map<string, FileHandle>();

  const fileOf = async (run: string, time: Date): Promise<FileHandle> => {
    const known = files.get(run);
    if (known !== undefined) return known;
    const file = await openNextFile(join(folder, folderName(run)));
    files.set(run, file);
    await append(file, fileVersionEvent(time));
    return file;
  };
  const closeFile = async (run: string): Promise<void> => {
    const file = files.get(run);
    files.delete(run);
    await file?.close();
  };
  const write = async (event: TrainEvent, time: Date): Promise<void> => {
    const { kind, run } = event;
    if (kind === 'checkpoint') return;
    if (kind === 'start') await closeFile(run); // begun again in the same process: in a file of its own, with its mark
    if (kind === 'end') return closeFile(run);
    const file = await fileOf(run, time);
    for (const message of messagesOf(event, { time, settings: described.get(run) ?? {} })) await append(file, message);
  };

  return {
    describe(run, settings) {
      described.set(run, settings);
    },
    record(event) {
      const time = now();
      queue.add(() => write(event, time));
    },
    written: () => queue.written(),
    async close() {
      try {
        await queue.written();
      } finally {
        for (const run of [...files.keys()]) await closeFile(run);
      }
    },
  };
}

/** What one event becomes, in order. */
function messagesOf(event: Exclude<TrainEvent, { kind: 'checkpoint' | 'end' }>, { time, settings }: { time: Date; settings: Settings }): Uint8Array[][] {
  switch (event.kind) {
    case 'start': {
      const step = event.resumedAt === undefined ? 0 : event.resumedAt + 1;
      const { totalSteps, examples, parameters } = event;
      const markdown = settingsTable({ 'trainable parameters': parameters, 'training examples': examples, 'total steps': totalSteps, ...settings });
      return [restartEvent({ time, step }), textEvent({ time, step: event.resumedAt ?? 0 }, { tag: 'settings', markdown })];
    }
    case 'step':
      return [scalarsEvent({ time, step: event.step }, scalarsOf(event))];
    case 'evaluation':
      return [scalarsEvent({ time, step: event.step }, prefixed('scores', event.scores))];
    case 'skipped':
      return [textEvent({ time, step: event.step }, { tag: 'skipped', markdown: `${cell(event.reason)}: ${event.exampleIds.map(cell).join(', ')}` })];
  }
}

/** TensorBoard groups tags by what stands before the slash. */
function scalarsOf({ loss, parts, learningRate, gradientNorm, epoch, examplesPerSecond, tokensPerSecond, memory, deviceMemory }: StepEvent): Record<string, number> {
  return {
    loss,
    ...prefixed('loss', parts),
    'optimizer/learning_rate': learningRate,
    'optimizer/gradient_norm': gradientNorm,
    'progress/epoch': epoch,
    'rates/examples_per_second': examplesPerSecond,
    'rates/tokens_per_second': tokensPerSecond,
    ...(memory && { 'memory/now_bytes': memory.nowBytes, 'memory/peak_bytes': memory.peakBytes }),
    ...(deviceMemory && { 'memory/device_now_bytes': deviceMemory.nowBytes, 'memory/device_peak_bytes': deviceMemory.peakBytes }),
  };
}

const prefixed = (group: string, values: Readonly<Record<string, number>>): Record<string, number> =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [`${group}/${name}`, value]));

/** Settings as a Markdown table, inner ones by their path. */
export function settingsTable(settings: Settings): string {
  const rows = flattened(settings).map(([path, value]) => `| ${cell(path)} | ${cell(value)} |`);
  return ['| setting | value |', '| --- | --- |', ...rows].join('\n');
}

function flattened(value: unknown, path = ''): [path: string, value: string][] {
  if (value === undefined) return [];
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [[path, typeof value === 'string' ? value : JSON.stringify(value)]];
  return Object.entries(value).flatMap(([key, inner]) => flattened(inner, path === '' ? key : `${path}.${key}`));
}

/** Text as text: no line break, and none of the characters that Markdown and HTML give a meaning to. */
const cell = (text: string): string => text.replaceAll(/\s+/g, ' ').replaceAll(/[\\`*_{}[\]()<>#|!~&]/g, (character) => `&#${character.charCodeAt(0)};`);

/** The run's own name where every file system takes it, so that TensorBoard shows it; else what is left of it, told apart by a hash. */
export function folderName(run: string): string {
  const plain = run.replaceAll(/[^\p{L}\p{N} ,=+@_.-]/gu, '-').replace(/^[ .]+/, '').slice(0, 80).replace(/[ .]+$/, '');
  return plain === run && plain !== '' ? run : `${plain}-${fingerprint(run).slice(0, 8)}`;
}

const fileName = /^events\.out\.tfevents\.(\d{10})\.retort$/;

/** A new file that comes after all others of the folder: TensorBoard reads them in the order of their names. */
async function openNextFile(folder: string): Promise<FileHandle> {
  await mkdir(folder, { recursive: true });
  const numbers = (await readdir(folder)).flatMap((name) => Number(fileName.exec(name)?.[1] ?? []));
  const next = Math.max(0, ...numbers) + 1;
  return open(join(folder, `events.out.tfevents.${String(next).padStart(10, '0')}.retort`), 'ax');
}

async function append(file: FileHandle, message: readonly Uint8Array[]): Promise<void> {
  const record = tfRecord(message);
  const { bytesWritten } = await file.write(record);
  if (bytesWritten < record.length) throw new Error(`only ${bytesWritten} of ${record.length} bytes were written. Is the disk full?`);
}
