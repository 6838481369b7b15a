import test from 'ava';
import * as tf from '../../src/engine/tf.ts';
import { kdSim, kdSimTarget } from '../../src/objectives/kd-sim.ts';
import { oneHot } from '../../src/objectives/rows.ts';
import { liveTeacher } from '../../src/teacher/teacher.ts';
import { close, drawn, read } from '../engine/numbers.ts';
import { tinyBatch, tinyModel } from '../models/tiny-model.ts';
import { classBatch, divergenceFrom, lossAndGradient, lossOf, mean, softmax } from './examples.ts';
import { engineUnderTest } from '../engine-choice.ts';
import { startEngine } from '../engine-under-test.ts';

test.before(startEngine);

const weights = [[3, 4], [4, 3], [-6, -8], [0, 0]]; // alike, opposed, and a class without direction
const targetOf = (label: number, power: number, tau: number) => {
  const length = (row: readonly number[]) => Math.hypot(...row) || Infinity;
  const cosines = weights.map((row) => row.reduce((sum, value, d) => sum + value * weights[label]![d]!, 0) / length(row) / length(weights[label]!));
  return softmax(cosines.map((cosine) => (Math.sign(cosine) * Math.abs(cosine) ** power) / tau));
};

test('each label\'s target is the softmax of its signed, powered cosines', async (t) => {
  t.is(tf.getBackend(), engineUnderTest);
  for (const [power, tau] of [[0.3, 0.3], [2, 1]] as const) {
    const target = kdSimTarget(tf.tensor2d(weights), oneHot(tf.tensor1d([2, 0, 3], 'int32'), 4), { power, tau });
    close(t, `${power}`, await read(target), [2, 0, 3].flatMap((label) => targetOf(label, power, tau)));
  }
});

test('the loss is T² times the divergence from it, over labelled rows; weights given or heard are one', async (t) => {
  const students = [[1, -2, 0.5, 0], [0, 3, 1, 1], [2, 2, -1, 0]];
  const said = { student: tf.tensor2d(students), batch: classBatch([1, -1, 0]) };
  const given = await lossAndGradient({ objective: kdSim({ temperature: 3, classWeights: weights }), ...said });
  close(t, 'loss', [given.loss], [9 * mean([divergenceFrom(targetOf(1, 0.3, 0.3), students[0]!, 3), divergenceFrom(targetOf(0, 0.3, 0.3), students[2]!, 3)])]);
  t.deepEqual(await lossAndGradient({ objective: kdSim({ temperature: 3 }), ...said, teacher: { classWeights: tf.tensor2d(weights) } }), given);
  t.deepEqual([kdSim().wants.teacher, kdSim({ classWeights: weights }).wants.teacher], [{ classWeights: true }, {}]);
});

test('a live teacher says the weight of its last layer', async (t) => {
  const model = tinyModel();
  const { classWeights } = await liveTeacher(model).says(tinyBatch(), { classWeights: true });
  t.deepEqual([classWeights.shape, await read(classWeights)], [[3, 9], await read(model.parameters.get('classifier.weight'))]);
  const student = drawn('student', [2, 3]);
  const { loss } = await lossAndGradient({ objective: kdSim(), student, teacher: { classWeights }, batch: classBatch([0, 2]) });
  t.true(loss > 0);
});

test('weights that do not fit are refused', (t) => {
  t.throws(() => kdSim({ power: 0 }), { message: 'kd-sim: power must be above 0, not 0' });
  t.throws(() => kdSim({ tau: NaN }), { message: 'kd-sim: tau must be above 0, not NaN' });
  t.throws(() => kdSim({ classWeights: [[1, 2], [1]] }), { message: /rows of one length/ });
  t.throws(() => lossOf({ objective: kdSim({ classWeights: weights }), student: tf.zeros([2, 3]), batch: classBatch([0, 1]) }), { message: 'kd-sim: class weights [4, 2] for logits [2, 3]' });
  t.throws(() => lossOf({ objective: kdSim(), student: tf.zeros([2, 3]), batch: classBatch([0, 1]) }), { message: 'kd-sim: the teacher says no class weights' });
});
