import test from 'ava';
import * as tf from '../../src/engine/tf.ts';
import { distilbert, type DistilbertOptions } from '../../src/objectives/distilbert.ts';
import { hardLabels } from '../../src/objectives/hard-labels.ts';
import { tinyModel } from '../models/tiny-model.ts';
import { close, drawn, read, rounded } from '../engine/numbers.ts';
import { batchOf, classBatch, firstStep, gradientsOf, logSoftmax, lossOf, type Outputs } from './examples.ts';
import { engineUnderTest } from '../engine-choice.ts';
import { startEngine } from '../engine-under-test.ts';

test.before(startEngine);

const [vocabulary, width] = [5, 4];
const say = (who: string): Outputs => ({ logits: drawn(`${who} logits`, [2, 3, vocabulary], 2), hidden: drawn(`${who} hidden`, [2, 3, width]) });
const [student, teacher] = [() => say('student'), () => say('teacher')];
const words = [-100, 4, -100, 2, -100, 1];
const real = [1, 1, 1, 1, 1, 0]; // the last position is padding, and its label does not count

function batch(labels: readonly number[] = words, mask: readonly number[] = real) {
  const made = batchOf({ kind: 'masked-lm', tokens: Int32Array.from(labels) }, 2, 3);
  return { ...made, mask: tf.tensor2d([...mask], [2, 3]) };
}

async function terms(temperature: number): Promise<{ soft: number; masked: number; cosine: number }> {
  const rowsOf = async (outputs: Outputs, what: 'logits' | 'hidden', size: number) => {
    const values = await read(outputs[what]!);
    return real.map((_, row) => values.slice(row * size, (row + 1) * size));
  };
  const [own, others] = [await rowsOf(student(), 'logits', vocabulary), await rowsOf(teacher(), 'logits', vocabulary)];
  const [h, g] = [await rowsOf(student(), 'hidden', width), await rowsOf(teacher(), 'hidden', width)];
  const dot = (a: number[], b: number[]) => a.reduce((sum, value, i) => sum + value * b[i]!, 0);
  const mean = (of: (position: number) => number, positions: number[]) => positions.reduce((sum, position) => sum + of(position), 0) / positions.length;
  const divergence = (row: number) => {
    const [p, q] = [logSoftmax(own[row]!, temperature), logSoftmax(others[row]!, temperature)];
    return q.reduce((sum, logQ, i) => sum + Math.exp(logQ) * (logQ - p[i]!), 0);
  };
  return {
    soft: temperature ** 2 * mean(divergence, [0, 1, 2, 3, 4]),
    masked: -mean((row) => logSoftmax(own[row]!)[words[row]!]!, [1, 3]),
    cosine: mean((row) => 1 - dot(h[row]!, g[row]!) / Math.sqrt(dot(h[row]!, h[row]!) * dot(g[row]!, g[row]!)), [0, 1, 2, 3, 4]),
  };
}

const lossWith = async (options?: DistilbertOptions) => (await gradientsOf({ objective: distilbert(options), student: student(), teacher: teacher(), batch: batch() })).loss;

test('5, 2 and 1 times the three terms, at T = 2; each is heard unweighted', async (t) => {
  t.is(tf.getBackend(), engineUnderTest);
  const { soft, masked, cosine } = await terms(2);
  close(t, 'loss', [await lossWith()], [5 * soft + 2 * masked + cosine], rounded);
  const heard = new Map<string, tf.Tensor>();
  lossOf({ objective: distilbert(), student: student(), teacher: teacher(), batch: batch(), context: { ...firstStep, hear: (part, value) => heard.set(part, value) } });
  t.deepEqual([...heard.keys()], ['distilbert.soft', 'distilbert.masked', 'distilbert.cosine']);
  for (const [part, value] of Object.entries({ soft, masked, cosine })) close(t, part, await read(heard.get(`distilbert.${part}`)!), [value], rounded);
});

test('temperature and weights are the caller\'s; those left out stay', async (t) => {
  const { soft, masked, cosine } = await terms(3);
  close(t, 'all', [await lossWith({ temperature: 3, weights: { soft: 0.5, masked: 0.25, cosine: 4 } })], [0.5 * soft + 0.25 * masked + 4 * cosine], rounded);
  close(t, 'one', [await lossWith({ temperature: 3, weights: { masked: 0 } })], [5 * soft + cosine], rounded);
  t.deepEqual(distilbert({ weights: { masked: 1 } }).settings, { temperature: 2, soft: 5, masked: 1, cosine: 1 });
});

