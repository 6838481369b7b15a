import { appendFile, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { folderName, openTensorBoard, settingsTable } from '../../src/report/tensorboard.ts';
import type { StepEvent, TrainEvent } from '../../src/train/event.ts';
import { temporaryFolder } from '../storage/temporary-folder.ts';
import { readEventFile } from './event-file.ts';

const now = (): Date => new Date(1767323045678);
const run = 'student, seed 1';
const start = (resumedAt?: number): TrainEvent => ({ kind: 'start', run, totalSteps: 9, examples: 70, parameters: 11, ...(resumedAt !== undefined && { resumedAt }) });
const step = (at: number, more: Partial<StepEvent> = {}): StepEvent => ({
  kind: 'step', run, step: at, totalSteps: 9, epoch: at / 4, loss: 1 / at, parts: { 'hard-labels': 0.25, 'soft-label': 0.5 },
  learningRate: 0.125, gradientNorm: 2, examplesPerSecond: 64, tokensPerSecond: 1024, ...more,
});

test('every number of a step, every score and the settings are there under their tags', async (t) => {
  const folder = await temporaryFolder(t);
  const board = openTensorBoard(folder, { now });
  board.describe(run, { command: 'retort run x', lesson: { steps: 9, layers: [1, 3] }, absent: undefined });
  const events: TrainEvent[] = [
    start(), step(2, { memory: { nowBytes: 1024, peakBytes: 2048 }, deviceMemory: { nowBytes: 16, peakBytes: 32 } }), { kind: 'evaluation', run, step: 2, scores: { accuracy: 0.75 }, best: true },
    { kind: 'skipped', run, step: 3, exampleIds: ['a', 'b|c'], reason: 'loss NaN' }, { kind: 'checkpoint', run, step: 3 }, { kind: 'end', run, step: 3, milliseconds: 5 },
  ];
  events.forEach((event) => board.record(event));
  await board.close();
  t.deepEqual(await readdir(folder), [run]);
  const [version, restart, settings, numbers, scores, skipped, ...rest] = await readEventFile(join(folder, run, 'events.out.tfevents.0000000001.retort'));
  t.deepEqual(rest, []);
  t.is(version?.version, 'brain.Event:2');
  t.deepEqual([restart?.restart, restart?.step], [true, 0]);
  t.is(settings?.texts.settings, [
    '| setting | value |', '| --- | --- |', '| trainable parameters | 11 |', '| training examples | 70 |', '| total steps | 9 |',
    '| command | retort run x |', '| lesson.steps | 9 |', '| lesson.layers | &#91;1,3&#93; |',
  ].join('\n'));
  t.deepEqual([numbers?.time, numbers?.step], [1767323045.678, 2]);
  t.deepEqual(numbers?.scalars, {
    loss: 0.5, 'loss/hard-labels': 0.25, 'loss/soft-label': 0.5, 'optimizer/learning_rate': 0.125, 'optimizer/gradient_norm': 2, 'progress/epoch': 0.5,
    'rates/examples_per_second': 64, 'rates/tokens_per_second': 1024, 'memory/now_bytes': 1024, 'memory/peak_bytes': 2048,
    'memory/device_now_bytes': 16, 'memory/device_peak_bytes': 32,
  });
  t.deepEqual(scores?.scalars, { 'scores/accuracy': 0.75 });
  t.is(skipped?.texts.skipped, 'loss NaN: a, b&#124;c');
});

test('a run that goes on writes a new file whose mark takes back the steps after the checkpoint; a torn record stays where it is', async (t) => {
  const folder = await temporaryFolder(t);
  const killed = openTensorBoard(folder, { now });
  for (const event of [start(), step(2), step(4), step(6)]) killed.record(event);
  await killed.close();
  const first = join(folder, run, 'events.out.tfevents.0000000001.retort');
  await appendFile(first, (await readFile(first)).subarray(0, 21)); // what a kill inside a write leaves
  const torn = await readFile(first);
  const resumed = openTensorBoard(folder, { now });
  for (const event of [start(4), step(6)]) resumed.record(event);
  await resumed.close();
  t.deepEqual((await readdir(join(folder, run))).sort(), ['events.out.tfevents.0000000001.retort', 'events.out.tfevents.0000000002.retort']);
  t.deepEqual(await readFile(first), torn);
  t.deepEqual((await readEventFile(first)).map(({ step: at }) => at), [0, 0, 0, 2, 4, 6]);
  const second = await readEventFile(join(folder, run, 'events.out.tfevents.0000000002.retort'));
  t.deepEqual(second.map(({ step: at, restart, scalars }) => [at, restart, scalars.loss]), [[0, undefined, undefined], [5, true, undefined], [4, undefined, undefined], [6, undefined, Math.fround(1 / 6)]]);
});

test('what is recorded is on disk before the run ends, and runs do not mix', async (t) => {
  const folder = await temporaryFolder(t);
  const board = openTensorBoard(folder, { now });
  for (const event of [start(), step(2), { ...start(), run: 'teacher' }, { ...step(2), run: 'teacher', loss: 8 }] as TrainEvent[]) board.record(event);
  await t.notThrowsAsync(async () => {
    for (const name of [run, 'teacher']) {
      const path = join(folder, name, 'events.out.tfevents.0000000001.retort');
      while ((await readEventFile(path).catch(() => [])).length < 4) await new Promise((resume) => setTimeout(resume, 2));
      t.is((await readEventFile(path)).at(-1)?.scalars.loss, name === run ? 0.5 : 8);
    }
  });
  await board.close();
});

test('a folder that cannot be written is said once, in one sentence', async (t) => {
  const folder = await temporaryFolder(t);
  await writeFile(join(folder, 'tensorboard'), 'a file in the way');
  const board = openTensorBoard(join(folder, 'tensorboard'), { now });
  board.record(start());
  await t.throwsAsync(board.close(), { message: /tensorboard: the TensorBoard files cannot be written: / });
});

test('a folder bears its run\'s name where every file system takes it', (t) => {
  t.is(folderName('student, seed 1'), 'student, seed 1');
  for (const name of ['../evil', 'a/b', 'a:b', '', '..', '.hidden', 'x'.repeat(300), 'tab\there', 'CON|']) {
    t.regex(folderName(name), /^[\p{L}\p{N} ,=+@_-][\p{L}\p{N} ,=+@_.-]{0,88}$/u, name);
    t.not(folderName(name), name);
  }
  t.not(folderName('a/b'), folderName('a:b'));
});

test('settings cannot leave their cell', (t) => {
  t.is(settingsTable({ a: '<b>*x*</b> | y\n# z' }).split('\n').length, 3);
  t.false(/<b>|\*x|\| y/.test(settingsTable({ a: '<b>*x*</b> | y' })));
  t.is(settingsTable({ a: { b: null, c: [1] } }).split('\n')[2], '| a.b | null |');
});
