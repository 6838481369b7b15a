import test from 'ava';
import * as tf from '../../src/engine/tf.ts';
import { hardLabels } from '../../src/objectives/hard-labels.ts';
import { labelSmoothing } from '../../src/objectives/label-smoothing.ts';
import { close, drawn } from '../engine/numbers.ts';
import { batchOf, classBatch, logSoftmax, lossAndGradient, lossOf } from './examples.ts';
import { engineUnderTest } from '../engine-choice.ts';
import { startEngine } from '../engine-under-test.ts';

test.before(startEngine);

test('cross-entropy against the smoothed label, mean over labelled rows', async (t) => {
  t.is(tf.getBackend(), engineUnderTest);
  const rows = [[1, -2, 0.5, 3], [0, 0, 1, 0], [4, 4, 4, -4]];
  const classes = [3, -1, 0];
  const epsilon = 0.2;
  const { loss, gradient } = await lossAndGradient({ objective: labelSmoothing({ epsilon }), student: tf.tensor2d(rows), batch: classBatch(classes) });
  const targets = classes.map((label) => [0, 1, 2, 3].map((c) => (label < 0 ? 0 : epsilon / 4 + (c === label ? 1 - epsilon : 0))));
  const logP = rows.map((row) => logSoftmax(row));
  close(t, 'loss', [loss], [-targets.flat().reduce((sum, q, i) => sum + q * logP.flat()[i]!, 0) / 2]);
  close(t, 'gradient', gradient, targets.flatMap((row, i) => row.map((q, c) => (classes[i]! < 0 ? 0 : (Math.exp(logP[i]![c]!) - q) / 2))));
});

test('no smoothing is hard labels', async (t) => {
  const [student, batch] = [drawn('student', [5, 3]), classBatch([0, 1, -1, 2, 2])];
  t.deepEqual(await lossAndGradient({ objective: labelSmoothing({ epsilon: 0 }), student, batch }), await lossAndGradient({ objective: hardLabels(), student, batch }));
});

test('epsilon outside [0, 1), and labels of another kind, are refused', (t) => {
  for (const epsilon of [1, -0.1, NaN]) t.throws(() => labelSmoothing({ epsilon }), { message: /epsilon must lie in \[0, 1\)/ });
  const regression = batchOf({ kind: 'regression', scores: Float32Array.of(1, 2) }, 2);
  t.throws(() => lossOf({ objective: labelSmoothing(), student: tf.zeros([2, 3]), batch: regression }), { message: /label-smoothing wants single-label labels, but the batch carries regression ones/ });
  t.throws(() => lossOf({ objective: labelSmoothing(), student: tf.zeros([2, 3]), batch: batchOf(undefined, 2) }), { message: /carries no labels/ });
});