test('a weight may follow the step', async (t) => {
  const { soft, masked, cosine } = await terms(2);
  const objective = distilbert({ weights: { soft: { from: 5, to: 1, steps: 3 } } });
  for (const [step, weight] of [[1, 5], [2, 3], [4, 1]] as const) {
    const { loss } = await gradientsOf({ objective, student: student(), teacher: teacher(), batch: batch(), context: { ...firstStep, step } });
    close(t, `step ${step}`, [loss], [weight * soft + 2 * masked + cosine], rounded);
  }
  t.is(objective.settings?.soft, '5 to 1 over 3 steps');
});

test('a term of weight 0 is neither asked for nor computed', async (t) => {
  const alone = distilbert({ weights: { soft: 0, cosine: 0 } });
  t.deepEqual(alone.wants, { student: { decoder: true, hidden: [] }, teacher: { hidden: [] } });
  t.deepEqual(distilbert().wants, { student: { decoder: true, hidden: [-1] }, teacher: { decoder: true, hidden: [-1] } });
  const { masked } = await terms(2);
  close(t, 'masked', [(await gradientsOf({ objective: alone, student: { logits: student().logits! }, teacher: { logits: teacher().logits! }, batch: batch() })).loss], [2 * masked], rounded);
  const soft = distilbert({ weights: { masked: 0, cosine: 0 } });
  t.notThrows(() => lossOf({ objective: soft, student: student(), teacher: teacher(), batch: batchOf(undefined, 2, 3) }), 'labels are not looked at');
});

test('where no word is masked only that term is 0, and where all is padding everything is', async (t) => {
  const { soft, cosine } = await terms(2);
  const unmasked = await gradientsOf({ objective: distilbert(), student: student(), teacher: teacher(), batch: batch(words.map(() => -1)) });
  close(t, 'loss', [unmasked.loss], [5 * soft + cosine], rounded);
  const padding = await gradientsOf({ objective: distilbert(), student: student(), teacher: teacher(), batch: batch(words, real.map(() => 0)) });
  t.is(padding.loss, 0);
  t.true(Object.values(padding.gradients).flat().every((push) => push === 0));
});

test('models of other depths and one width are matched by their last states', async (t) => {
  const models = [tinyModel({ task: 'masked-lm', labels: [], layers: 1 }), tinyModel({ task: 'masked-lm', labels: [], layers: 2 }, 2)] as const;
  const objective = distilbert();
  const made = batchOf({ kind: 'masked-lm', tokens: Int32Array.of(-100, 7, -100, 3) }, 2, 2);
  const examples = { ...made, mask: tf.onesLike(made.mask) };
  const [own, others] = [models[0].forward(examples, { ...objective.wants.student, logits: true }), models[1].forward(examples, { ...objective.wants.teacher, logits: true })];
  const { loss } = await gradientsOf({
    objective, batch: examples,
    student: { logits: own.logits, hidden: own.hidden.get(-1)! },
    teacher: { logits: others.logits, hidden: others.hidden.get(-1)! },
  });
  t.true(loss > 0 && Number.isFinite(loss));
  const alone = await gradientsOf({ objective: hardLabels(), batch: examples, student: { logits: own.logits } });
  t.true(loss > 2 * alone.loss);
});

test('bad settings, labels and shapes are refused by name', (t) => {
  for (const temperature of [0, -1, NaN]) t.throws(() => distilbert({ temperature }), { message: /temperature must be above 0/ });
  for (const weight of [-1, NaN, Infinity]) t.throws(() => distilbert({ weights: { masked: weight } }), { message: /the weight of the masked term must be a number from 0/ });
  t.throws(() => distilbert({ weights: { soft: 0, masked: 0, cosine: 0 } }), { message: /at least one weight must be above 0/ });
  const refused = (message: RegExp, { own = student(), others = teacher(), examples = batch() }: { own?: Outputs; others?: Outputs; examples?: ReturnType<typeof classBatch> }) =>
    t.throws(() => lossOf({ objective: distilbert(), student: own, teacher: others, batch: examples }), { message });
  refused(/wants masked-lm labels, but the batch carries single-label ones/, { examples: { ...classBatch([0, 1]), mask: batch().mask } });
  refused(/wants masked-lm labels, but the batch carries no labels/, { examples: { ...batchOf(undefined, 2), mask: batch().mask } });
  refused(/student's vocabulary has 5 words, the teacher's 6/, { others: { ...teacher(), logits: tf.zeros([2, 3, 6]) } });
  refused(/student hidden states \[2, 3, 4\] and teacher hidden states \[2, 3, 8\]/, { others: { ...teacher(), hidden: tf.zeros([2, 3, 8]) } });
  const without = { logits: student().logits!, hidden: new Map<number, tf.Tensor>() };
  t.throws(() => distilbert().loss(without, without, batch(), firstStep), { message: /wants the last hidden states/ });
});
