// A training as a stage: done once, and its student gone however it ends.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { type Run, withRun } from '../../src/cli/run.ts';
import { trainStage } from '../../src/cli/training-stage.ts';
import { leaks } from '../../src/engine/memory.ts';
import { hardLabels } from '../../src/objectives/hard-labels.ts';
import { startEngine } from '../engine-under-test.ts';
import { corpus, settings, student } from '../strategies/lesson.ts';
import { temporaryFolder } from '../storage/temporary-folder.ts';
import { openRecorder } from './in-process.ts';

test.before(() => startEngine());

const training = (finish: () => Promise<{ answer: number }>) => ({ inputs: 'the same', start: () => Promise.resolve(student()), lesson: () => Promise.resolve({ objective: hardLabels(), corpus, settings }), finish });

test.serial('what came of it is found again, and said to be', async (t) => {
  const { console, heard } = openRecorder();
  const work = (run: Run) => trainStage(run, 'tiny', training(() => Promise.resolve({ answer: 1 })));
  const run = { folder: await temporaryFolder(t), command: 'a test', settings: {}, console, signal: new AbortController().signal };
  const first = await withRun(run, work);
  t.deepEqual([first.result.answer, first.reused, heard.said], [1, false, []]);
  t.true(first.result.trainMs > 0);
  t.deepEqual(await withRun(run, work), { ...first, reused: true });
  t.deepEqual(heard.said, ['tiny: done before, reused']);
});

test.serial('checkpoints stay while they may be needed, and go with the end', async (t) => {
  const run = { folder: await temporaryFolder(t), command: 'a test', settings: {}, console: openRecorder().console, signal: new AbortController().signal };
  const folders: string[] = [];
  const begun = (finish: () => Promise<{ answer: number }>) => {
    const { lesson, ...rest } = training(finish);
    return withRun(run, (own) => trainStage(own, 'tiny', { ...rest, lesson: (_, folder) => (folders.push(join(folder, 'checkpoints')), lesson()) }));
  };
  await t.throwsAsync(begun(() => Promise.reject(new Error('no room'))), { message: 'no room' });
  t.true(existsSync(folders[0]!));
  await begun(() => Promise.resolve({ answer: 1 }));
  t.is(folders[0], folders[1]);
  t.false(existsSync(folders[0]!));
});

test.serial('nothing of the student is left, done, failed or stopped', async (t) => {
  for (const [finish, signal, message] of [
    [() => Promise.resolve({ answer: 1 }), new AbortController().signal, undefined],
    [() => Promise.reject(new Error('no room')), new AbortController().signal, 'no room'],
    [() => Promise.resolve({ answer: 1 }), AbortSignal.abort(new Error('enough')), 'enough'],
  ] as const) {
    const run = { folder: await temporaryFolder(t), command: 'a test', settings: {}, console: openRecorder().console, signal };
    const ended: unknown[] = [];
    const found = await leaks(() => withRun(run, (own) => trainStage(own, 'tiny', training(finish))).then(() => undefined, (error: Error) => void ended.push(error.message)));
    t.deepEqual(found, { tensors: 0, buffers: 0 });
    t.deepEqual(ended, message === undefined ? [] : [message]);
  }
});
