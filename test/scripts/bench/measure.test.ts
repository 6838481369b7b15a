/** Turns are taken one at a time, warmed up first, as many steps as fill a turn, and no longer than allowed. */
import test from 'ava';
import { type Limits, measureAlone, measurePair } from '../../../scripts/bench/measure.ts';
import { Clock, FakeSide } from './fake-side.ts';

const part = { name: 'step', itemsPerStep: 4 };
const limits: Limits = { pairs: 4, seconds: 100, leastPairs: 2, turnMs: 300, warmUpMs: 0 };

function pairOf(oursMs: (run: number) => number, peerMs: (run: number) => number) {
  const clock = new Clock();
  const turns: string[] = [];
  return { clock, turns, ours: new FakeSide({ name: 'A', clock, stepMs: oursMs, turns }), peer: new FakeSide({ name: 'B', clock, stepMs: peerMs, turns }) };
}

test('after three steps of warm-up each, the sides take turns, never both at once', async (t) => {
  const { clock, turns, ours, peer } = pairOf(() => 300, () => 300);
  await measurePair(ours, peer, part, limits, clock.now);
  const order = turns.filter((turn) => turn.endsWith('begins')).map((turn) => turn[0]).join('');
  t.is(order, `AAABBB${'AB'.repeat(limits.pairs)}`);
  for (let i = 0; i < turns.length; i += 2) t.is(turns[i + 1], turns[i]?.replace('begins', 'ends'));
});

test('a turn holds as many steps as fill it, each side by its own last warm-up step', async (t) => {
  const { clock, ours, peer } = pairOf((run) => (run < 2 ? 900 : 10), () => 1000);
  const { ours: own, peer: other } = await measurePair(ours, peer, part, limits, clock.now);
  t.is(own.stepsPerTurn, 30);
  t.is(other.stepsPerTurn, 1);
  t.deepEqual(own.ms, [10, 10, 10, 10]);
  t.deepEqual(other.ms, [1000, 1000, 1000, 1000]);
  t.deepEqual(ours.asked.at(-1), { part: 'step', steps: 30 });
});

test('times are told for one repeat where a step repeats', async (t) => {
  const { clock, ours, peer } = pairOf(() => 50, () => 100);
  const { ours: own } = await measurePair(ours, peer, { ...part, repeatsPerStep: 1000 }, limits, clock.now);
  t.deepEqual(own.ms, [0.05, 0.05, 0.05, 0.05]);
});

test('warm-up goes on until its time is over, or fifty steps', async (t) => {
  const slow = pairOf(() => 100, () => 100);
  await measurePair(slow.ours, slow.peer, part, { ...limits, warmUpMs: 1000 }, slow.clock.now);
  t.is(slow.ours.asked.length, 10 + limits.pairs);
  const fast = pairOf(() => 1, () => 1);
  await measurePair(fast.ours, fast.peer, part, { ...limits, warmUpMs: 1000 }, fast.clock.now);
  t.is(fast.ours.asked.length, 50 + limits.pairs);
});

test('no pair is begun after the time allowed, unless too few are done', async (t) => {
  const slow = pairOf(() => 40_000, () => 40_000);
  const few = await measurePair(slow.ours, slow.peer, part, { ...limits, pairs: 100, seconds: 200 }, slow.clock.now);
  t.is(few.ours.ms.length, 3); // 80 s each: the third begins at 160 s
  const slower = pairOf(() => 400_000, () => 400_000);
  const least = await measurePair(slower.ours, slower.peer, part, { ...limits, pairs: 100, seconds: 200 }, slower.clock.now);
  t.is(least.peer.ms.length, limits.leastPairs);
});

test('alone: the same turns without a peer', async (t) => {
  const { clock, ours } = pairOf(() => 100, () => 0);
  t.deepEqual(await measureAlone(ours, part, limits, clock.now), { ms: [100, 100, 100, 100], stepsPerTurn: 3 });
});
