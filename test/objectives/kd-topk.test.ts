import test from 'ava';
import * as tf from '../../src/engine/tf.ts';
import { kdTopk, kdTopkTarget } from '../../src/objectives/kd-topk.ts';
import { softLabel } from '../../src/objectives/soft-label.ts';
import { close, drawn, read } from '../engine/numbers.ts';
import { batchOf, classBatch, divergenceFrom, lossAndGradient, mean, softmax } from './examples.ts';
import { engineUnderTest } from '../engine-choice.ts';
import { startEngine } from '../engine-under-test.ts';

test.before(startEngine);

const teachers = [[2, 0, -0.5, 1, 0.5], [1, 2, 3, 0, -4], [-1, 0, 2, 2.5, 1]];
const targetOf = (row: readonly number[], k: number, temperature: number) => {
  const shares = softmax(row, temperature);
  const kept = [...row.keys()].sort((a, b) => row[b]! - row[a]!).slice(0, k);
  const rest = 1 - kept.reduce((sum, c) => sum + shares[c]!, 0);
  return shares.map((share, c) => (kept.includes(c) ? share : rest / (row.length - k)));
};

test('the k largest keep their probability and the others share the rest', async (t) => {
  t.is(tf.getBackend(), engineUnderTest);
  for (const k of [0, 1, 2, 4]) {
    close(t, `k = ${k}`, await read(kdTopkTarget(tf.tensor2d(teachers), { k, temperature: 2 })), teachers.flatMap((row) => targetOf(row, k, 2)));
  }
  for (const k of [5, 9]) close(t, `k = ${k}`, await read(kdTopkTarget(tf.tensor2d(teachers), { k, temperature: 2 })), teachers.flatMap((row) => softmax(row, 2)));
});

test('of equal ones the first are kept, however probable', async (t) => {
  const target = async (row: number[], k: number) => read(kdTopkTarget(tf.tensor2d([row]), { k, temperature: 1 }));
  const apart = softmax([1, 3, 1, 1]);
  close(t, 'three alike', await target([1, 3, 1, 1], 2), [apart[0]!, apart[1]!, (apart[2]! + apart[3]!) / 2, (apart[2]! + apart[3]!) / 2]);
  close(t, 'all alike', await target([0, 0, 0, 0], 3), [0.25, 0.25, 0.25, 0.25]);
  const far = await target([300, 0, -1, 1], 2); // all but one underflow, and still have an order
  close(t, 'far apart', far, [1, 0, 0, 0]);
});

test('the loss is T² times the divergence from it, on rows without a label too', async (t) => {
  const students = [[1, -2, 0.5, 0, 1], [0, 3, 1, 1, 2], [2, 2, -1, 0, 0]];
  const { loss } = await lossAndGradient({ objective: kdTopk({ k: 1, temperature: 3 }), student: tf.tensor2d(students), teacher: tf.tensor2d(teachers), batch: batchOf(undefined, 3) });
  close(t, 'loss', [loss], [9 * mean(students.map((row, i) => divergenceFrom(targetOf(teachers[i]!, 1, 3), row, 3)))]);
});

test('with k = C it is soft labels', async (t) => {
  const said = { student: drawn('student', [4, 5], 2), teacher: drawn('teacher', [4, 5], 2), batch: classBatch([1, -1, 0, 4]) };
  for (const alpha of [1, 0.3]) {
    const [soft, kept] = [await lossAndGradient({ objective: softLabel({ temperature: 2, alpha }), ...said }), await lossAndGradient({ objective: kdTopk({ k: 5, temperature: 2, alpha }), ...said })];
    close(t, 'loss', [kept.loss], [soft.loss]);
    close(t, 'gradient', kept.gradient, soft.gradient, { absolute: 1e-6 });
  }
});

test('k is a whole number from 0', (t) => {
  for (const k of [-1, 1.5, NaN]) t.throws(() => kdTopk({ k }), { message: `kd-topk: k must be a whole number from 0, not ${k}` });
});
