import test from 'ava';
import { softmaxCrossEntropy, softmaxDivergence } from '../../../src/engine/fused/cross-entropy.ts';
import * as tf from '../../../src/engine/tf.ts';
import { close, read } from '../numbers.ts';
import { engineUnderTest } from '../../engine-choice.ts';
import { startEngine } from '../../engine-under-test.ts';

test.before(startEngine);

const extreme = [[120, -120, 0], [-120, 119, 120], [3, 3, 3], [-120, -120, -119.5]];
const opposite = extreme.map((row) => [...row].reverse());

function logSoftmax(row: readonly number[]): number[] {
  const top = Math.max(...row);
  const logSum = top + Math.log(row.reduce((sum, value) => sum + Math.exp(value - top), 0));
  return row.map((value) => value - logSum);
}

test('cross-entropy of logits up to 120 is finite and right, with its gradient', async (t) => {
  t.is(tf.getBackend(), engineUnderTest);
  const targets = [[0, 1, 0], [1, 0, 0], [0.2, 0.3, 0.5], [0, 0, 0]];
  const expected = extreme.map((row, i) => -logSoftmax(row).reduce((sum, logP, c) => sum + logP * targets[i]![c]!, 0));
  close(t, 'value', await read(softmaxCrossEntropy(tf.tensor2d(extreme), tf.tensor2d(targets))), expected);
  const gradient = tf.grad((logits) => tf.sum(softmaxCrossEntropy(logits, tf.tensor2d(targets))))(tf.tensor2d(extreme));
  const slopes = extreme.flatMap((row, i) => logSoftmax(row).map((logP, c) => Math.exp(logP) * targets[i]!.reduce((sum, q) => sum + q, 0) - targets[i]![c]!));
  close(t, 'gradient', await read(gradient), slopes, { absolute: 1e-6 });
  t.deepEqual((await read(gradient)).slice(9), [0, 0, 0]); // a row of zeros does not count
});

test('divergence of logits up to 120 is finite and right, with its gradient', async (t) => {
  for (const temperature of [1, 3]) {
    const soft = (rows: number[][]) => rows.map((row) => logSoftmax(row.map((value) => value / temperature)));
    const [student, teacher] = [soft(extreme), soft(opposite)];
    const expected = teacher.map((row, i) => row.reduce((sum, logQ, c) => sum + Math.exp(logQ) * (logQ - student[i]![c]!), 0));
    close(t, 'value', await read(softmaxDivergence(tf.tensor2d(extreme), tf.tensor2d(opposite), { temperature })), expected);
    const gradient = tf.grad((logits) => tf.sum(softmaxDivergence(logits, tf.tensor2d(opposite), { temperature })))(tf.tensor2d(extreme));
    const slopes = student.flatMap((row, i) => row.map((logP, c) => (Math.exp(logP) - Math.exp(teacher[i]![c]!)) / temperature));
    close(t, 'gradient', await read(gradient), slopes, { absolute: 1e-6 });
  }
});

test('a distribution diverges from itself by exactly nothing', async (t) => {
  t.deepEqual(await read(softmaxDivergence(tf.tensor2d(extreme), tf.tensor2d(extreme), { temperature: 2 })), [0, 0, 0, 0]);
});

test('targets and teachers get no gradient', async (t) => {
  const logits = tf.tensor2d(extreme);
  t.true((await read(tf.grad((q) => tf.sum(softmaxCrossEntropy(logits, q)))(tf.softmax(logits)))).every((entry) => entry === 0));
  t.true((await read(tf.grad((z) => tf.sum(softmaxDivergence(logits, z, { temperature: 1 })))(tf.tensor2d(opposite)))).every((entry) => entry === 0));
});
