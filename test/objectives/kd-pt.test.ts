import test from 'ava';
import * as tf from '../../src/engine/tf.ts';
import { kdPt, kdPtTarget } from '../../src/objectives/kd-pt.ts';
import { oneHot } from '../../src/objectives/rows.ts';
import { close, read } from '../engine/numbers.ts';
import { batchOf, classBatch, divergenceFrom, heard, logSoftmax, lossAndGradient, lossOf, mean, softmax } from './examples.ts';
import { engineUnderTest } from '../engine-choice.ts';
import { startEngine } from '../engine-under-test.ts';

test.before(startEngine);

const students = [[1, -2, 0.5, 0], [0, 3, 1, 1], [2, 2, -1, 0]];
const teachers = [[2, 0, -0.5, 1], [1, 2, 3, 0], [-1, 0, 2, 2]];
const classes = [0, -1, 3];
const targetOf = (row: readonly number[], label: number, temperature: number) => {
  const sure = softmax(row, temperature)[label]!;
  return row.map((_, c) => (c === label ? sure : (1 - sure) / (row.length - 1)));
};

test('the truth keeps its probability and the others share the rest', async (t) => {
  t.is(tf.getBackend(), engineUnderTest);
  const labels = [0, 2, 3];
  const target = kdPtTarget(tf.tensor2d(teachers), oneHot(tf.tensor1d(labels, 'int32'), 4), 2);
  close(t, 'target', await read(target), labels.flatMap((label, i) => targetOf(teachers[i]!, label, 2)));
  const extreme = await read(kdPtTarget(tf.tensor2d([[200, 0, 0, 0], [0, 200, 0, 0]]), oneHot(tf.tensor1d([0, 0], 'int32'), 4), 1));
  close(t, 'extreme', extreme, [1, 0, 0, 0, 0, 1 / 3, 1 / 3, 1 / 3]);
});

test('T² times the divergence from it, mean over labelled rows, mixed with hard labels', async (t) => {
  const [alpha, temperature] = [0.6, 3];
  const rows = [0, 2].map((row) => [divergenceFrom(targetOf(teachers[row]!, classes[row]!, temperature), students[row]!, temperature), -logSoftmax(students[row]!)[classes[row]!]!] as const);
  const said = { student: tf.tensor2d(students), teacher: tf.tensor2d(teachers), batch: classBatch(classes) };
  const parts = await heard({ objective: kdPt({ alpha, temperature }), ...said });
  const [soft, hard] = [9 * mean(rows.map(([divergence]) => divergence)), mean(rows.map(([, one]) => one))];
  close(t, 'parts', [parts.loss!, parts['kd-pt.soft']!, parts['kd-pt.hard']!], [0.4 * hard + 0.6 * soft, soft, hard]);
  const { gradient } = await lossAndGradient({ objective: kdPt({ temperature }), ...said });
  t.true(gradient.slice(4, 8).every((push) => push === 0), 'without a label there is nothing to learn');
});

test('it cannot do without labels, and refuses what does not fit', (t) => {
  const said = { objective: kdPt(), student: tf.zeros([2, 3]), teacher: tf.zeros([2, 3]) };
  t.throws(() => lossOf({ ...said, batch: batchOf(undefined, 2) }), { message: 'kd-pt wants single-label labels, but the batch carries no labels' });
  t.throws(() => lossOf({ ...said, teacher: tf.zeros([2, 4]), batch: classBatch([0, 1]) }), { message: /differ in shape/ });
  t.throws(() => kdPt({ temperature: -1 }), { message: /kd-pt: the temperature/ });
  t.throws(() => kdPt({ alpha: 2 }), { message: /kd-pt: alpha/ });
});
