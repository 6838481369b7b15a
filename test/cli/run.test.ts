import { appendFile, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { type Run, withRun } from '../../src/cli/run.ts';
import type { EngineFacts } from '../../src/engine/engine.ts';
import { readRunLog } from '../../src/report/run-log.ts';
import { engineUnderTest } from '../engine-choice.ts';
import { readEventFile } from '../report/event-file.ts';
import { openRecorder } from './in-process.ts';

let folder: string;
test.beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'retort-run-'));
});
test.afterEach.always(() => rm(folder, { recursive: true, force: true }));

const open = <T>(work: (run: Run) => Promise<T>, { console } = openRecorder()) =>
  withRun({ folder, command: 'retort test', settings: { seed: 1 }, console, signal: new AbortController().signal }, work);

test.serial('a stage is done once, again when its inputs change, and each keeps its folder', async (t) => {
  let works = 0;
  const stage = (inputs: unknown) => open((run) => run.stage('the work', inputs, (place) => writeFile(join(place, 'made'), String(++works)).then(() => works)));
  const first = await stage({ a: 1 });
  t.deepEqual([first.result, first.reused], [1, false]);
  const again = await stage({ a: 1 });
  t.deepEqual([again.result, again.reused, again.folder], [1, true, first.folder]);
  const other = await stage({ a: 2 });
  t.deepEqual([other.result, other.reused], [2, false]);
  t.not(other.folder, first.folder);
  t.is(await readFile(join(first.folder, 'made'), 'utf8'), '1');
});

test.serial('a stage that failed is begun again in the same folder', async (t) => {
  const places: string[] = [];
  const work = (fail: boolean) => open((run) => run.stage('work', 1, (place) => {
    places.push(place);
    return fail ? Promise.reject(new Error('no luck')) : Promise.resolve('done');
  }));
  await t.throwsAsync(work(true), { message: 'no luck' });
  t.is((await work(false)).result, 'done');
  t.is(places[0], places[1]);
});

test.serial('what was begun on another engine goes on in a folder of its own; what was done there is done again here', async (t) => {
  const work = (fail: boolean) => open((run) => run.stage('work', 1, async (place) => {
    await appendFile(join(place, 'steps'), '+');
    if (fail) throw new Error('no luck');
    return readFile(join(place, 'steps'), 'utf8');
  }));
  await t.throwsAsync(work(true), { message: 'no luck' });
  const [ours = ''] = (await readdir(folder)).filter((name) => name.startsWith('work-'));
  await rename(join(folder, ours), join(folder, 'work-00000000')); // another engine gives another address
  const { result, reused } = await work(false);
  t.deepEqual([result, reused], ['++', false]);
  t.deepEqual((await readdir(folder)).filter((name) => name.startsWith('work-')), [ours]);
  await rename(join(folder, ours), join(folder, 'work-00000000'));
  t.is((await work(false)).result, '+');
});

test.serial('a recipe\'s engine is started, told and recorded at once', async (t) => {
  const recorder = openRecorder();
  await open(async (run) => {
    const facts = await run.useEngine({ engine: engineUnderTest });
    t.is(facts.engine, engineUnderTest);
    t.regex(recorder.heard.noted[0] ?? '', new RegExp(`^engine ${engineUnderTest}: cpu, `));
    const { engine } = JSON.parse(await readFile(join(folder, 'run.json'), 'utf8')) as { engine: EngineFacts };
    t.deepEqual([engine.engine, engine.device, engine.precision, engine.threads], [facts.engine, facts.device, facts.precision, facts.threads]);
  }, recorder);
});

test.serial('a run that goes on on another engine says from which to which', async (t) => {
  const recorder = openRecorder();
  await open((run) => {
    run.emit({ kind: 'start', run: 'teacher', totalSteps: 60, examples: 5, parameters: 9, resumedAt: 20, engine: { engine: 'torch', device: 'cuda:0', precision: 'bf16' }, engineBefore: { engine: 'wasm', device: 'cpu', precision: 'fp32', threads: 1 } });
    return Promise.resolve();
  }, recorder);
  t.deepEqual(recorder.heard.noted, ['teacher goes on after step 20 of 60, now on torch (cuda:0, bf16), so far on wasm (cpu, fp32, 1 thread): not bit for bit what either alone would give']);
  t.regex(await readFile(join(folder, 'events.jsonl'), 'utf8'), /"engineBefore":\{"engine":"wasm"/);
});

test.serial('run.json says how to make the run again', async (t) => {
  await open(() => Promise.resolve());
  const { command, settings, versions } = JSON.parse(await readFile(join(folder, 'run.json'), 'utf8')) as Record<string, unknown>;
  t.deepEqual([command, settings], ['retort test', { seed: 1 }]);
  t.is((versions as { node: string }).node, process.versions.node);
});

test.serial('events are logged, also when the work fails; a run that goes on says where', async (t) => {
  const recorder = openRecorder();
  await t.throwsAsync(open((run) => {
    run.emit({ kind: 'start', run: 'teacher', totalSteps: 60, examples: 5, parameters: 9, resumedAt: 20 });
    return Promise.reject(new Error('no luck'));
  }, recorder));
  t.deepEqual((await readRunLog(join(folder, 'events.jsonl'))).map(({ kind }) => kind), ['start']);
  t.deepEqual(recorder.heard.noted, ['teacher goes on after step 20 of 60']);
});

test.serial('every step carries the memory of the process, in the log and in TensorBoard, which knows the settings too', async (t) => {
  await open((run) => {
    run.describe('student', { steps: 2, objective: 'hard-labels' });
    run.emit({ kind: 'start', run: 'student', totalSteps: 2, examples: 5, parameters: 9 });
    run.emit({ kind: 'step', run: 'student', step: 1, totalSteps: 2, epoch: 1, loss: 1, parts: {}, learningRate: 1, gradientNorm: 1, examplesPerSecond: 1, tokensPerSecond: 1 });
    return Promise.resolve();
  });
  const memory = (await readRunLog(join(folder, 'events.jsonl'))).flatMap((event) => (event.kind === 'step' ? [event.memory] : []))[0];
  t.true(memory !== undefined && memory.nowBytes > 20e6 && memory.peakBytes >= memory.nowBytes && memory.peakBytes < 100e9, JSON.stringify(memory));
  const [file = ''] = await readdir(join(folder, 'tensorboard', 'student'));
  const events = await readEventFile(join(folder, 'tensorboard', 'student', file));
  t.is(events.at(-1)?.scalars['memory/now_bytes'], Math.fround(memory?.nowBytes ?? 0));
  t.regex(events.find(({ texts }) => texts.settings !== undefined)?.texts.settings ?? '', /\| command \| retort test \|\n\| steps \| 2 \|\n\| objective \| hard-labels \|/);
});
