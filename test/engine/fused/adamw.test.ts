import test, { type ExecutionContext } from 'ava';
import { adamW, type AdamWSettings, type AdamWSlot } from '../../../src/engine/fused/adamw.ts';
import * as tf from '../../../src/engine/tf.ts';
import { close, drawn, read } from '../numbers.ts';
import { engineUnderTest } from '../../engine-choice.ts';
import { startEngine } from '../../engine-under-test.ts';

test.before(startEngine);

const settings = { learningRate: 0.01, beta1: 0.9, beta2: 0.99, epsilon: 1e-6, weightDecay: 0.1, maxGradientNorm: 1 };
const shapes = { weight: [3, 5], bias: [7] } as const;
const steps = [1, 2, 3, 4, 5];
/** Norms of about 20 (clipped) and about 0.2 (not) in turn. */
const gradientOf = (name: string, step: number) => drawn(`${name} ${step}`, shapes[name as keyof typeof shapes], step % 2 === 0 ? 0.05 : 5);

function makeSlots(): Omit<AdamWSlot, 'gradient'>[] {
  const zeros = (shape: readonly number[]) => tf.variable(tf.zeros([...shape]));
  return Object.entries(shapes).map(([name, shape]) => ({
    parameter: tf.variable(drawn(name, shape)), firstMoment: zeros(shape), secondMoment: zeros(shape), decays: name === 'weight',
  }));
}

const names = Object.keys(shapes);
const withGradients = (slots: Omit<AdamWSlot, 'gradient'>[], step: number): AdamWSlot[] => slots.map((slot, i) => ({ ...slot, gradient: gradientOf(names[i]!, step) }));
const state = async (slots: Omit<AdamWSlot, 'gradient'>[]) =>
  Promise.all(slots.flatMap(({ parameter, firstMoment, secondMoment }) => [parameter, firstMoment, secondMoment].map(read)));

async function run(): Promise<{ norms: number[]; after: number[][] }> {
  const slots = makeSlots();
  const norms: number[] = [];
  for (const step of steps) norms.push(...(await read(adamW(withGradients(slots, step), { ...settings, step }))));
  return { norms, after: await state(slots) };
}

/** Loshchilov & Hutter, algorithm 2, in float64. */
async function reference(): Promise<{ norms: number[]; after: number[][] }> {
  const parameters = await Promise.all(names.map((name) => read(drawn(name, shapes[name as keyof typeof shapes]))));
  const [first, second] = [parameters, parameters].map((all) => all.map((values) => values.map(() => 0))) as [number[][], number[][]];
  const norms: number[] = [];
  for (const step of steps) {
    const gradients = await Promise.all(names.map((name) => read(gradientOf(name, step))));
    const norm = Math.hypot(...gradients.flat());
    norms.push(norm, 1);
    const clip = Math.min(1, settings.maxGradientNorm / (norm + 1e-6));
    gradients.forEach((gradient, slot) => {
      const [m, v] = [first[slot]!, second[slot]!];
      gradient.forEach((raw, i) => {
        const g = raw * clip;
        m[i] = settings.beta1 * m[i]! + (1 - settings.beta1) * g;
        v[i] = settings.beta2 * v[i]! + (1 - settings.beta2) * g * g;
        const move = m[i] / (1 - settings.beta1 ** step) / (Math.sqrt(v[i] / (1 - settings.beta2 ** step)) + settings.epsilon);
        const decay = names[slot] === 'weight' ? settings.weightDecay : 0;
        parameters[slot]![i] = parameters[slot]![i]! * (1 - settings.learningRate * decay) - settings.learningRate * move;
      });
    });
  }
  return { norms, after: parameters.flatMap((values, slot) => [values, first[slot]!, second[slot]!]) };
}

/** Runs `work` with the engine's own kernel taken away, so that the composite serves. */
async function onComposite<T>(work: () => Promise<T>): Promise<T> {
  const kernel = tf.getKernel('RetortAdamW', engineUnderTest) as tf.KernelConfig | undefined;
  if (kernel === undefined) return work(); // it has none
  tf.unregisterKernel('RetortAdamW', engineUnderTest);
  try {
    return await work();
  } finally {
    tf.registerKernel(kernel);
  }
}

async function check(t: ExecutionContext, actual: { norms: number[]; after: number[][] }): Promise<void> {
  const expected = await reference();
  close(t, 'norms and verdicts', actual.norms, expected.norms);
  t.true(expected.norms[0]! > 1 && expected.norms[2]! < 1, 'both clipped and unclipped steps were seen');
  expected.after.forEach((values, i) => { close(t, `slot ${Math.floor(i / 3)}, tensor ${i % 3}`, actual.after[i]!, values); });
}

test.serial('five steps of the kernel equal the float64 reference', async (t) => {
  t.is(tf.getBackend(), engineUnderTest);
  await check(t, await run());
});

test.serial('five steps of the composite equal the float64 reference', async (t) => {
  await check(t, await onComposite(run));
});

