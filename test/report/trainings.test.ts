import test from 'ava';
import type { LoggedEvent } from '../../src/report/run-log.ts';
import { drawTrainings, trainingsOf } from '../../src/report/trainings.ts';
import type { StepEvent } from '../../src/train/event.ts';

const at = (seconds: number): { time: string } => ({ time: new Date(1_700_000_000_000 + 1000 * seconds).toISOString() });
const start = (seconds: number, run: string, resumedAt?: number): LoggedEvent => ({ ...at(seconds), kind: 'start', run, totalSteps: 100, examples: 5, parameters: 7, ...(resumedAt !== undefined && { resumedAt }) });
const step = (seconds: number, run: string, step: number, more: Partial<StepEvent> = {}): LoggedEvent => ({
  ...at(seconds), kind: 'step', run, step, totalSteps: 100, epoch: 0, loss: 1 / step, parts: {}, learningRate: 1, gradientNorm: 1, examplesPerSecond: 10 * step, tokensPerSecond: 1, ...more,
});
const evaluation = (seconds: number, run: string, step: number, accuracy: number, best: boolean): LoggedEvent => ({ ...at(seconds), kind: 'evaluation', run, step, scores: { accuracy, f1: 0 }, best });
const end = (seconds: number, run: string, step: number, stopped?: 'interrupted'): LoggedEvent => ({ ...at(seconds), kind: 'end', run, step, milliseconds: 1, ...(stopped && { stopped }) });

test('how far, how well, how fast, how large, in the order of their beginnings', (t) => {
  const trainings = trainingsOf([
    start(0, 'a'), step(10, 'a', 50, { memory: { nowBytes: 5, peakBytes: 9 } }), evaluation(11, 'a', 50, 0.8, true),
    { ...at(12), kind: 'skipped', run: 'a', step: 60, exampleIds: [], reason: '' }, step(20, 'a', 100, { memory: { nowBytes: 4, peakBytes: 8 }, deviceMemory: { nowBytes: 6, peakBytes: 11 } }), evaluation(21, 'a', 100, 0.7, false), end(22, 'a', 100),
    start(30, 'b'), step(35, 'b', 20), { ...at(36), kind: 'checkpoint', run: 'b', step: 20 },
  ]);
  t.deepEqual(trainings, [
    { run: 'a', state: 'done', step: 100, totalSteps: 100, milliseconds: 22_000, starts: 1, skipped: 1, loss: 0.01, examplesPerSecond: 1000, best: { name: 'accuracy', value: 0.8, step: 50 }, peakBytes: 9, devicePeakBytes: 11 },
    { run: 'b', state: 'unfinished', step: 20, totalSteps: 100, milliseconds: 6000, starts: 1, skipped: 0, loss: 0.05, examplesPerSecond: 200 },
  ]);
});

test('a resumed training adds its times up without the pause; steps after the checkpoint are not counted as done', (t) => {
  const [training] = trainingsOf([start(0, 'a'), step(10, 'a', 50), step(20, 'a', 70), start(1000, 'a', 50), step(1005, 'a', 60)]);
  t.deepEqual([training?.step, training?.milliseconds, training?.starts, training?.state], [60, 25_000, 2, 'unfinished']);
});

test('a training begun afresh under the same name forgets', (t) => {
  const [training, ...rest] = trainingsOf([start(0, 'a'), step(10, 'a', 50), end(11, 'a', 50, 'interrupted'), start(20, 'a'), step(25, 'a', 10)]);
  t.deepEqual(rest, []);
  t.deepEqual([training?.step, training?.milliseconds, training?.starts, training?.state], [10, 5000, 1, 'unfinished']);
});

test('the table says what is not done, and leaves out what nobody has', (t) => {
  const text = drawTrainings(trainingsOf([start(0, 'a'), step(10, 'a', 50), end(11, 'a', 50, 'interrupted')]))?.text ?? '';
  t.true(text.includes('50 of 100, stopped (interrupted)'));
  t.false(text.includes('peak memory') || text.includes('on dev'));
  const resumed = drawTrainings(trainingsOf([start(0, 'a'), start(1, 'a', 0), evaluation(2, 'a', 100, 0.75, true), end(3, 'a', 100)]))?.text ?? '';
  t.true(resumed.includes('100, begun 2 times') && resumed.includes('best accuracy, on dev') && resumed.includes('0.7500 <span class="spread">at 100</span>'));
  t.is(drawTrainings([]), undefined);
});
