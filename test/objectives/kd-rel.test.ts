import test from 'ava';
import * as tf from '../../src/engine/tf.ts';
import { kdRel, kdRelTable } from '../../src/objectives/kd-rel.ts';
import { close } from '../engine/numbers.ts';
import { classBatch, divergenceFrom, lossAndGradient, lossOf, mean } from './examples.ts';
import { engineUnderTest } from '../engine-choice.ts';
import { startEngine } from '../engine-under-test.ts';

test.before(startEngine);

const relation = [[1, 1, 0, 0], [1, 0, 1, 1], [0, 1, 0, 0], [0, 0, 0, 0]]; // the diagonal's 1 means nothing

test('a on the truth, b on its kin, the rest even; without room the others get nothing', (t) => {
  const table = kdRelTable(4, { a: 0.7, b: 0.15, relation });
  close(t, 'one kin', table[0]!, [0.7, 0.15, 0.075, 0.075]);
  close(t, 'three kin', table[1]!, [0.15, 0.7, 0.15, 0.15].map((share) => share / 1.15));
  close(t, 'no kin', table[3]!, [0.1, 0.1, 0.1, 0.7]);
  close(t, 'no relation', kdRelTable(3, { a: 0.6, b: 0.3, relation: undefined }).flat(), [0.6, 0.2, 0.2, 0.2, 0.6, 0.2, 0.2, 0.2, 0.6]);
  close(t, 'no room', kdRelTable(4, { a: 0.8, b: 0.3, relation })[0]!, [0.8 / 1.1, 0.3 / 1.1, 0, 0]);
  for (const row of [...table, ...kdRelTable(4, { a: 0.9, b: 0.6, relation })]) close(t, 'sum', [row.reduce((sum, share) => sum + share, 0)], [1]);
});

test('the loss is T² times the divergence from the label\'s row, over labelled rows', async (t) => {
  t.is(tf.getBackend(), engineUnderTest);
  const students = [[1, -2, 0.5, 0], [0, 3, 1, 1], [2, 2, -1, 0]];
  const table = kdRelTable(4, { a: 0.7, b: 0.15, relation });
  const { loss } = await lossAndGradient({ objective: kdRel({ temperature: 3, relation }), student: tf.tensor2d(students), batch: classBatch([1, -1, 0]) });
  close(t, 'loss', [loss], [9 * mean([divergenceFrom(table[1]!, students[0]!, 3), divergenceFrom(table[0]!, students[2]!, 3)])]);
});

test('relations and shares that do not fit are refused', (t) => {
  for (const [a, b] of [[0, 0], [1.1, 0.1], [0.5, 0.5], [0.5, -0.1], [NaN, 0.1]] as const) t.throws(() => kdRel({ a, b }), { message: /a must lie in 0..1 and b below it/ });
  t.throws(() => kdRel({ relation: [[0, 1]] }), { message: /must be square/ });
  t.throws(() => kdRel({ relation: [[0, 2], [1, 0]] }), { message: /holds 0 and 1 only/ });
  t.throws(() => lossOf({ objective: kdRel({ relation }), student: tf.zeros([2, 3]), batch: classBatch([0, 1]) }), { message: 'kd-rel: a relation of 4 classes for 3' });
});
