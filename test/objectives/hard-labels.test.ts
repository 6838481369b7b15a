import test from 'ava';
import * as tf from '../../src/engine/tf.ts';
import { balancedClassWeights, hardLabels } from '../../src/objectives/hard-labels.ts';
import { close, drawn, read, slopes } from '../engine/numbers.ts';
import { batchOf, classBatch, logSoftmax, lossAndGradient, lossOf, mean, sigmoid } from './examples.ts';
import { engineUnderTest } from '../engine-choice.ts';
import { startEngine } from '../engine-under-test.ts';

test.before(startEngine);

const objective = hardLabels();
const rowsOf = async (tensor: tf.Tensor, depth: number) => {
  const values = await read(tensor);
  return Array.from({ length: values.length / depth }, (_, row) => values.slice(row * depth, (row + 1) * depth));
};

test('it wants the student\'s logits and nothing of a teacher', (t) => {
  t.is(tf.getBackend(), engineUnderTest);
  t.deepEqual(objective.wants, { student: { logits: true }, teacher: {} });
});

test('single-label: mean cross-entropy over labelled rows', async (t) => {
  const student = drawn('student', [4, 3], 2);
  const classes = [2, -1, 0, -100];
  const { loss, gradient } = await lossAndGradient({ objective, student, batch: classBatch(classes) });
  const rows = (await rowsOf(student, 3)).map((row) => logSoftmax(row));
  close(t, 'loss', [loss], [-(rows[0]![2]! + rows[2]![0]!) / 2]);
  const expected = rows.flatMap((row, i) => row.map((logP, c) => (classes[i]! < 0 ? 0 : (Math.exp(logP) - (c === classes[i] ? 1 : 0)) / 2)));
  close(t, 'gradient', gradient, expected);
});

test('masked-lm: mean over the positions to predict, in the whole batch', async (t) => {
  const student = drawn('student', [2, 3, 5], 2);
  const tokens = [-100, 4, -100, 0, -100, 1];
  const batch = batchOf({ kind: 'masked-lm', tokens: Int32Array.from(tokens) }, 2, 3);
  const { loss, gradient } = await lossAndGradient({ objective, student, batch });
  const rows = (await rowsOf(student, 5)).map((row) => logSoftmax(row));
  close(t, 'loss', [loss], [-(rows[1]![4]! + rows[3]![0]! + rows[5]![1]!) / 3]);
  t.true([0, 2, 4].every((position) => gradient.slice(position * 5, position * 5 + 5).every((push) => push === 0)));
});

test('multi-label: mean binary cross-entropy over all classes of labelled rows', async (t) => {
  const student = tf.tensor2d([[2, -1, 100], [-100, 0.5, 3], [7, 8, 9]]);
  const hits = [1, 0, 1, 0, 1, 1, -1, -1, -1];
  const batch = batchOf({ kind: 'multi-label', hits: Float32Array.from(hits) }, 3);
  const { loss, gradient } = await lossAndGradient({ objective, student, batch });
  const entries = (await read(student)).slice(0, 6);
  const softplus = (z: number) => Math.max(z, 0) + Math.log1p(Math.exp(-Math.abs(z)));
  close(t, 'loss', [loss], [mean(entries.map((z, i) => softplus(z) - z * hits[i]!))]);
  const expected = entries.map((z, i) => (1 / (1 + Math.exp(-z)) - hits[i]!) / 6);
  close(t, 'gradient', gradient, [...expected, 0, 0, 0]);
});

test('multi-label: the gradient at a logit of 0 is a half', async (t) => {
  const batch = batchOf({ kind: 'multi-label', hits: Float32Array.of(1, 0) }, 1);
  const { loss, gradient } = await lossAndGradient({ objective, student: tf.zeros([1, 2]), batch });
  close(t, 'loss', [loss], [Math.LN2]);
  close(t, 'gradient', gradient, [-0.25, 0.25]);
});

test('regression: mean squared error over scored rows', async (t) => {
  const student = tf.tensor2d([[1], [5], [-2], [0.5]]);
  const batch = batchOf({ kind: 'regression', scores: Float32Array.of(3, NaN, -2.5, NaN) }, 4);
  const { loss, gradient } = await lossAndGradient({ objective, student, batch });
  close(t, 'loss', [loss], [(4 + 0.25) / 2]);
  close(t, 'gradient', gradient, [-2, 0, 0.5, 0]);
  const found = await slopes((moved) => lossOf({ objective, student: moved, batch }), student, [0, 1, 2, 3]);
  close(t, 'differences', gradient, found, { relative: 3e-3 });
});

