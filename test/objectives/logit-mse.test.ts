import test from 'ava';
import * as tf from '../../src/engine/tf.ts';
import { logitMse, logitStatistics } from '../../src/objectives/logit-mse.ts';
import { close } from '../engine/numbers.ts';
import { batchOf, classBatch, lossAndGradient, lossOf, mean } from './examples.ts';
import { engineUnderTest } from '../engine-choice.ts';
import { startEngine } from '../engine-under-test.ts';

test.before(startEngine);

const students = [[1, -2, 0.5], [0, 3, 1]];
const teachers = [[2, 0, -0.5], [1, 2, 30]];
const run = (options?: Parameters<typeof logitMse>[0], batch = batchOf(undefined, 2)) => lossAndGradient({ objective: logitMse(options), student: tf.tensor2d(students), teacher: tf.tensor2d(teachers), batch });
const centred = (row: number[]) => row.map((value) => value - mean(row));
const halfSquares = (a: number[][], b: number[][]) => mean(a.map((row, i) => row.reduce((sum, value, c) => sum + (value - b[i]![c]!) ** 2, 0) / 2));

test('half the squared distance of the logits, mean over rows; no label is looked at', async (t) => {
  t.is(tf.getBackend(), engineUnderTest);
  const { loss, gradient } = await run();
  close(t, 'loss', [loss], [halfSquares(students, teachers)]);
  close(t, 'gradient', gradient, students.flatMap((row, i) => row.map((value, c) => (value - teachers[i]![c]!) / 2)));
  t.deepEqual(await run({}, classBatch([0, -1])), { loss, gradient });
});

test('centred, a constant on a row of either side is invisible', async (t) => {
  const { loss, gradient } = await run({ center: true });
  close(t, 'loss', [loss], [halfSquares(students.map(centred), teachers.map(centred))]);
  const shifted = await lossAndGradient({ objective: logitMse({ center: true }), student: tf.add(tf.tensor2d(students), tf.tensor2d([[7], [-3]])), teacher: tf.add(tf.tensor2d(teachers), 11), batch: batchOf(undefined, 2) });
  close(t, 'shifted', [shifted.loss], [loss]);
  close(t, 'gradient', shifted.gradient, gradient, { absolute: 1e-6 });
});

test('standardised, the teacher\'s classes have mean 0 and deviation 1 over the transfer set', async (t) => {
  const stored = Float32Array.of(1, 4, 7, 3, 4, -1, 5, 4, 3);
  const statistics = logitStatistics(stored, 3);
  close(t, 'means', statistics.means, [3, 4, 3]);
  close(t, 'deviations', statistics.deviations, [Math.sqrt(8 / 3), 1, Math.sqrt(32 / 3)]); // the second class never varies
  const standard = teachers.map((row) => row.map((value, c) => (value - statistics.means[c]!) / statistics.deviations[c]!));
  close(t, 'loss', [(await run({ standardise: statistics })).loss], [halfSquares(students, standard)]);
  close(t, 'and centred', [(await run({ standardise: statistics, center: true })).loss], [halfSquares(students.map(centred), standard.map(centred))]);
  t.notDeepEqual(logitMse({ standardise: statistics }).settings, logitMse().settings);
});

test('statistics and shapes that do not fit are refused', (t) => {
  t.throws(() => logitStatistics(new Float32Array(5), 3), { message: '5 logits are no rows of 3' });
  t.throws(() => logitStatistics(new Float32Array(0), 3), { message: '0 logits are no rows of 3' });
  t.throws(() => logitMse({ standardise: { means: [0, 0], deviations: [1] } }), { message: 'logit-mse: 2 means and 1 deviations' });
  t.throws(() => logitMse({ standardise: { means: [0], deviations: [0] } }), { message: /deviations numbers above 0/ });
  const objective = logitMse({ standardise: { means: [0, 0], deviations: [1, 1] } });
  t.throws(() => lossOf({ objective, student: tf.zeros([2, 3]), teacher: tf.zeros([2, 3]), batch: batchOf(undefined, 2) }), { message: 'logit-mse: statistics of 2 classes for 3' });
  t.throws(() => lossOf({ objective: logitMse(), student: tf.zeros([2, 3]), teacher: tf.zeros([2, 4]), batch: batchOf(undefined, 2) }), { message: /differ in shape/ });
});
