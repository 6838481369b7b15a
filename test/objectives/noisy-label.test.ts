import test from 'ava';
import * as tf from '../../src/engine/tf.ts';
import { noisyLabel, type NoisyLabelOptions } from '../../src/objectives/noisy-label.ts';
import { close } from '../engine/numbers.ts';
import { batchOf, classBatch, heard, logSoftmax, lossAndGradient, lossOf, mean, sigmoid, softmax } from './examples.ts';
import { engineUnderTest } from '../engine-choice.ts';
import { startEngine } from '../engine-under-test.ts';

test.before(startEngine);

const students = [[1, -2, 0.5], [0, 3, 1], [2, 2, -1]];
const clean = [[2, 0, -0.5], [1, 2, 3], [-1, 0, 2]];
const classes = [0, -1, 2];
const said = (options: NoisyLabelOptions | undefined, batch = classBatch(classes)) => ({ objective: noisyLabel(options), student: tf.tensor2d(students), teacher: tf.tensor2d(clean), batch });
const crossEntropy = (target: readonly number[], row: readonly number[]) => -target.reduce((sum, share, c) => sum + share * logSoftmax(row)[c]!, 0);
const oneHot = (label: number) => [0, 1, 2].map((c) => (c === label ? 1 : 0));

test('cross-entropy against the pseudo label; a row without a label trusts the clean model', async (t) => {
  t.is(tf.getBackend(), engineUnderTest);
  const [lambda, temperature] = [0.7, 2];
  const pseudo = clean.map((row, i) => softmax(row, temperature).map((share, c) => (classes[i]! < 0 ? share : lambda * oneHot(classes[i]!)[c]! + (1 - lambda) * share)));
  const { loss, gradient } = await lossAndGradient(said({ lambda, temperature }));
  close(t, 'loss', [loss], [mean(pseudo.map((target, i) => crossEntropy(target, students[i]!)))]);
  close(t, 'gradient', gradient, pseudo.flatMap((target, i) => target.map((share, c) => (softmax(students[i]!)[c]! - share) / 3)), { absolute: 1e-7 });
});

test('both sides are heard; lambda 0 looks at no label; lambda may follow the step', async (t) => {
  const soft = mean(clean.map((row, i) => crossEntropy(softmax(row), students[i]!)));
  const hard = (crossEntropy(oneHot(0), students[0]!) + crossEntropy(oneHot(2), students[2]!)) / 2;
  const parts = await heard(said({ lambda: 0.4 }));
  close(t, 'parts', [parts['noisy-label.hard']!, parts['noisy-label.soft']!], [hard, soft]);
  close(t, 'lambda 0', [(await lossAndGradient(said({ lambda: 0 }, batchOf(undefined, 3)))).loss], [soft]);
  const following = noisyLabel({ lambda: { from: 0, to: 1, steps: 11 } });
  const { loss } = await heard({ ...said(undefined), objective: following, context: { step: 5, key: { high: 0, low: 0 } } });
  close(t, 'step 5', [loss!], [(await heard(said({ lambda: 0.4 }))).loss!]);
  t.deepEqual(following.settings, { lambda: '0 to 1 over 11 steps', temperature: 1 });
});

test('a graph lets classes speak for each other, and the rows stay distributions', async (t) => {
  const weights = [[0, 2, 2], [0, 0, 5], [0, 0, 0]];
  const passed = (shares: number[]) => [0.6 * shares[0]! + 0.4 * (0.5 * shares[1]! + 0.5 * shares[2]!), 0.6 * shares[1]! + 0.4 * shares[2]!, 0.6 * shares[2]!];
  const targets = clean.map((row) => {
    const shares = passed(softmax(row));
    return shares.map((share) => share / shares.reduce((sum, one) => sum + one, 0));
  });
  const { loss } = await lossAndGradient(said({ lambda: 0, graph: { weights, own: 0.6 } }));
  close(t, 'one class', [loss], [mean(targets.map((target, i) => crossEntropy(target, students[i]!)))]);
  const unchanged = await lossAndGradient(said({ lambda: 0, graph: { weights, own: 1 } }));
  close(t, 'own word alone', [unchanged.loss], [(await lossAndGradient(said({ lambda: 0 }))).loss]);
  const several = await lossAndGradient(said({ lambda: 0, task: 'multi-label', graph: { weights, own: 0.6 } }, batchOf(undefined, 3)));
  const hits = clean.map((row) => passed(row.map(sigmoid)));
  close(t, 'several classes', [several.loss], [mean(students.flatMap((row, i) => row.map((z, c) => binary(hits[i]![c]!, z))))]);
});

const binary = (target: number, z: number) => -(target * Math.log(sigmoid(z)) + (1 - target) * Math.log(sigmoid(-z)));

test('several classes: sigmoids and binary cross-entropy, mean over classes and rows', async (t) => {
  const hits = [1, 0, 1, -1, -1, -1, 0, 0, 1];
  const batch = batchOf({ kind: 'multi-label', hits: Float32Array.from(hits) }, 3);
  const { loss } = await lossAndGradient(said({ lambda: 0.7, temperature: 2, task: 'multi-label' }, batch));
  const entries = students.flat().map((z, i) => {
    const s = sigmoid(clean.flat()[i]! / 2);
    return binary(hits[i]! < 0 ? s : 0.7 * hits[i]! + 0.3 * s, z);
  });
  close(t, 'loss', [loss], [mean(entries)]);
});

test('scores: squared distances from label and clean score', async (t) => {
  const batch = batchOf({ kind: 'regression', scores: Float32Array.of(2, NaN) }, 2);
  const { loss, gradient } = await lossAndGradient({ objective: noisyLabel({ lambda: 0.25, task: 'regression' }), student: tf.tensor2d([[1], [5]]), teacher: tf.tensor2d([[3], [4]]), batch });
  close(t, 'loss', [loss], [(0.25 * 1 + 0.75 * 4 + 1) / 2]);
  close(t, 'gradient', gradient, [(0.25 * -2 + 0.75 * -4) / 2, 2 / 2]);
});

test('settings that do not fit are refused', (t) => {
  t.throws(() => noisyLabel({ lambda: 2 }), { message: 'noisy-label: lambda must lie in 0..1, not 2' });
  t.throws(() => noisyLabel({ temperature: 0 }), { message: /temperature must be above 0/ });
  t.throws(() => noisyLabel({ graph: { weights: [[1, 0]], own: 0.5 } }), { message: /the graph must be square/ });
  t.throws(() => noisyLabel({ graph: { weights: [[-1]], own: 0.5 } }), { message: /the graph holds numbers from 0/ });
  t.throws(() => noisyLabel({ graph: { weights: [[1]], own: 1.5 } }), { message: /own share must lie in 0..1/ });
  t.throws(() => noisyLabel({ task: 'regression', graph: { weights: [[1]], own: 0.5 } }), { message: /a regression has no classes/ });
  t.throws(() => lossOf(said({ graph: { weights: [[1, 0], [0, 1]], own: 0.5 } })), { message: 'noisy-label: a graph of 2 labels for 3 classes' });
});
