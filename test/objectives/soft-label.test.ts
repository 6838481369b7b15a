import test from 'ava';
import * as tf from '../../src/engine/tf.ts';
import { hardLabels } from '../../src/objectives/hard-labels.ts';
import { softLabel } from '../../src/objectives/soft-label.ts';
import { close, drawn, read } from '../engine/numbers.ts';
import { batchOf, classBatch, firstStep, logSoftmax, lossAndGradient, lossOf, mean, sigmoid } from './examples.ts';
import { engineUnderTest } from '../engine-choice.ts';
import { startEngine } from '../engine-under-test.ts';

test.before(startEngine);

const students = [[1, -2, 0.5], [0, 0, 1], [4, -3, -4], [0.1, 0.2, 0.3]];
const teachers = [[2, 0, -0.5], [1, 2, 3], [-1, -3, 2], [5, 0, 0]];
const classes = [0, -1, 2, -1];
const [student, teacher] = [() => tf.tensor2d(students), () => tf.tensor2d(teachers)];

/** Σ_c q (log q - log p) per row. */
function divergences(temperature: number): number[] {
  return students.map((row, i) => {
    const [logP, logQ] = [logSoftmax(row, temperature), logSoftmax(teachers[i]!, temperature)];
    return logQ.reduce((sum, value, c) => sum + Math.exp(value) * (value - logP[c]!), 0);
  });
}

const run = (options: Parameters<typeof softLabel>[0]) => lossAndGradient({ objective: softLabel(options), student: student(), teacher: teacher(), batch: classBatch(classes) });

test('T² times the mean divergence of the softened rows', async (t) => {
  t.is(tf.getBackend(), engineUnderTest);
  for (const temperature of [0.5, 1, 4]) {
    const { loss, gradient } = await run({ temperature });
    close(t, 'loss', [loss], [temperature ** 2 * mean(divergences(temperature))]);
    const slope = students.flatMap((row, i) =>
      logSoftmax(row, temperature).map((logP, c) => (temperature * (Math.exp(logP) - Math.exp(logSoftmax(teachers[i]!, temperature)[c]!))) / students.length),
    );
    close(t, 'gradient', gradient, slope, { absolute: 1e-6 });
  }
});

test('without the scale it is the same divided by T²', async (t) => {
  const [scaled, plain] = [await run({ temperature: 3 }), await run({ temperature: 3, scaleT2: false })];
  close(t, 'loss', [plain.loss * 9], [scaled.loss]);
  close(t, 'gradient', plain.gradient.map((push) => push * 9), scaled.gradient);
});

test('the cross-entropy form has the same gradients and adds the teacher\'s entropy', async (t) => {
  const temperature = 2;
  const [kl, crossEntropy] = [await run({ temperature }), await run({ temperature, form: 'cross-entropy' })];
  t.deepEqual(crossEntropy.gradient, kl.gradient);
  const entropies = teachers.map((row) => -logSoftmax(row, temperature).reduce((sum, logQ) => sum + Math.exp(logQ) * logQ, 0));
  close(t, 'loss', [crossEntropy.loss - kl.loss], [temperature ** 2 * mean(entropies)]);
});

test('in the limit of a high temperature, logits without their mean are matched: gradient (z_s - z_t) / C per row', async (t) => {
  const centred = (name: string) => tf.tidy(() => {
    const logits = drawn(name, [5, 4]);
    return tf.sub(logits, tf.mean(logits, -1, true));
  });
  const [own, others] = [centred('student'), centred('teacher')];
  const { gradient } = await lossAndGradient({ objective: softLabel({ temperature: 1e3 }), student: own, teacher: others, batch: batchOf(undefined, 5) });
  const expected = await read(tf.div(tf.sub(own, others), 4 * 5)); // (1 / C) (z_s - z_t), mean over the 5 rows: Hinton et al., equation 4
  close(t, 'gradient', gradient, expected, { relative: 5e-3 });
});

