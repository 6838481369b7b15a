import test from 'ava';
import * as tf from '../../src/engine/tf.ts';
import { wordKd } from '../../src/objectives/word-kd.ts';
import { close, drawn, rounded } from '../engine/numbers.ts';
import { batchOf, decoderOf, divergenceFrom, firstStep, gradientsOf, heard, logSoftmax, mean, softmax } from './examples.ts';
import { engineUnderTest } from '../engine-choice.ts';
import { startEngine } from '../engine-under-test.ts';

test.before(startEngine);

const vocabulary = 5;
const words = [1, 4, -100, 0, -100, -100];
const said = [0, 1, 3];
const draw = (name: string) => ({ logits: drawn(name, [2, 3, vocabulary], 2) });
const batch = () => batchOf({ kind: 'translation', tokens: Int32Array.from(words) }, 2, 3);
const lesson = () => ({ student: draw('student'), teacher: draw('teacher'), batch: batch() });
async function rowsOf(name: string): Promise<number[][]> {
  return ((await tf.reshape(draw(name).logits, [6, vocabulary]).array()) as number[][]).filter((_, row) => said.includes(row));
}

test('the mean over target tokens of both terms; each is heard, the soft one with its T²', async (t) => {
  t.is(tf.getBackend(), engineUnderTest);
  const [own, others] = [await rowsOf('student'), await rowsOf('teacher')];
  const hard = -mean(own.map((row, i) => logSoftmax(row)[words[said[i]!]!]!));
  const soft = 4 * mean(own.map((row, i) => divergenceFrom(softmax(others[i]!, 2), row, 2)));
  const entropy = -4 * mean(others.map((row) => softmax(row, 2).reduce((sum, p, c) => sum + p * logSoftmax(row, 2)[c]!, 0)));
  const parts = await heard({ objective: wordKd({ temperature: 2, alpha: 0.3 }), ...lesson() });
  close(t, 'kl', [parts.loss!, parts['word-kd.hard']!, parts['word-kd.soft']!], [0.7 * hard + 0.3 * soft, hard, soft], rounded);
  const crossed = await heard({ objective: wordKd({ temperature: 2, alpha: 0.3, form: 'cross-entropy' }), ...lesson() });
  close(t, 'cross-entropy', [crossed.loss!, crossed['word-kd.soft']!], [0.7 * hard + 0.3 * (soft + entropy), soft + entropy], rounded);
  const unscaled = await heard({ objective: wordKd({ temperature: 2, alpha: 1, scaleT2: false }), ...lesson() });
  close(t, 'unscaled', [unscaled.loss!], [soft / 4], rounded);
});

test('cut to k tokens it is the divergence over those and one outcome for all others', async (t) => {
  const [own, others] = [await rowsOf('student'), await rowsOf('teacher')];
  for (const [k, temperature] of [[1, 1], [2, 2], [4, 1]] as const) {
    const expected = temperature ** 2 * mean(own.map((row, i) => {
      const [q, p] = [softmax(others[i]!, temperature), softmax(row, temperature)];
      const kept = [...q.keys()].sort((a, b) => q[b]! - q[a]!).slice(0, k);
      const bucketed = (shares: readonly number[]) => [...kept.map((c) => shares[c]!), 1 - kept.reduce((sum, c) => sum + shares[c]!, 0)];
      return bucketed(q).reduce((sum, share, c) => sum + share * Math.log(share / bucketed(p)[c]!), 0);
    }));
    const parts = await heard({ objective: wordKd({ temperature, alpha: 0.5, k }), ...lesson() });
    close(t, `k = ${k}`, [parts['word-kd.soft']!], [expected], rounded);
  }
});

test('with k = V, and beyond, nothing is lost: values and gradients are those without k', async (t) => {
  for (const temperature of [1, 3]) {
    const whole = await gradientsOf({ objective: wordKd({ temperature, alpha: 0.4 }), ...lesson() });
    for (const k of [vocabulary, 64]) {
      const cut = await gradientsOf({ objective: wordKd({ temperature, alpha: 0.4, k }), ...lesson() });
      close(t, 'loss', [cut.loss], [whole.loss], { relative: 1e-5, ...rounded });
      close(t, 'gradient', cut.gradients.logits!, whole.gradients.logits!, { absolute: 1e-6, ...rounded });
    }
  }
});

test('the gradient of the cut loss is that of its definition', async (t) => {
  // Where the teacher is sure of one token, k = 1 leaves the bucket nothing, and the loss is -log p of that token.
  const sure = tf.reshape(tf.mul(tf.cast(tf.oneHot(tf.tensor1d([1, 4, 0, 0, 0, 0], 'int32'), vocabulary), 'float32'), 60), [2, 3, vocabulary]);
  const given = { ...lesson(), teacher: { logits: sure } };
  const [cut, hard] = [await gradientsOf({ objective: wordKd({ alpha: 1, k: 1 }), ...given }), await gradientsOf({ objective: wordKd({ alpha: 0 }), ...given })];
  close(t, 'loss', [cut.loss], [hard.loss], rounded);
  close(t, 'gradient', cut.gradients.logits!, hard.gradients.logits!, { absolute: 1e-6, ...rounded });
});

test('what cannot be compared is refused', (t) => {
  for (const k of [0, 1.5, NaN]) t.throws(() => wordKd({ k }), { message: `word-kd: k must be a whole number from 1, not ${k}` });
  t.throws(() => wordKd({ alpha: 2 }), { message: /word-kd: alpha/ });
  t.throws(() => wordKd({ temperature: 0 }), { message: /word-kd: the temperature/ });
  const [three, four] = [decoderOf(tf.zeros([2, 3, 3])), decoderOf(tf.zeros([2, 3, 4]))];
  t.throws(() => wordKd().loss({ decoder: three }, { decoder: four }, batch(), firstStep), { message: /the student writes with 3 tokens, the teacher with 4: they must share a vocabulary/ });
  t.throws(() => wordKd().loss({ decoder: decoderOf(tf.zeros([2, 2, 4])) }, { decoder: four }, batch(), firstStep), { message: 'word-kd: the decoder says positions [2, 2], but the labels are [2, 3]' });
  t.throws(() => wordKd().loss({ decoder: three }, { decoder: three }, batchOf(undefined, 2), firstStep), { message: /word-kd wants translation labels, but the batch carries no labels/ });
});
