import test from 'ava';
import * as tf from '../../src/engine/tf.ts';
import { checkAlpha, checkTemperature, logitsOf, mixture, mixtureWith, softRows } from '../../src/objectives/mixture.ts';
import type { Weight } from '../../src/objectives/weight.ts';
import { close, read } from '../engine/numbers.ts';
import { classBatch, divergenceFrom, firstStep, logSoftmax, mean, softmax } from './examples.ts';
import { engineUnderTest } from '../engine-choice.ts';
import { startEngine } from '../engine-under-test.ts';

test.before(startEngine);

const students = [[1, -2, 0.5], [0, 0, 1], [4, -3, -4]];
const teachers = [[2, 0, -0.5], [1, 2, 3], [-1, -3, 2]];
const classes = [0, -1, 2];

test('soft rows are divergences of the softened rows, times T² and plus the entropy where asked', async (t) => {
  t.is(tf.getBackend(), engineUnderTest);
  const said = (options: Parameters<typeof softRows>[3]) => read(softRows('single-label', tf.tensor2d(students), tf.tensor2d(teachers), options));
  const divergences = students.map((row, i) => divergenceFrom(softmax(teachers[i]!, 3), row, 3));
  close(t, 'kl', await said({ temperature: 3, scaleT2: false }), divergences);
  close(t, 'scaled', await said({ temperature: 3 }), divergences.map((value) => 9 * value));
  const entropies = teachers.map((row) => -softmax(row, 3).reduce((sum, share, c) => sum + share * logSoftmax(row, 3)[c]!, 0));
  close(t, 'cross-entropy', await said({ temperature: 3, scaleT2: false, form: 'cross-entropy' }), divergences.map((value, i) => value + entropies[i]!));
  close(t, 'scores', await read(softRows('regression', tf.tensor2d([[1], [2]]), tf.tensor2d([[3], [2.5]]), { temperature: 3 })), [4, 0.25]);
});

test('logits of a distribution give it back, classes of no probability too', async (t) => {
  const distribution = [[0.7, 0.3, 0], [1, 0, 0], [0.2, 0.3, 0.5]];
  for (const temperature of [0.5, 1, 4]) {
    close(t, `${temperature}`, await read(tf.softmax(tf.div(logitsOf(tf.tensor2d(distribution), temperature), temperature))), distribution.flat(), { absolute: 1e-7 });
  }
});

const rowsOf = [5, 7, 11]; // soft parts that no other number resembles
function mixed({ alpha, unlabelled, step = 1, labels = classes }: { alpha: Weight; unlabelled?: 'soft' | 'nothing'; step?: number; labels?: number[] }) {
  const heard = new Map<string, tf.Tensor>();
  const context = { ...firstStep, step, hear: (part: string, value: tf.Scalar) => heard.set(part, value) };
  const loss = mixture({ name: 'it', task: 'single-label', alpha, logits: tf.tensor2d(students), soft: tf.tensor1d(rowsOf), batch: classBatch(labels), context, ...(unlabelled && { unlabelled }) });
  return { loss, heard };
}
const hard = students.map((row, i) => (classes[i]! < 0 ? NaN : -logSoftmax(row)[classes[i]!]!));

test('alpha mixes where there is a label; a row without one counts its soft part whole', async (t) => {
  const { loss, heard } = mixed({ alpha: 0.25 });
  close(t, 'loss', await read(loss), [mean([0.75 * hard[0]! + 0.25 * 5, 7, 0.75 * hard[2]! + 0.25 * 11])]);
  t.deepEqual([...heard.keys()], ['it.hard', 'it.soft']);
  close(t, 'hard', await read(heard.get('it.hard')!), [(hard[0]! + hard[2]!) / 2]);
  close(t, 'soft', await read(heard.get('it.soft')!), [mean(rowsOf)]);
});

test('where the soft part is made from the label, a row without one counts nothing', async (t) => {
  for (const alpha of [0.25, 1]) {
    const { loss, heard } = mixed({ alpha, unlabelled: 'nothing' });
    close(t, 'loss', await read(loss), [mean([(1 - alpha) * hard[0]! + alpha * 5, (1 - alpha) * hard[2]! + alpha * 11])]);
    close(t, 'soft', await read(heard.get('it.soft')!), [(5 + 11) / 2]);
  }
  const { loss, heard } = mixed({ alpha: 0.25, unlabelled: 'nothing', labels: [-1, -1, -1] });
  t.deepEqual(await read(loss), [0]);
  t.deepEqual(await read(heard.get('it.soft')!), [0]);
});

test('alpha may follow the step, and at 1 labels still may be absent only where it is constant', async (t) => {
  const alpha = { from: 1, to: 0, steps: 3 };
  for (const [step, share] of [[1, 1], [2, 0.5], [9, 0]] as const) {
    close(t, `step ${step}`, await read(mixed({ alpha, step }).loss), [mean([(1 - share) * hard[0]! + share * 5, 7, (1 - share) * hard[2]! + share * 11])]);
  }
  const unlabelled = (share: Weight) => () => mixture({ name: 'it', task: 'single-label', alpha: share, logits: tf.tensor2d(students), soft: tf.tensor1d(rowsOf), batch: { ...classBatch(classes), labels: undefined as never }, context: firstStep });
  t.notThrows(unlabelled(1));
  t.throws(unlabelled(alpha), { message: 'it with alpha below 1 wants single-label labels, but the batch carries no labels' });
});

test('a mixture against a distribution is T² times the divergence from it', async (t) => {
  const target = [[0.5, 0.5, 0], [0.1, 0.2, 0.7], [0, 0, 1]];
  const loss = mixtureWith(tf.tensor2d(target), { name: 'it', alpha: 1, temperature: 2, logits: tf.tensor2d(students), batch: classBatch(classes), context: firstStep });
  close(t, 'loss', await read(loss), [4 * mean(target.map((shares, i) => divergenceFrom(shares, students[i]!, 2)))]);
});

test('settings out of range are refused by name', (t) => {
  for (const temperature of [0, -1, NaN, Infinity]) t.throws(() => checkTemperature('it', temperature), { message: `it: the temperature must be above 0, not ${temperature}` });
  t.throws(() => checkAlpha('it', 1.1), { message: 'it: alpha must lie in 0..1, not 1.1' });
  t.throws(() => checkAlpha('it', { from: 0, to: 2, steps: 9 }), { message: 'it: alpha at the last step must lie in 0..1, not 2' });
});
