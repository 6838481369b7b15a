import test from 'ava';
import * as tf from '../../src/engine/tf.ts';
import { ensembleAverage, type EnsembleAverageOptions } from '../../src/objectives/ensemble-average.ts';
import { softLabel } from '../../src/objectives/soft-label.ts';
import { liveTeacher } from '../../src/teacher/teacher.ts';
import { close, closeTensors, drawn } from '../engine/numbers.ts';
import { tinyBatch, tinyModel } from '../models/tiny-model.ts';
import { batchOf, classBatch, divergenceFrom, heard, logSoftmax, lossAndGradient, lossOf, mean, softmax } from './examples.ts';
import { engineUnderTest } from '../engine-choice.ts';
import { startEngine } from '../engine-under-test.ts';

test.before(startEngine);

const students = [[1, -2, 0.5], [0, 3, 1], [2, 2, -1]];
const said = [[[2, 0, -0.5], [1, 2, 3], [-1, 0, 2]], [[0, 1, 0], [5, -2, 0], [0.5, 0.5, 0]]];
const run = (options?: EnsembleAverageOptions, batch = batchOf(undefined, 3)) => lossAndGradient({ objective: ensembleAverage(options), student: tf.tensor2d(students), teacher: { members: tf.tensor3d(said) }, batch });
const blend = (shares: readonly number[], of: (member: number[][]) => number[][]) => students.map((row, i) => row.map((_, c) => shares.reduce((sum, share, m) => sum + share * of(said[m]!)[i]![c]!, 0)));

test('T² times the divergence from the members\' mean, weighed in any scale', async (t) => {
  t.is(tf.getBackend(), engineUnderTest);
  const temperature = 3;
  for (const [weights, shares] of [[undefined, [0.5, 0.5]], [[3, 1], [0.75, 0.25]], [[0, 9], [0, 1]]] as const) {
    const weighed = weights && { weights };
    const arithmetic = blend(shares, (member) => member.map((row) => softmax(row, temperature)));
    close(t, 'arithmetic', [(await run({ temperature, ...weighed })).loss], [9 * mean(students.map((row, i) => divergenceFrom(arithmetic[i]!, row, temperature)))]);
    const geometric = blend(shares, (member) => member).map((row) => softmax(row, temperature));
    close(t, 'geometric', [(await run({ temperature, mode: 'geometric', ...weighed })).loss], [9 * mean(students.map((row, i) => divergenceFrom(geometric[i]!, row, temperature)))]);
  }
});

test('mixed with hard labels; a row without a label takes the ensemble whole', async (t) => {
  const classes = [0, -1, 2];
  const target = blend([0.5, 0.5], (member) => member.map((row) => softmax(row, 2)));
  const soft = students.map((row, i) => 4 * divergenceFrom(target[i]!, row, 2));
  const parts = await heard({ objective: ensembleAverage({ alpha: 0.3 }), student: tf.tensor2d(students), teacher: { members: tf.tensor3d(said) }, batch: classBatch(classes) });
  const hard = (row: number) => -logSoftmax(students[row]!)[classes[row]!]!;
  close(t, 'loss', [parts.loss!], [mean([0.7 * hard(0) + 0.3 * soft[0]!, soft[1]!, 0.7 * hard(2) + 0.3 * soft[2]!])]);
  close(t, 'soft', [parts['ensemble-average.soft']!], [mean(soft)]);
});

test('an ensemble of one is soft labels, for every kind of head', async (t) => {
  for (const [task, classes] of [['single-label', 4], ['multi-label', 4], ['regression', 1]] as const) {
    const [student, teacher] = [drawn('student', [5, classes], 2), drawn('teacher', [5, classes], 2)];
    const one = await lossAndGradient({ objective: ensembleAverage({ temperature: 2, task }), student, teacher: { members: tf.expandDims(teacher, 0) }, batch: batchOf(undefined, 5) });
    const alone = await lossAndGradient({ objective: softLabel({ temperature: 2, task }), student, teacher, batch: batchOf(undefined, 5) });
    close(t, task, [one.loss], [alone.loss]);
    close(t, task, one.gradient, alone.gradient, { absolute: 1e-6 });
  }
});

test('a model alone speaks as an ensemble of one', async (t) => {
  const { members, logits } = await liveTeacher(tinyModel()).says(tinyBatch(), { members: true, logits: true });
  await closeTensors(t, 'members', members, tf.expandDims(logits, 0), { relative: 0, absolute: 0 });
});

test('weights that do not fit are refused', (t) => {
  for (const weights of [[-1, 2], [0, 0], [NaN, 1], []]) t.throws(() => ensembleAverage({ weights }), { message: /the weights must be numbers from 0, one of them above/ });
  t.throws(() => lossOf({ objective: ensembleAverage({ weights: [1, 2, 3] }), student: tf.tensor2d(students), teacher: { members: tf.tensor3d(said) }, batch: batchOf(undefined, 3) }), { message: 'ensemble-average: 3 weights for 2 members' });
});
