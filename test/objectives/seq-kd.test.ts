import test from 'ava';
import * as tf from '../../src/engine/tf.ts';
import { hardLabels } from '../../src/objectives/hard-labels.ts';
import { labelSmoothing } from '../../src/objectives/label-smoothing.ts';
import { seqKd } from '../../src/objectives/seq-kd.ts';
import { close, drawn, rounded } from '../engine/numbers.ts';
import { batchOf, gradientsOf, logSoftmax, lossOf, mean } from './examples.ts';
import { engineUnderTest } from '../engine-choice.ts';
import { startEngine } from '../engine-under-test.ts';

test.before(startEngine);

const vocabulary = 5;
const words = [1, 4, -100, 0, -100, -100, -100, -100, -100]; // the third translation is empty
const said = [0, 1, 3];
const student = () => ({ logits: drawn('student', [3, 3, vocabulary], 2) });
const batch = (tokens = words) => batchOf({ kind: 'translation', tokens: Int32Array.from(tokens) }, 3, 3);
const rowsOf = async () => ((await tf.reshape(student().logits, [9, vocabulary]).array()) as number[][]).filter((_, row) => said.includes(row));

test('-log p of the teacher\'s tokens: their mean, or of each translation the sum', async (t) => {
  t.is(tf.getBackend(), engineUnderTest);
  const losses = (await rowsOf()).map((row, i) => -logSoftmax(row)[words[said[i]!]!]!);
  const token = await gradientsOf({ objective: seqKd(), student: student(), batch: batch() });
  const sequence = await gradientsOf({ objective: seqKd({ reduction: 'sequence-sum' }), student: student(), batch: batch() });
  close(t, 'token mean', [token.loss], [mean(losses)], rounded);
  close(t, 'sequence sum', [sequence.loss], [losses.reduce((sum, loss) => sum + loss, 0) / 2], rounded);
  close(t, 'gradient', sequence.gradients.logits!, token.gradients.logits!.map((push) => (push * 3) / 2), { absolute: 1e-6, ...rounded });
});

test('the token mean is what hard labels give on logits that are formed', async (t) => {
  const [sequence, hard] = [await gradientsOf({ objective: seqKd(), student: student(), batch: batch() }), await gradientsOf({ objective: hardLabels(), student: student(), batch: batch() })];
  close(t, 'loss', [sequence.loss], [hard.loss], rounded);
  close(t, 'gradient', sequence.gradients.logits!, hard.gradients.logits!, { absolute: 1e-6, ...rounded });
});

test('smoothed: (1 - ε) of the token and ε / V of every one', async (t) => {
  const epsilon = 0.2;
  const rows = await rowsOf();
  const targets = rows.map((_, i) => Array.from({ length: vocabulary }, (_, c) => epsilon / vocabulary + (c === words[said[i]!] ? 1 - epsilon : 0)));
  const expected = -mean(rows.map((row, i) => logSoftmax(row).reduce((sum, logP, c) => sum + targets[i]![c]! * logP, 0)));
  for (const objective of [seqKd({ epsilon }), labelSmoothing({ epsilon, task: 'translation' })]) {
    const { loss, gradients } = await gradientsOf({ objective, student: student(), batch: batch() });
    close(t, 'loss', [loss], [expected], rounded);
    const pushes = rows.flatMap((row, i) => logSoftmax(row).map((logP, c) => (Math.exp(logP) - targets[i]![c]!) / said.length));
    close(t, 'gradient', said.flatMap((row) => gradients.logits!.slice(row * vocabulary, (row + 1) * vocabulary)), pushes, { absolute: 1e-6, ...rounded });
  }
});

test('without any token the loss and the gradient are nothing, smoothed or summed', async (t) => {
  for (const options of [{ epsilon: 0.1 }, { reduction: 'sequence-sum', epsilon: 0.1 }] as const) {
    const { loss, gradients } = await gradientsOf({ objective: seqKd(options), student: student(), batch: batch(words.map(() => -1)) });
    t.deepEqual([loss, new Set(gradients.logits!.map(Math.abs))], [0, new Set([0])]);
  }
});

test('options and labels that cannot be meant are refused', (t) => {
  for (const epsilon of [1, -0.1, NaN]) t.throws(() => seqKd({ epsilon }), { message: `seq-kd: epsilon must lie in [0, 1), not ${epsilon}` });
  t.throws(() => seqKd({ reduction: 'mean' as 'token-mean' }), { message: 'seq-kd: the reduction is token-mean or sequence-sum, not mean' });
  t.throws(() => lossOf({ objective: seqKd(), student: tf.zeros([2, 3, 4]), batch: batchOf({ kind: 'single-label', indices: Int32Array.of(0, 1) }, 2) }), { message: /seq-kd wants translation labels, but the batch carries single-label ones/ });
  t.throws(() => lossOf({ objective: seqKd(), student: tf.zeros([2, 4]), batch: batch() }), { message: 'seq-kd wants the decoder of a model that translates' });
});