test('class weights, one class: each row by its class\'s, over the weights of the labelled rows', async (t) => {
  const student = drawn('student', [4, 3], 2);
  const classes = [2, -1, 0, 2];
  const weighted = hardLabels({ classWeights: [0.5, 9, 0.125] });
  const { loss, gradient } = await lossAndGradient({ objective: weighted, student, batch: classBatch(classes) });
  const rows = (await rowsOf(student, 3)).map((row) => logSoftmax(row));
  const weights = [0.125, 0, 0.5, 0.125];
  close(t, 'loss', [loss], [-(0.125 * rows[0]![2]! + 0.5 * rows[2]![0]! + 0.125 * rows[3]![2]!) / 0.75]);
  close(t, 'gradient', gradient, rows.flatMap((row, i) => row.map((logP, c) => (weights[i]! * (Math.exp(logP) - (c === classes[i] ? 1 : 0))) / 0.75)));
  const alike = await lossAndGradient({ objective: hardLabels({ classWeights: [3, 3, 3] }), student, batch: classBatch(classes) });
  close(t, 'all alike', [alike.loss], [(await lossAndGradient({ objective, student, batch: classBatch(classes) })).loss]);
});

test('class weights, several classes: where a class holds', async (t) => {
  const student = tf.tensor2d([[2, -1, 1], [-3, 0.5, 3], [7, 8, 9]]);
  const hits = [1, 0, 1, 0, 1, 1, -1, -1, -1];
  const classWeights = [4, 0.5, 2];
  const batch = batchOf({ kind: 'multi-label', hits: Float32Array.from(hits) }, 3);
  const { loss } = await lossAndGradient({ objective: hardLabels({ classWeights }), student, batch });
  const entries = (await read(student)).slice(0, 6).map((z, i) => (hits[i] === 1 ? -classWeights[i % 3]! * Math.log(sigmoid(z)) : -Math.log(sigmoid(-z))));
  close(t, 'loss', [loss], [mean(entries)]);
});

test('where nothing weighs, loss and gradient are 0', async (t) => {
  for (const classes of [[1, 1], [-1, -1], [1, -1]]) {
    const { loss, gradient } = await lossAndGradient({ objective: hardLabels({ classWeights: [1, 0] }), student: drawn('student', [2, 2]), batch: classBatch(classes) });
    t.is(loss, 0);
    t.true(gradient.every((push) => push === 0));
  }
});

test('balanced weights make every class count alike', (t) => {
  close(t, 'weights', balancedClassWeights([60, 30, 10, 0]), [100 / 240, 100 / 120, 100 / 40, 0]);
  const counts = [60, 30, 10];
  for (const [c, weight] of balancedClassWeights(counts).entries()) close(t, 'mass', [weight * counts[c]!], [100 / 3]);
});

test('class weights are part of the identity, and those that do not fit are refused', (t) => {
  t.deepEqual([hardLabels().settings, hardLabels({ classWeights: [1, 1 / 3] }).settings], [undefined, { classWeights: '1 0.333333333' }]);
  for (const classWeights of [[1, -1], [NaN], [Infinity, 1]]) t.throws(() => hardLabels({ classWeights }), { message: /a class weight must be a number from 0/ });
  for (const classWeights of [[0, 0], []]) t.throws(() => hardLabels({ classWeights }), { message: /at least one class weight must be above 0/ });
  const two = hardLabels({ classWeights: [1, 2] });
  t.throws(() => lossOf({ objective: two, student: tf.zeros([2, 3]), batch: classBatch([0, 1]) }), { message: 'hard-labels: 2 class weights for 3 classes' });
  const regression = batchOf({ kind: 'regression', scores: Float32Array.of(1, 2) }, 2);
  t.throws(() => lossOf({ objective: two, student: tf.zeros([2, 1]), batch: regression }), { message: 'hard-labels: class weights are for classes, but the batch carries regression labels' });
});

test('without any label, loss and gradient are 0 in every task', async (t) => {
  const cases = [
    [batchOf({ kind: 'masked-lm', tokens: new Int32Array(6).fill(-100) }, 2, 3), [2, 3, 5]],
    [batchOf({ kind: 'multi-label', hits: new Float32Array(6).fill(-1) }, 2), [2, 3]],
    [batchOf({ kind: 'regression', scores: new Float32Array(2).fill(NaN) }, 2), [2, 1]],
  ] as const;
  for (const [batch, shape] of cases) {
    const { loss, gradient } = await lossAndGradient({ objective, student: drawn('student', shape), batch });
    t.is(loss, 0, batch.labels?.kind);
    t.true(gradient.every((push) => push === 0), batch.labels?.kind);
  }
});

test('a batch without labels is an error that says so', (t) => {
  t.throws(() => lossOf({ objective, student: tf.zeros([2, 3]), batch: batchOf(undefined, 2) }), { message: /hard-labels: the batch carries no labels/ });
});
