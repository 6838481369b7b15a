import test from 'ava';
import { curvesOf } from '../../src/report/curves.ts';
import type { TrainEvent } from '../../src/train/event.ts';

const start = (run: string, resumedAt?: number): TrainEvent => ({
  kind: 'start', run, totalSteps: 9, examples: 1, parameters: 1, ...(resumedAt === undefined ? {} : { resumedAt }),
});
const step = (run: string, at: number, loss: number): TrainEvent => ({
  kind: 'step', run, step: at, totalSteps: 9, epoch: 0, loss, parts: {}, learningRate: 1, gradientNorm: 1, examplesPerSecond: 1, tokensPerSecond: 1,
});
const evaluation = (run: string, at: number, scores: Record<string, number>): TrainEvent => ({ kind: 'evaluation', run, step: at, scores, best: true });

test('one chart of losses and one for each score, a series per run', (t) => {
  const charts = curvesOf([
    start('a'), step('a', 1, 0.9), evaluation('a', 1, { accuracy: 0.5, f1: 0.4 }),
    start('b'), step('b', 1, 0.8), step('a', 2, 0.7), evaluation('b', 1, { accuracy: 0.6 }),
  ]);
  t.deepEqual(charts.map(({ yLabel }) => yLabel), ['loss', 'accuracy', 'f1']);
  t.deepEqual(charts[0]!.series, [
    { name: 'a', points: [{ x: 1, y: 0.9 }, { x: 2, y: 0.7 }] },
    { name: 'b', points: [{ x: 1, y: 0.8 }] },
  ]);
  t.deepEqual(charts[1]!.series.map(({ name }) => name), ['a', 'b']);
  t.deepEqual(charts[2]!.series, [{ name: 'a', points: [{ x: 1, y: 0.4 }] }]);
});

test('steps done again after a resume count once, the last time', (t) => {
  const [loss] = curvesOf([start('a'), step('a', 1, 0.9), step('a', 2, 0.8), step('a', 3, 99), start('a', 2), step('a', 3, 0.7)]);
  t.deepEqual(loss!.series[0]!.points, [{ x: 1, y: 0.9 }, { x: 2, y: 0.8 }, { x: 3, y: 0.7 }]);
});

test('a run started afresh takes all of its past back, and nobody else\'s', (t) => {
  const [loss] = curvesOf([step('b', 1, 5), start('a'), step('a', 1, 99), evaluation('a', 0, { accuracy: 1 }), start('a'), step('a', 1, 0.9)]);
  t.deepEqual(loss!.series, [{ name: 'b', points: [{ x: 1, y: 5 }] }, { name: 'a', points: [{ x: 1, y: 0.9 }] }]);
});

test('without a point there is no chart', (t) => {
  t.deepEqual(curvesOf([start('a')]), []);
});
