import test from 'ava';
import { randomKey, uniform } from '../../src/engine/random.ts';
import { pairedBootstrap } from '../../src/evaluate/paired-bootstrap.ts';
import { pairedSeeds } from '../../src/evaluate/paired-seeds.ts';

const key = randomKey(1, 'test');
/** [N] right so often. */
const answers = (share: number, place: string, count = 400) => Array.from({ length: count }, (_, at) => uniform(randomKey(2, place), at) < share);

test('one seed, every example alone: what the bootstrap over examples gives', (t) => {
  const [a, b] = [answers(0.8, 'a'), answers(0.7, 'b')];
  const ours = pairedSeeds({ first: [a], second: [b], key });
  const mean = (flags: readonly boolean[]) => (rows: Uint32Array) => rows.reduce((sum, row) => sum + Number(flags[row]), 0) / rows.length;
  const theirs = pairedBootstrap({ examples: 400, first: mean(a), second: mean(b), key });
  t.is(ours.difference.toFixed(12), theirs.difference.toFixed(12));
  t.true(Math.abs(ours.deviation / theirs.deviation - 1) < 0.05, `${ours.deviation} and ${theirs.deviation}`);
  for (const end of [0, 1] as const) t.true(Math.abs(ours.interval[end] - theirs.interval[end]) < 0.006);
});

test('seeds that differ widen the interval, and so do examples that go together', (t) => {
  const baseline = [answers(0.7, 'b1'), answers(0.7, 'b2'), answers(0.7, 'b3')];
  const width = (options: Parameters<typeof pairedSeeds>[0]) => pairedSeeds(options).interval.reduce((low, high) => high - low);
  const alike = { first: ['a1', 'a2', 'a3'].map((place) => answers(0.75, place)), second: baseline, key };
  t.true(width({ ...alike, first: [answers(0.6, 'a1'), answers(0.75, 'a2'), answers(0.9, 'a3')] }) > 1.3 * width(alike));
  const fours = (flags: readonly boolean[]) => flags.map((_, at) => flags[at - (at % 4)] ?? false); // four examples, one answer
  const together = { first: alike.first.map(fours), second: baseline.map(fours), key };
  t.true(width({ ...together, groups: baseline[0]!.map((_, at) => Math.floor(at / 4)) }) > 1.3 * width(together));
});

test('equal sides differ by nothing, and the same key draws the same', (t) => {
  const one = [answers(0.8, 'a'), answers(0.8, 'c')];
  const same = pairedSeeds({ first: one, second: one, key });
  t.deepEqual([same.difference, ...same.interval, same.deviation], [0, 0, 0, 0]);
  const other = { first: one, second: [answers(0.7, 'b'), answers(0.7, 'd')], key, resamples: 200 };
  t.deepEqual(pairedSeeds(other), pairedSeeds(other));
  t.notDeepEqual(pairedSeeds(other).interval, pairedSeeds({ ...other, key: randomKey(9, 'test') }).interval);
});

test('what cannot be paired is refused', (t) => {
  const one = answers(0.8, 'a', 10);
  t.throws(() => pairedSeeds({ first: [one, one], second: [one], key }), { message: '2 seeds cannot be paired with 1' });
  t.throws(() => pairedSeeds({ first: [one], second: [one.slice(1)], key }), { message: '9 answers cannot be paired with 10' });
  t.throws(() => pairedSeeds({ first: [one], second: [one], groups: [0], key }), { message: '1 answers cannot be paired with 10' });
  t.throws(() => pairedSeeds({ first: [], second: [], key }), { message: '0 seeds cannot be paired with 0' });
});
