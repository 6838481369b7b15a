import test from 'ava';
import { randomKey, uniform } from '../../src/engine/random.ts';
import { pairedSeedScores } from '../../src/evaluate/paired-seed-scores.ts';
import { pairedSeeds } from '../../src/evaluate/paired-seeds.ts';

const key = randomKey(1, 'test');
/** [N] right so often. */
const answers = (share: number, place: string, count = 200) => Array.from({ length: count }, (_, at) => uniform(randomKey(2, place), at) < share);
const mean = (flags: readonly boolean[]) => (rows: Uint32Array) => rows.reduce((sum, row) => sum + Number(flags[row]), 0) / rows.length;

test('of scores that are means it is what pairedSeeds gives, draw for draw', (t) => {
  const [first, second] = [[0.8, 0.7, 0.9], [0.6, 0.7, 0.65]].map((shares, side) => shares.map((share, seed) => answers(share, `${side} ${seed}`)));
  const theirs = pairedSeeds({ first: first!, second: second!, key, resamples: 300 });
  const ours = pairedSeedScores({ first: first!.map(mean), second: second!.map(mean), examples: 200, key, resamples: 300 });
  for (const [own, other] of [[ours.difference, theirs.difference], [ours.deviation, theirs.deviation], [ours.interval[0], theirs.interval[0]], [ours.interval[1], theirs.interval[1]]] as const) t.is(own.toFixed(12), other.toFixed(12));
});

test('equal sides differ by nothing; sides of other seeds are refused', (t) => {
  const one = mean(answers(0.8, 'a'));
  const { difference, interval } = pairedSeedScores({ first: [one, one], second: [one, one], examples: 200, key, resamples: 50 });
  t.deepEqual([difference, ...interval], [0, 0, 0]);
  t.throws(() => pairedSeedScores({ first: [one], second: [one, one], examples: 200, key }), { message: '1 seeds cannot be paired with 2 on 200 examples' });
  t.throws(() => pairedSeedScores({ first: [], second: [], examples: 200, key }), { message: '0 seeds cannot be paired with 0 on 200 examples' });
});
