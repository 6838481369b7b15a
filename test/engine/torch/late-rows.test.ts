// Embedding tables under AdamW: rows that a step's gradient does not touch take the step when somebody looks. Nobody can tell by the numbers: the same
// steps with gradients that are not known to touch few rows move every row at once.
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { adamW } from '../../../src/engine/fused/adamw.ts';
import { embedding } from '../../../src/engine/fused/embedding.ts';
import { runFused } from '../../../src/engine/fused/fused-op.ts';
import type { Addon } from '../../../src/engine/torch/addon.ts';
import { useEngine } from '../../../src/engine/engine.ts';
import { randomKey, uniform } from '../../../src/engine/random.ts';
import * as tf from '../../../src/engine/tf.ts';
import { close, drawn, read } from '../numbers.ts';
import { torchTest } from './built.ts';

const rows = 64;
const width = 20; // no multiple of what a register holds
const padId = 3;
/** More than may wait, so that what waited is also taken unasked. */
const steps = 300;
const settings = { learningRate: 0.01, beta1: 0.9, beta2: 0.99, epsilon: 1e-6, weightDecay: 0.1, maxGradientNorm: Infinity };

/** Eight words of the first half of the table, some twice, some padding; the other half is never touched. */
function idsAt(step: number): tf.Tensor {
  const key = randomKey(step, 'ids');
  return tf.tensor1d(Array.from({ length: 8 }, (_, i) => Math.floor(uniform(key, i) * rows / 2)), 'int32');
}

interface Table { readonly parameter: tf.Variable; readonly firstMoment: tf.Variable; readonly secondMoment: tf.Variable }

const fresh = (): Table => ({ parameter: tf.variable(drawn('table', [rows, width])), firstMoment: tf.variable(tf.zeros([rows, width])), secondMoment: tf.variable(tf.zeros([rows, width])) });
const numbersOf = async ({ parameter, firstMoment, secondMoment }: Table) => Promise.all([parameter, firstMoment, secondMoment].map(read));

async function freed(tensor: tf.Tensor): Promise<number[]> {
  const numbers = await read(tensor);
  tensor.dispose();
  return numbers;
}

const waitingSteps = (): number => (createRequire(import.meta.url)('#torch-addon') as Addon).memory().waitingSteps;

/** @param known whether the engine may see which rows the gradient touches. */
function advance(table: Table, step: number, { known = true, spoilt = false, maxGradientNorm = settings.maxGradientNorm } = {}): void {
  tf.tidy(() => {
    const sparse = runFused<tf.Tensor>('RetortEmbeddingGradient', { dy: drawn(`gradient ${step}`, [8, width], spoilt ? NaN : 1), ids: idsAt(step) }, { padId, rows });
    adamW([{ ...table, gradient: known ? sparse : tf.mul(sparse, 1), decays: true }], { ...settings, maxGradientNorm, step });
  });
}

/** Whether this processor runs the kernels that let rows wait (native/cpu/capability.cc). */
const hasRows = existsSync('/proc/cpuinfo') && readFileSync('/proc/cpuinfo', 'utf8').includes('avx512vl');

/** Tensors that share a table's numbers over a step, by its parameter. */
const held = new WeakMap<tf.Variable, tf.Tensor[]>();

const ways: Record<string, (table: Table, step: number) => unknown> = {
  'looked at in the end': () => undefined,
  'read row by row, as training does': (table, step) => freed(tf.tidy(() => embedding(table.parameter, idsAt(step + 1)))),
  'read whole now and then': async (table, step) => (step % 70 === 0 ? numbersOf(table) : undefined),
  'multiplied by': (table, step) => (step % 90 === 0 ? freed(tf.tidy(() => tf.matMul(table.parameter, tf.ones([width, 2])))) : undefined),
  'shared': (table, step) => { if (step % 80 === 0) table.firstMoment.assign(tf.clone(table.firstMoment)); },
  'cut, turned and taken apart by others, who keep the old numbers': async ({ parameter, firstMoment }, step) => {
    if (step % 2 === 0) return undefined; // in between rows wait
    const views = [tf.slice(parameter, [8, 0], [40, width]), tf.transpose(parameter), ...tf.unstack(firstMoment).slice(0, 3)];
    const before = held.get(parameter) ?? [];
    held.set(parameter, views);
    const seen = await Promise.all(before.map(read));
    tf.dispose(before);
    return seen;
  },
  'looked up in another shape': async ({ parameter }, step) => (step % 5 === 0 ? freed(tf.tidy(() => embedding(tf.reshape(parameter, [2 * rows, width / 2]), tf.tensor1d([2 * rows - 1, 0, step % rows], 'int32')))) : undefined),
  'moved at once in between': (table, step) => { if (step % 60 === 0) advance(table, step, { known: false }); },
};

