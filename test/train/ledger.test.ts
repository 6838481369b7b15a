import test from 'ava';
import { leaks } from '../../src/engine/memory.ts';
import * as tf from '../../src/engine/tf.ts';
import type { TrainEvent } from '../../src/train/event.ts';
import { Ledger, type LedgerEntry } from '../../src/train/ledger.ts';
import { ofKind } from './lesson.ts';
import { startEngine } from '../engine-under-test.ts';

test.before(startEngine);

function open(): { ledger: Ledger; events: TrainEvent[] } {
  const events: TrainEvent[] = [];
  return { events, ledger: new Ledger({ run: 'tiny', totalSteps: 50, examples: 8, emit: (event) => void events.push(event) }) };
}
const entry = (step: number, { loss = step, norm = 10 * step, taken = 1 }: { loss?: number; norm?: number; taken?: number } = {}): LedgerEntry => ({
  step,
  loss: tf.scalar(loss),
  parts: new Map([['soft', tf.scalar(loss / 2)], ['hard', tf.scalar(loss / 4)]]),
  verdict: tf.tensor1d([norm, taken]),
  learningRate: step / 100,
  exampleIds: [`a${step}`, `b${step}`],
  tokens: 7,
});

test('nothing is emitted until it is settled; then one event with the means since the last', async (t) => {
  const { ledger, events } = open();
  for (const step of [1, 2, 6]) ledger.enter(entry(step));
  t.deepEqual(events, []);
  await ledger.settle(12);
  t.is(events.length, 1);
  const { examplesPerSecond, tokensPerSecond, ...said } = ofKind(events, 'step')[0]!;
  t.deepEqual(said, { kind: 'step', run: 'tiny', step: 6, totalSteps: 50, epoch: 1.5, loss: 3, parts: { soft: 1.5, hard: 0.75 }, learningRate: 0.06, gradientNorm: 30 });
  t.true(examplesPerSecond > 0 && Math.abs(tokensPerSecond / examplesPerSecond - 21 / 6) < 1e-9, 'rates of the same time');
  ledger.enter(entry(7));
  await ledger.settle(14);
  t.is(ofKind(events, 'step').at(-1)?.loss, 7, 'settled steps do not count again');
  await ledger.settle(14);
  t.is(events.length, 2, 'nothing entered, nothing said');
});

test('a skipped step names its examples and its reason, and stays out of the means', async (t) => {
  const { ledger, events } = open();
  ledger.enter(entry(1));
  ledger.enter(entry(2, { loss: NaN, norm: NaN, taken: 0 }));
  ledger.enter(entry(3));
  await ledger.settle(6);
  t.deepEqual(ofKind(events, 'skipped'), [{ kind: 'skipped', run: 'tiny', step: 2, exampleIds: ['a2', 'b2'], reason: 'loss NaN, gradient norm NaN' }]);
  const [step] = ofKind(events, 'step');
  t.deepEqual([step?.loss, step?.gradientNorm, step?.parts], [2, 20, { soft: 1, hard: 0.5 }]);
});

test('where every step was skipped there are no means to tell', async (t) => {
  const { ledger, events } = open();
  ledger.enter(entry(1, { taken: 0, norm: Infinity }));
  await ledger.settle(2);
  t.deepEqual(events.map(({ kind }) => kind), ['skipped']);
});

test('twenty skipped steps in a row end the run, nineteen do not, and a good one starts the count anew', async (t) => {
  const { ledger, events } = open();
  const enter = (from: number, to: number) => {
    for (let step = from; step <= to; step++) ledger.enter(entry(step, { taken: 0 }));
  };
  enter(1, 19);
  await ledger.settle(38);
  ledger.enter(entry(20));
  enter(21, 30);
  await ledger.settle(60);
  enter(31, 39);
  await ledger.settle(78);
  enter(40, 40);
  await t.throwsAsync(ledger.settle(80), { message: /^tiny: 20 steps in a row had no finite gradient \(last: step 40\); lower the learning rate/ });
  t.is(ofKind(events, 'skipped').length, 39, 'the last one is told too');
});

test.serial('every tensor is freed, settled or not', async (t) => {
  t.deepEqual(await leaks(async () => {
    const { ledger } = open();
    ledger.enter(entry(1));
    ledger.enter(entry(2, { taken: 0 }));
    await ledger.settle(4);
    ledger.enter(entry(3));
    ledger.dispose();
  }), { tensors: 0, buffers: 0 });
});
