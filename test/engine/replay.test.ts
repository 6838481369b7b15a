import test from 'ava';
import { leaks } from '../../src/engine/memory.ts';
import { dropout } from '../../src/engine/fused/dropout.ts';
import { fold, type Key, randomKey } from '../../src/engine/random.ts';
import { replayCounts, replayed, type RepeatingWork } from '../../src/engine/replay.ts';
import * as tf from '../../src/engine/tf.ts';
import { capturesUnderTest, engineUnderTest, replayUnderTest } from '../engine-choice.ts';
import { startEngine } from '../engine-under-test.ts';
import { read } from './numbers.ts';

test.before(startEngine);

/** Only the torch engine replays; on the others the work just runs. */
const replays = engineUnderTest === 'torch' && replayUnderTest !== false;

type Run = RepeatingWork<string>['run'];
interface Case {
  readonly x: tf.Tensor;
  readonly key: Key;
  readonly refuse: Parameters<Run>[0];
  readonly step: number;
}

/** Runs `work` seven times on other numbers and another key each; what it gave, what it would have given, and how it went. */
async function repeat(work: (given: Case) => Record<string, tf.Tensor>, inputs: (step: number) => tf.Tensor = (step) => tf.tensor1d([step, 2, 3, step + 0.5])) {
  const owners = [{}, {}] as const;
  const before = replayCounts();
  const [given, expected]: number[][][] = [[], []];
  const left = await leaks(async () => {
    for (let step = 1; step <= 7; step++) {
      const x = inputs(step);
      const key = randomKey(4, 'step', step);
      const run: Run = (refuse) => Object.entries(tf.tidy(() => work({ x, key, refuse, step })));
      for (const [list, outputs] of [[given, replayed<string>({ owners, signature: '', inputs: [x], variables: [], key, run })], [expected, run(() => undefined)]] as const) {
        for (const [, tensor] of outputs) list!.push(await read(tensor));
        tf.dispose(outputs.map(([, tensor]) => tensor));
      }
      x.dispose();
    }
  });
  const after = replayCounts();
  const launched = after.captures.launched - before.captures.launched;
  if (capturesUnderTest && launched !== after.replayed - before.replayed) throw new Error(`${launched} replays were captured: ${[...after.captures.refusals.keys()].join('; ')}`);
  return { given, expected, left, replayed: after.replayed - before.replayed, reasons: [...after.refusals.keys()] };
}

test.serial('from the third time on work is replayed, on new inputs and with new random numbers, and leaves nothing', async (t) => {
  const all = await repeat(({ x, key }) => {
    const dropped = dropout(x, { rate: 0.5, key: fold(key, 'place', 3) });
    return { sum: tf.sum(dropped), double: tf.mul(dropped, tf.tensor1d([2, 2, 2, 2])) };
  });
  t.deepEqual(all.given, all.expected);
  t.deepEqual(all.left, { tensors: 0, buffers: 0 });
  t.is(all.replayed, replays ? 5 : 0);
});

test.serial('outputs that share their data share it again', async (t) => {
  const all = await repeat(({ x }) => {
    const square = tf.square(x);
    return { square: tf.clone(square), column: tf.reshape(square, [4, 1]) };
  });
  t.deepEqual(all.given, all.expected);
  t.deepEqual(all.left, { tensors: 0, buffers: 0 });
  t.is(all.replayed, replays ? 5 : 0);
});

const constant = { kept: undefined as tf.Tensor | undefined };
const refusedCases: readonly (readonly [string, (given: Case) => Record<string, tf.Tensor>, RegExp])[] = [
  ['a number that follows the step', ({ x, step }) => ({ y: tf.mul(x, step) }), /numbers change/],
  ['data that follow the step', ({ x, step }) => ({ y: tf.mul(x, tf.tensor1d([step, 1, 1, 1])) }), /other operations, shapes or data/],
  ['operations that follow the step', ({ x, step }) => ({ y: step % 2 === 0 ? tf.square(x) : tf.exp(x) }), /other operations, shapes or data/],
  ['what refuses by itself', ({ x, refuse }) => (refuse('it has its reasons'), { y: tf.neg(x) }), /it has its reasons/],
  ['an input handed back', ({ x }) => ({ y: tf.clone(x) }), /a tensor that it was given/],
];
for (const [what, work, reason] of refusedCases) {
  test.serial(`${what}: never replayed, and right`, async (t) => {
    const all = await repeat(work);
    t.deepEqual(all.given, all.expected);
    t.deepEqual(all.left, { tensors: 0, buffers: 0 });
    t.is(all.replayed, 0);
    if (replays) t.true(all.reasons.some((text) => reason.test(text)), all.reasons.join('; '));
  });
}

test.serial('a tensor kept from one run to the next: never replayed, and right', async (t) => {
  const all = await repeat(({ x }) => {
    constant.kept ??= tf.keep(tf.tensor1d([1, 2, 3, 4]));
    return { y: tf.add(x, constant.kept) };
  });
  t.deepEqual(all.given, all.expected);
  t.is(all.replayed, 0);
  tf.dispose(constant.kept);
});

test.serial('each shape is learned for itself', async (t) => {
  const all = await repeat(({ x }) => ({ y: tf.exp(x) }), (step) => tf.ones([1 + (step % 2)]));
  t.deepEqual(all.given, all.expected);
  t.is(all.replayed, replays ? 3 : 0);
});

test.serial('a variable that moves is taken from where it is, and captured anew', async (t) => {
  const owners = [{}, {}] as const;
  const variable = tf.variable(tf.tensor1d([1, 2]));
  const before = replayCounts();
  for (let step = 1; step <= 16; step++) {
    const x = tf.tensor1d([step, 0.5]);
    const run: Run = () => [['y', tf.tidy(() => tf.mul(tf.exp(x), tf.square(variable)))]];
    const [outputs, expected] = [replayed<string>({ owners, signature: '', inputs: [x], variables: [variable], key: randomKey(1), run }), run(() => undefined)];
    t.deepEqual(await read(outputs[0]![1]), await read(expected[0]![1]), `step ${step}`);
    tf.dispose([x, ...[...outputs, ...expected].map(([, tensor]) => tensor)]);
    if (step % 3 === 0) tf.tidy(() => variable.assign(tf.tensor1d([step, -step])));
  }
  variable.dispose();
  const { captures } = replayCounts();
  if (replays) t.true(replayCounts().replayed > before.replayed);
  if (capturesUnderTest) t.true([...captures.refusals.keys()].some((reason) => reason.includes('lies elsewhere')));
});

test.serial('an error comes through and leaves nothing, on every run', async (t) => {
  const owners = [{}, {}] as const;
  const left = await leaks(() => {
    for (let step = 1; step <= 4; step++) {
      const x = tf.tensor1d([step, 1]);
      const run: Run = () => [['y', tf.tidy(() => tf.matMul(tf.square(x) as unknown as tf.Tensor2D, tf.zeros([3, 3])))]];
      t.throws(() => replayed<string>({ owners, signature: '', inputs: [x], variables: [], key: randomKey(1), run }));
      x.dispose();
    }
  });
  t.deepEqual(left, { tensors: 0, buffers: 0 });
});
