import test from 'ava';
import { openProgress } from '../../src/report/progress.ts';
import type { StepEvent, TrainEvent } from '../../src/train/event.ts';
import { openScreen, shownOn } from './screen.ts';

const run = 'teacher seed 1';
const stepAt = (step: number): StepEvent => ({
  kind: 'step', run, step, totalSteps: 1262, epoch: 0, loss: 0.6 - step / 10_000, parts: {}, learningRate: 1e-4, gradientNorm: 1,
  examplesPerSecond: 1240, tokensPerSecond: 20_000,
});
const start: TrainEvent = { kind: 'start', run, totalSteps: 1262, examples: 20_190, parameters: 1 };
const evaluation: TrainEvent = { kind: 'evaluation', run, step: 300, scores: { accuracy: 0.9125, f1: 0.9 }, best: true };
const end: TrainEvent = { kind: 'end', run, step: 1262, milliseconds: 126_200 };

test('a terminal shows how far, how well, how fast and how long, and is clear at the end', (t) => {
  const stream = openScreen({ isTTY: true, columns: 160 });
  let clock = 0;
  const progress = openProgress({ stream, now: () => clock, colour: false });
  progress.show(start);
  progress.show(evaluation);
  clock = 40_000;
  progress.show(stepAt(400));
  t.deepEqual(shownOn(stream), [
    'teacher seed 1  ━━━━━━──────────────  31 %  step 400 of 1,262  loss 0.5600  accuracy 0.9125  1,240 examples/s  1 min 26 s left',
  ]);
  progress.show(end);
  t.deepEqual(shownOn(stream), ['teacher seed 1  1,262 steps in 2 min 6 s  loss 0.5600  accuracy 0.9125', '']);
});

test('memory is shown where it is known, goes first where room is short, and its peak stays in the last line', (t) => {
  const memory = { nowBytes: 1.24e9, peakBytes: 1.512e9 };
  const shownIn = (columns: number, more: Partial<StepEvent> = {}) => {
    const stream = openScreen({ isTTY: true, columns });
    const progress = openProgress({ stream, now: () => 0, colour: false });
    progress.show(start);
    progress.show({ ...stepAt(400), memory, ...more });
    const shown = shownOn(stream);
    progress.show(end);
    return [...shown, shownOn(stream)[0]];
  };
  t.deepEqual(shownIn(160), [
    'teacher seed 1  ━━━━━━──────────────  31 %  step 400 of 1,262  loss 0.5600  1,240 examples/s  1.24 GB, peak 1.51 GB',
    'teacher seed 1  1,262 steps in 2 min 6 s  loss 0.5600  peak 1.51 GB',
  ]);
  t.deepEqual(shownIn(200, { deviceMemory: { nowBytes: 3e9, peakBytes: 4e9 } }), [
    'teacher seed 1  ━━━━━━──────────────  31 %  step 400 of 1,262  loss 0.5600  1,240 examples/s  1.24 GB, peak 1.51 GB  device 3.00 GB, peak 4.00 GB',
    'teacher seed 1  1,262 steps in 2 min 6 s  loss 0.5600  peak 1.51 GB, peak on the device 4.00 GB',
  ]);
  t.is(shownIn(100)[0], 'teacher seed 1  ━━━━━━──────────────  31 %  step 400 of 1,262  loss 0.5600  1,240 examples/s');
});

test('a narrow terminal keeps the run, how far it is and the time left', (t) => {
  const stream = openScreen({ isTTY: true, columns: 40 });
  let clock = 0;
  const progress = openProgress({ stream, now: () => clock, colour: false });
  progress.show(start);
  clock = 40_000;
  progress.show(stepAt(400));
  t.deepEqual(shownOn(stream), ['teacher seed 1  31 %  1 min 26 s left']);
});

test('a resumed run counts its pace from where it resumed', (t) => {
  const stream = openScreen({ isTTY: true, columns: 40 });
  let clock = 0;
  const progress = openProgress({ stream, now: () => clock, colour: false });
  progress.show({ ...start, resumedAt: 1000 });
  clock = 1000;
  progress.show(stepAt(1100));
  t.deepEqual(shownOn(stream), ['teacher seed 1  87 %  1.6 s left']);
});

test('a pipe gets the first step, one line per 15 seconds and the end, without one escape code', (t) => {
  const stream = openScreen({ isTTY: false });
  let clock = 0;
  const progress = openProgress({ stream, now: () => clock });
  progress.show(start);
  for (let step = 1; step <= 310; step++, clock += 100) progress.show(stepAt(step));
  progress.show({ ...end, step: 310, stopped: 'interrupted' });
  t.is(stream.written.length, 4);
  t.is(stream.written[0], 'teacher seed 1  0 %  step 1 of 1,262  loss 0.5999  1,240 examples/s\n');
  t.regex(stream.written[2]!, /^teacher seed 1 {2}23 % {2}step 301 of 1,262 {2}loss 0\.5699 {2}1,240 examples\/s {2}1 min 36 s left\n$/);
  t.is(stream.written[3], 'teacher seed 1  interrupted after 310 steps in 2 min 6 s  loss 0.5690\n');
  t.false(stream.written.some((text) => text.includes('\u001b') || text.includes('\r')));
});

test('a run that stopped early says so, and why', (t) => {
  const stream = openScreen({ isTTY: false });
  const progress = openProgress({ stream, now: () => 0 });
  progress.show({ ...end, step: 310, stopped: 'early', reason: 'accuracy did not rise in 3 evaluations' });
  t.deepEqual(stream.written, ['teacher seed 1  stopped early after 310 steps in 2 min 6 s  accuracy did not rise in 3 evaluations\n']);
});

test('a skipped step leaves a line that names its examples', (t) => {
  const stream = openScreen({ isTTY: true, columns: 80 });
  const progress = openProgress({ stream, now: () => 0, colour: false });
  progress.show(start);
  progress.show({ kind: 'skipped', run, step: 1012, exampleIds: ['a', 'b', 'c', 'd\u001b[2J'], reason: 'the loss is not finite' });
  progress.show({ kind: 'skipped', run, step: 1013, exampleIds: ['\u001b[2Jz'], reason: 'the loss is not finite' });
  t.deepEqual(shownOn(stream), [
    'teacher seed 1  step 1,012 skipped: the loss is not finite (examples a, b, c and 1 more)',
    'teacher seed 1  step 1,013 skipped: the loss is not finite (examples z)',
    '',
  ]);
});

test('colour only when asked for and only on a terminal; closing clears', (t) => {
  const show = (isTTY: boolean, colour: boolean): string => {
    const stream = openScreen({ isTTY, columns: 120 });
    const progress = openProgress({ stream, now: () => 0, colour });
    progress.show(stepAt(2));
    progress.close();
    if (isTTY) t.true(stream.written.at(-1)!.endsWith(' \r'));
    return stream.written.join('');
  };
  t.true(show(true, true).includes('\u001b['));
  t.false(show(true, false).includes('\u001b'));
  t.false(show(false, true).includes('\u001b'));
});
