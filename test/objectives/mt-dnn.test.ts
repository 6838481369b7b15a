import test from 'ava';
import * as tf from '../../src/engine/tf.ts';
import { hardLabels } from '../../src/objectives/hard-labels.ts';
import { mtDnn } from '../../src/objectives/mt-dnn.ts';
import { close } from '../engine/numbers.ts';
import { batchOf, classBatch, heard, logSoftmax, lossAndGradient, lossOf, mean, sigmoid, softmax } from './examples.ts';
import { engineUnderTest } from '../engine-choice.ts';
import { startEngine } from '../engine-under-test.ts';

test.before(startEngine);

const students = [[1, -2, 0.5], [0, 3, 1], [2, 2, -1]];
const said = [[[2, 0, -0.5], [1, 2, 3], [-1, 0, 2]], [[0, 1, 0], [5, -2, 0], [0.5, 0.5, 0]]];
const members = () => ({ members: tf.tensor3d(said) });
const averaged = (of: (member: number[][]) => number[][]) => students.map((row, i) => row.map((_, c) => mean(said.map((member) => of(member)[i]![c]!))));

test('labels and the ensemble\'s mean count alike; a row without a label has the ensemble alone', async (t) => {
  t.is(tf.getBackend(), engineUnderTest);
  const classes = [0, -1, 2];
  const q = averaged((member) => member.map((row) => softmax(row)));
  const soft = students.map((row, i) => -q[i]!.reduce((sum, share, c) => sum + share * logSoftmax(row)[c]!, 0));
  const hard = students.map((row, i) => (classes[i]! < 0 ? NaN : -logSoftmax(row)[classes[i]!]!));
  const parts = await heard({ objective: mtDnn(), student: tf.tensor2d(students), teacher: members(), batch: classBatch(classes) });
  close(t, 'loss', [parts.loss!], [mean([(hard[0]! + soft[0]!) / 2, soft[1]!, (hard[2]! + soft[2]!) / 2])]);
  close(t, 'parts', [parts['mt-dnn.hard']!, parts['mt-dnn.soft']!], [(hard[0]! + hard[2]!) / 2, mean(soft)]);
});

test('scores: squared distances from the label and from the members\' mean', async (t) => {
  const batch = batchOf({ kind: 'regression', scores: Float32Array.of(2, NaN) }, 2);
  const { loss, gradient } = await lossAndGradient({ objective: mtDnn({ task: 'regression' }), student: tf.tensor2d([[1], [5]]), teacher: { members: tf.tensor3d([[[3], [4]], [[4], [2]], [[2], [0]]]) }, batch });
  close(t, 'loss', [loss], [(0.5 * 1 + 0.5 * 4 + 9) / 2]);
  close(t, 'gradient', gradient, [(-1 - 2) / 2, 6 / 2]);
});

test('several classes: binary cross-entropy with the mean of sigmoids', async (t) => {
  const hits = [1, 0, 1, 0, 0, 1, 1, 1, 0];
  const { loss } = await lossAndGradient({ objective: mtDnn({ task: 'multi-label' }), student: tf.tensor2d(students), teacher: members(), batch: batchOf({ kind: 'multi-label', hits: Float32Array.from(hits) }, 3) });
  const q = averaged((member) => member.map((row) => row.map(sigmoid))).flat();
  close(t, 'loss', [loss], [mean(students.flat().map((z, i) => {
    const target = (hits[i]! + q[i]!) / 2;
    return -target * Math.log(sigmoid(z)) - (1 - target) * Math.log(sigmoid(-z));
  }))]);
});

test('one member that is sure of the truth is hard labels', async (t) => {
  const classes = [0, 1, 2];
  const sure = tf.tensor3d([classes.map((label) => [0, 1, 2].map((c) => (c === label ? 200 : 0)))]);
  const said = { student: tf.tensor2d(students), batch: classBatch(classes) };
  close(t, 'loss', [(await lossAndGradient({ objective: mtDnn(), ...said, teacher: { members: sure } })).loss], [(await lossAndGradient({ objective: hardLabels(), ...said })).loss]);
});

test('members that are no stack, and labels of another task, are refused', (t) => {
  t.throws(() => lossOf({ objective: mtDnn(), student: tf.zeros([2, 3]), teacher: { members: tf.zeros([2, 3]) }, batch: classBatch([0, 1]) }), { message: /mt-dnn: student logits \[2, 3\] want the members' stacked/ });
  t.throws(() => lossOf({ objective: mtDnn(), student: tf.zeros([2, 3]), teacher: { members: tf.zeros([1, 2, 3]) }, batch: batchOf({ kind: 'regression', scores: Float32Array.of(1, 2) }, 2) }), { message: /set for single-label heads/ });
});