test('alpha mixes on labelled rows; a row without a label takes the soft term whole', async (t) => {
  const [alpha, temperature] = [0.3, 2];
  const { loss, gradient } = await run({ alpha, temperature });
  const soft = divergences(temperature).map((value) => temperature ** 2 * value);
  const rows = soft.map((value, i) => (classes[i]! < 0 ? value : alpha * value - (1 - alpha) * logSoftmax(students[i]!)[classes[i]!]!));
  close(t, 'loss', [loss], [mean(rows)]);
  const expected = students.flatMap((row, i) => {
    const [p, q, hard] = [logSoftmax(row, temperature), logSoftmax(teachers[i]!, temperature), logSoftmax(row)];
    return row.map((_, c) => {
      const push = temperature * (Math.exp(p[c]!) - Math.exp(q[c]!));
      return (classes[i]! < 0 ? push : alpha * push + (1 - alpha) * (Math.exp(hard[c]!) - (c === classes[i] ? 1 : 0))) / students.length;
    });
  });
  close(t, 'gradient', gradient, expected, { absolute: 1e-6 });
});

test('alpha 1 looks at no label, and unlabelled batches are as good', async (t) => {
  const [soft, unlabelled] = [await run({ alpha: 1 }), await lossAndGradient({ objective: softLabel(), student: student(), teacher: teacher(), batch: batchOf(undefined, 4) })];
  t.deepEqual(soft, unlabelled);
  const noneKnown = await lossAndGradient({ objective: softLabel({ alpha: 0.2 }), student: student(), teacher: teacher(), batch: classBatch([-1, -1, -1, -1]) });
  close(t, 'loss', [noneKnown.loss], [soft.loss]);
  close(t, 'gradient', noneKnown.gradient, soft.gradient);
});

test('alpha 0 on labelled rows is hard labels', async (t) => {
  const labels = [0, 1, 2, 0];
  const { loss } = await lossAndGradient({ objective: softLabel({ alpha: 0 }), student: student(), teacher: teacher(), batch: classBatch(labels) });
  close(t, 'loss', [loss], [-mean(students.map((row, i) => logSoftmax(row)[labels[i]!]!))]);
});

test('alpha may follow the step', async (t) => {
  const objective = softLabel({ alpha: { from: 1, to: 0.2, steps: 5 } });
  for (const [step, alpha] of [[1, 1], [3, 0.6], [5, 0.2], [50, 0.2]] as const) {
    const { loss } = await lossAndGradient({ objective, student: student(), teacher: teacher(), batch: classBatch(classes), context: { ...firstStep, step } });
    close(t, `step ${step}`, [loss], [(await run({ alpha })).loss]);
  }
  t.is(objective.settings?.alpha, '1 to 0.2 over 5 steps');
});

test('several classes: T² times the binary divergences, mean over classes; known entries take their label', async (t) => {
  const [alpha, temperature] = [0.3, 2];
  const hits = [1, 0, 1, 0, 0, 1, -1, -1, -1, 1, 1, 0];
  const batch = batchOf({ kind: 'multi-label', hits: Float32Array.from(hits) }, 4);
  const said = { student: student(), teacher: teacher(), batch };
  const entries = students.flat().map((z, i) => {
    const [p, q] = [sigmoid(z / temperature), sigmoid(teachers.flat()[i]! / temperature)];
    const soft = temperature ** 2 * (q * Math.log(q / p) + (1 - q) * Math.log((1 - q) / (1 - p)));
    return hits[i]! < 0 ? soft : alpha * soft - (1 - alpha) * Math.log(hits[i] === 1 ? sigmoid(z) : sigmoid(-z));
  });
  const { loss, gradient } = await lossAndGradient({ objective: softLabel({ alpha, temperature, task: 'multi-label' }), ...said });
  close(t, 'loss', [loss], [mean(entries)]);
  const slope = students.flat().map((z, i) => {
    const push = temperature * (sigmoid(z / temperature) - sigmoid(teachers.flat()[i]! / temperature));
    return (hits[i]! < 0 ? push : alpha * push + (1 - alpha) * (sigmoid(z) - hits[i]!)) / 12;
  });
  close(t, 'gradient', gradient, slope, { absolute: 1e-7 });
  const hard = await lossAndGradient({ objective: softLabel({ alpha: 0, task: 'multi-label' }), ...said, student: tf.tensor2d(students.slice(0, 2)), teacher: tf.tensor2d(teachers.slice(0, 2)), batch: batchOf({ kind: 'multi-label', hits: Float32Array.from(hits.slice(0, 6)) }, 2) });
  const own = await lossAndGradient({ objective: hardLabels(), student: tf.tensor2d(students.slice(0, 2)), batch: batchOf({ kind: 'multi-label', hits: Float32Array.from(hits.slice(0, 6)) }, 2) });
  close(t, 'alpha 0', [hard.loss], [own.loss]);
});

