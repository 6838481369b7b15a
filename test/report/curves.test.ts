import test from 'ava';
import { curvesOf } from '../../src/report/curves.ts';
import type { StepEvent, TrainEvent } from '../../src/train/event.ts';

const start = (run: string, resumedAt?: number): TrainEvent => ({
  kind: 'start', run, totalSteps: 9, examples: 1, parameters: 1, ...(resumedAt === undefined ? {} : { resumedAt }),
});
const step = (run: string, at: number, loss: number, more: Partial<StepEvent> = {}): TrainEvent => ({
  kind: 'step', run, step: at, totalSteps: 9, epoch: 0, loss, parts: {}, learningRate: 1, gradientNorm: 1, examplesPerSecond: 1, tokensPerSecond: 1, ...more,
});
const evaluation = (run: string, at: number, scores: Record<string, number>): TrainEvent => ({ kind: 'evaluation', run, step: at, scores, best: true });

test('the loss and the first score are drawn large, the other scores small, a series per run', (t) => {
  const { main, more } = curvesOf([
    start('a'), step('a', 1, 0.9), evaluation('a', 1, { accuracy: 0.5, f1: 0.4 }),
    start('b'), step('b', 1, 0.8), step('a', 2, 0.7), evaluation('b', 1, { accuracy: 0.6 }),
  ]);
  t.deepEqual(main.map(({ yLabel }) => yLabel), ['loss', 'accuracy']);
  t.deepEqual(more.map(({ yLabel }) => yLabel), ['F1', 'rate', 'norm', 'examples per second']);
  t.deepEqual(main[0]!.series.map(({ name, points }) => ({ name, points })), [
    { name: 'a', points: [{ x: 1, y: 0.9 }, { x: 2, y: 0.7 }] },
    { name: 'b', points: [{ x: 1, y: 0.8 }] },
  ]);
  t.deepEqual(main[1]!.series.map(({ name }) => name), ['a', 'b']);
  t.deepEqual(more[0]!.series.map(({ points }) => points), [[{ x: 1, y: 0.4 }]]);
});

test('parts are drawn where there are several, memory where it is known', (t) => {
  const { more } = curvesOf([
    step('a', 1, 0.9, { parts: { 'hard-labels': 0.9 } }), step('b', 1, 0.8, { parts: { 'hard-labels': 0.7, 'soft-label': 0.5 }, memory: { nowBytes: 2.5e9, peakBytes: 3e9 } }),
  ]);
  const seriesOf = (title: string) => more.find((chart) => chart.title === title)?.series.map(({ name, points }) => [name, points[0]?.y]);
  t.deepEqual(seriesOf('hard-labels, unweighted'), [['b', 0.7]]);
  t.deepEqual(seriesOf('soft-label, unweighted'), [['b', 0.5]]);
  t.deepEqual(seriesOf('Memory of the process'), [['b', 2.5]]);
});

test('runs that differ in their seed are one group of one colour; a teacher has its own', (t) => {
  const { main } = curvesOf(['teacher, seed 1', 'alone, seed 1', 'distilled, seed 1', 'teacher, seed 2', 'distilled seed 2'].map((run) => step(run, 1, 1)));
  t.deepEqual(main[0]!.series.map(({ group, colour }) => [group, colour]), [['teacher', 1], ['alone', 0], ['distilled', 2], ['teacher', 1], ['distilled', 2]]);
  const { more } = curvesOf([step('alone', 1, 1), step('distilled', 1, 1, { parts: { a: 1, b: 1 } })]);
  t.deepEqual(more[0]!.series.map(({ group, colour }) => [group, colour]), [['distilled', 2]], 'the same colour where it stands alone');
});

test('steps done again after a resume count once, the last time', (t) => {
  const [loss] = curvesOf([start('a'), step('a', 1, 0.9), step('a', 2, 0.8), step('a', 3, 99), start('a', 2), step('a', 3, 0.7)]).main;
  t.deepEqual(loss!.series[0]!.points, [{ x: 1, y: 0.9 }, { x: 2, y: 0.8 }, { x: 3, y: 0.7 }]);
});

test('a run started afresh takes all of its past back, and nobody else\'s', (t) => {
  const [loss] = curvesOf([step('b', 1, 5), start('a'), step('a', 1, 99), evaluation('a', 0, { accuracy: 1 }), start('a'), step('a', 1, 0.9)]).main;
  t.deepEqual(loss!.series.map(({ name, points }) => [name, points]), [['b', [{ x: 1, y: 5 }]], ['a', [{ x: 1, y: 0.9 }]]]);
});

test('without a point there is no chart', (t) => {
  t.deepEqual(curvesOf([start('a')]), { main: [], more: [] });
});