async function skips(t: ExecutionContext): Promise<void> {
  for (const bad of [NaN, Infinity, -Infinity]) {
    const slots = makeSlots();
    adamW(withGradients(slots, 1), { ...settings, step: 1 }).dispose();
    const before = await state(slots);
    const spoilt = withGradients(slots, 2);
    spoilt[1] = { ...spoilt[1]!, gradient: tf.tensor1d([0, 0, bad, 0, 0, 0, 0]) };
    const [norm, taken] = await read(adamW(spoilt, { ...settings, step: 2 }));
    t.false(Number.isFinite(norm));
    t.is(taken, 0);
    t.deepEqual(await state(slots), before);
  }
}

test.serial('a gradient that is not finite leaves parameters and moments bit for bit, on the kernel', skips);
test.serial('a gradient that is not finite leaves parameters and moments bit for bit, on the composite', (t) => onComposite(() => skips(t)));

async function firstStep(change: Partial<AdamWSettings>): Promise<number[]> {
  const [slot] = withGradients(makeSlots(), 1);
  adamW([slot!], { ...settings, step: 1, ...change }).dispose();
  return read(slot!.parameter);
}

test.serial('no clipping with an infinite limit; without decay a parameter moves by the learning rate at step 1', async (t) => {
  const [before, signs] = [await read(drawn('weight', shapes.weight)), (await read(gradientOf('weight', 1))).map(Math.sign)];
  const expected = before.map((value, i) => value - settings.learningRate * signs[i]!);
  const change = { weightDecay: 0, maxGradientNorm: Infinity, epsilon: 1e-12 };
  close(t, 'kernel', await firstStep(change), expected);
  close(t, 'composite', await onComposite(() => firstStep(change)), expected);
});

test.serial('an update leaves only its verdict behind, and products see the new weights', async (t) => {
  const slots = withGradients(makeSlots(), 1);
  const ones = tf.ones([2, 3]);
  const product = () => tf.matMul(ones, slots[0]!.parameter);
  product().dispose(); // the engine may remember a packed copy of the weight
  const before = tf.memory().numTensors;
  const verdict = adamW(slots, { ...settings, step: 1, learningRate: 0.5 });
  t.is(tf.memory().numTensors, before + 1);
  verdict.dispose();
  const weight = await read(slots[0]!.parameter);
  close(t, 'product', (await read(product())).slice(0, 5), Array.from({ length: 5 }, (_, column) => weight[column]! + weight[column + 5]! + weight[column + 10]!));
});

/** Tensors that share a variable's numbers, each in its way. */
function sharers(variable: tf.Variable): tf.Tensor[] {
  const other = tf.variable(tf.zerosLike(variable));
  other.assign(variable);
  return [tf.clone(variable), tf.reshape(variable, [-1, 1]), tf.transpose(variable), tf.slice(variable, 0, 2), ...tf.unstack(variable), other];
}

async function sharing(t: ExecutionContext): Promise<void> {
  const initial = drawn('weight', shapes.weight);
  const [slot] = withGradients(makeSlots(), 1) as [AdamWSlot];
  slot.parameter.assign(initial); // one more that shares
  const variables = [slot.parameter, slot.firstMoment, slot.secondMoment];
  for (const step of [1, 2]) {
    const shared = [initial, ...variables.flatMap(sharers)];
    const [before, was] = [await Promise.all(shared.map(read)), await Promise.all(variables.map(read))];
    adamW([slot], { ...settings, step }).dispose();
    t.deepEqual(await Promise.all(shared.map(read)), before);
    const now = await Promise.all(variables.map(read));
    for (const [i, values] of now.entries()) t.notDeepEqual(values, was[i], `variable ${i} has moved`);
    tf.dispose(shared.slice(1));
  }
  const alone = withGradients(makeSlots(), 1);
  for (const step of [1, 2]) adamW([{ ...alone[0]!, gradient: slot.gradient }], { ...settings, step }).dispose();
  t.deepEqual(await Promise.all(variables.map(read)), (await state(alone)).slice(0, 3), 'and moves as it does when nobody shares');
}

test.serial('whoever shares a variable\'s numbers keeps the old ones, on the kernel', sharing);
test.serial('whoever shares a variable\'s numbers keeps the old ones, on the composite', (t) => onComposite(() => sharing(t)));

test.serial('variables of their own are updated where they are', (t) => {
  const slots = withGradients(makeSlots(), 1);
  adamW(slots, { ...settings, step: 1 }).dispose();
  const ids = slots.flatMap(({ parameter, firstMoment, secondMoment }) => [parameter, firstMoment, secondMoment].map(({ dataId }) => dataId));
  adamW(slots, { ...settings, step: 2 }).dispose();
  const kernel = tf.getKernel('RetortAdamW', engineUnderTest) as tf.KernelConfig | undefined;
  if (kernel === undefined) t.log(`the ${engineUnderTest} engine has no kernel for it: the composite makes new ones`);
  else t.deepEqual(slots.flatMap(({ parameter, firstMoment, secondMoment }) => [parameter, firstMoment, secondMoment].map(({ dataId }) => dataId)), ids);
});
