import test from 'ava';
import { randomKey } from '../../src/engine/random.ts';
import * as tf from '../../src/engine/tf.ts';
import { logitMse } from '../../src/objectives/logit-mse.ts';
import { disturbed, drawNoise, noisyLogit } from '../../src/objectives/noisy-logit.ts';
import { close, drawn, read, take } from '../engine/numbers.ts';
import { batchOf, firstStep, lossAndGradient, lossOf, mean } from './examples.ts';
import { engineUnderTest } from '../engine-choice.ts';
import { startEngine } from '../engine-under-test.ts';

test.before(startEngine);

const ids = (count: number) => Array.from({ length: count }, (_, i) => `example ${i}`);
const draw = (options: Partial<Parameters<typeof drawNoise>[2]> = {}, names = ids(4000)) => drawNoise(names, 3, { share: 0.5, deviation: 0.4, context: firstStep, ...options });
const rowsOf = (noise: Float32Array) => Array.from({ length: noise.length / 3 }, (_, row) => Array.from(noise.subarray(3 * row, 3 * row + 3)));

test('about the share of rows is disturbed, by normal numbers of the deviation', (t) => {
  const rows = rowsOf(draw({ share: 0.3 }));
  const chosen = rows.filter((row) => row.some((value) => value !== 0));
  t.true(Math.abs(chosen.length / rows.length - 0.3) < 0.025, `${chosen.length} of ${rows.length}`); // 3.5 standard errors
  const values = chosen.flat();
  t.true(Math.abs(mean(values)) < 0.025, `mean ${mean(values)}`);
  t.true(Math.abs(Math.sqrt(mean(values.map((value) => value ** 2))) - 0.4) < 0.02);
  t.true(rowsOf(draw({ share: 1 })).every((row) => row.every((value) => value !== 0)));
  t.true(draw({ share: 0 }).every((value) => value === 0));
});

test('an example\'s noise is its own: neither its place nor its company changes it, the step and the seed do', (t) => {
  const names = ids(50);
  const [rows, backwards] = [rowsOf(draw({}, names)), rowsOf(draw({}, [...names].reverse()))];
  t.deepEqual(backwards.reverse(), rows);
  t.deepEqual(rowsOf(draw({}, names.slice(20, 21))), rows.slice(20, 21));
  t.notDeepEqual(rowsOf(draw({ context: { ...firstStep, key: randomKey(1, 'step', 2) } }, names)), rows);
  t.notDeepEqual(rowsOf(draw({ context: { ...firstStep, key: randomKey(2, 'step', 1) } }, names)), rows);
});

test('noise multiplies, or adds', async (t) => {
  const [logits, noise] = [tf.tensor2d([[2, -4]]), tf.tensor2d([[0.5, -0.25]])];
  close(t, 'multiplicative', await read(disturbed(logits, { noise, mode: 'multiplicative' })), [3, -3]);
  close(t, 'additive', await read(disturbed(logits, { noise, mode: 'additive' })), [2.5, -4.25]);
});

test('the loss is that of the disturbed logits, and without noise that of the logits', async (t) => {
  t.is(tf.getBackend(), engineUnderTest);
  const [student, teacher] = [drawn('student', [6, 3]), drawn('teacher', [6, 3])];
  const batch = batchOf(undefined, 6);
  for (const mode of ['multiplicative', 'additive'] as const) {
    const noise = tf.tensor2d(drawNoise(batch.exampleIds, 3, { share: 0.7, deviation: 2, context: firstStep }), [6, 3]);
    const expected = await lossAndGradient({ objective: logitMse(), student, teacher: disturbed(teacher, { noise, mode }), batch });
    t.deepEqual(await lossAndGradient({ objective: noisyLogit({ share: 0.7, deviation: 2, mode }), student, teacher, batch }), expected);
  }
  const calm = await take(lossOf({ objective: logitMse(), student, teacher, batch }));
  t.is(await take(lossOf({ objective: noisyLogit({ deviation: 0 }), student, teacher, batch })), calm);
  t.not(await take(lossOf({ objective: noisyLogit(), student, teacher, batch })), calm);
});

test('settings out of range are refused', (t) => {
  for (const share of [-0.1, 1.1, NaN]) t.throws(() => noisyLogit({ share }), { message: /share of rows must lie in 0..1/ });
  for (const deviation of [-1, NaN, Infinity]) t.throws(() => noisyLogit({ deviation }), { message: /deviation must be a number from 0/ });
});