for (const [way, look] of Object.entries(ways)) {
  torchTest(`rows that waited are as if they had not, bit for bit: ${way}`, async (t) => {
    await useEngine('torch', { precision: 'fp32' });
    const [waiting, prompt] = [fresh(), fresh()];
    let waited = 0;
    for (let step = 1; step <= steps; step++) {
      advance(waiting, step);
      waited = Math.max(waited, waitingSteps());
      advance(prompt, step, { known: false });
      const [seen, expected] = [await look(waiting, step), await look(prompt, step)];
      t.deepEqual(seen, expected, `step ${step}`);
    }
    t.deepEqual(await numbersOf(waiting), await numbersOf(prompt));
    t.is(waitingSteps(), 0);
    if (hasRows) t.true(waited > 0);
  });
}

torchTest('a gradient of another shape moves every row at once', async (t) => {
  await useEngine('torch', { precision: 'fp32' });
  const [reshaped, prompt] = [fresh(), fresh()];
  for (const table of [reshaped, prompt]) {
    for (let step = 1; step <= 20; step++) {
      tf.tidy(() => {
        const half = runFused<tf.Tensor>('RetortEmbeddingGradient', { dy: drawn(`gradient ${step}`, [3, width / 2]), ids: tf.tensor1d([2 * rows - 1, step, 7], 'int32') }, { padId: -1, rows: 2 * rows });
        const gradient = tf.reshape(half, [rows, width]);
        adamW([{ ...table, gradient: table === reshaped ? gradient : tf.mul(gradient, 1), decays: true }], { ...settings, step });
      });
    }
  }
  t.deepEqual(await numbersOf(reshaped), await numbersOf(prompt));
});

torchTest('what is disposed while rows wait is let go, and what shared it is whole', async (t) => {
  await useEngine('torch', { precision: 'fp32' });
  const [waiting, prompt] = [fresh(), fresh()];
  for (const table of [waiting, prompt]) for (let step = 1; step <= 10; step++) advance(table, step, { known: table === waiting });
  if (hasRows) t.true(waitingSteps() > 0);
  tf.dispose([waiting.firstMoment, waiting.secondMoment]);
  await freed(tf.neg(tf.ones([2]))); // what is disposed goes to the addon with its next operation
  t.is(waitingSteps(), 0);
  t.deepEqual(await read(waiting.parameter), await read(prompt.parameter));
});

torchTest('weights given while rows wait are the weights; the moments have taken what they missed', async (t) => {
  await useEngine('torch', { precision: 'fp32' });
  const [waiting, prompt] = [fresh(), fresh()];
  for (const table of [waiting, prompt]) {
    const known = table === waiting;
    for (let step = 1; step <= 20; step++) advance(table, step, { known });
    table.parameter.assign(drawn('other', [rows, width]));
    for (let step = 21; step <= 40; step++) advance(table, step, { known });
  }
  t.deepEqual(await numbersOf(waiting), await numbersOf(prompt));
});

torchTest('a step that is not taken is not taken later either', async (t) => {
  await useEngine('torch', { precision: 'fp32' });
  const [waiting, prompt] = [fresh(), fresh()];
  for (const [table, known] of [[waiting, true], [prompt, false]] as const) {
    for (let step = 1; step <= 30; step++) advance(table, step, { known, spoilt: step % 7 === 0 });
  }
  const [after, expected] = [await numbersOf(waiting), await numbersOf(prompt)];
  t.true(after.flat().every(Number.isFinite));
  t.deepEqual(after, expected);
});

torchTest('gradients of touched rows are clipped', async (t) => {
  await useEngine('torch', { precision: 'fp32' });
  const [waiting, prompt] = [fresh(), fresh()];
  for (let step = 1; step <= 30; step++) for (const table of [waiting, prompt]) advance(table, step, { known: table === waiting, maxGradientNorm: 0.5 });
  const expected = await numbersOf(prompt);
  (await numbersOf(waiting)).forEach((numbers, i) => { close(t, `tensor ${i}`, numbers, expected[i]!); }); // the norms are summed in another order
});