test('a score: the squared distance to the teacher\'s, to which no temperature applies', async (t) => {
  const batch = batchOf({ kind: 'regression', scores: Float32Array.of(2, NaN) }, 2);
  const said = { student: tf.tensor2d([[1], [5]]), teacher: tf.tensor2d([[4], [3]]), batch };
  for (const temperature of [1, 5]) {
    const { loss, gradient } = await lossAndGradient({ objective: softLabel({ alpha: 0.75, temperature, task: 'regression' }), ...said });
    close(t, 'loss', [loss], [(0.25 * 1 + 0.75 * 9 + 4) / 2]);
    close(t, 'gradient', gradient, [(0.25 * -2 + 0.75 * -6) / 2, 4 / 2]);
  }
  t.is(softLabel({ task: 'regression' }).settings?.task, 'regression');
});

test('heads and labels of another kind than it is set for are refused', (t) => {
  const regression = batchOf({ kind: 'regression', scores: Float32Array.of(1, 2) }, 2);
  const refused = (objective: ReturnType<typeof softLabel>, shape: number[], batch: typeof regression, message: RegExp) => t.throws(() => lossOf({ objective, student: tf.zeros(shape), teacher: tf.zeros(shape), batch }), { message });
  refused(softLabel(), [2, 3], regression, /set for single-label heads, but the batch carries regression labels/);
  refused(softLabel(), [2, 1], batchOf(undefined, 2), /this one says a single number: is it a regression/);
  refused(softLabel({ task: 'regression' }), [2, 3], regression, /a regression head says one score, not 3/);
  refused(softLabel(), [2, 3, 4], batchOf(undefined, 2), /is for class logits \[B, C\], not \[2, 3, 4\]/);
});

test('both terms are heard before they are weighted', async (t) => {
  const heard = new Map<string, tf.Tensor>();
  const objective = softLabel({ alpha: 0.3, temperature: 2 });
  const context = { ...firstStep, hear: (part: string, value: tf.Scalar) => heard.set(part, value) };
  lossOf({ objective, student: student(), teacher: teacher(), batch: classBatch(classes), context });
  t.deepEqual([...heard.keys()], ['soft-label.hard', 'soft-label.soft']);
  close(t, 'soft', await read(heard.get('soft-label.soft')!), [4 * mean(divergences(2))]);
  close(t, 'hard', await read(heard.get('soft-label.hard')!), [-(logSoftmax(students[0]!)[0]! + logSoftmax(students[2]!)[2]!) / 2]); // labelled rows only
});

test('bad settings, shapes and labels are refused by name', (t) => {
  for (const temperature of [0, -1, NaN]) t.throws(() => softLabel({ temperature }), { message: /temperature must be above 0/ });
  for (const alpha of [-0.1, 1.1, NaN]) t.throws(() => softLabel({ alpha }), { message: /alpha must lie in 0..1/ });
  t.throws(() => lossOf({ objective: softLabel(), student: tf.zeros([2, 3]), teacher: tf.zeros([2, 4]), batch: classBatch([0, 1]) }), { message: /\[2, 3\] and teacher logits \[2, 4\]/ });
  t.throws(() => lossOf({ objective: softLabel({ alpha: 0.5 }), student: tf.zeros([2, 3]), teacher: tf.zeros([2, 3]), batch: batchOf(undefined, 2) }), {
    message: /soft-label with alpha below 1 wants single-label labels, but the batch carries no labels/,
  });
});
