import test from 'ava';
import { randomKey } from '../../src/engine/random.ts';
import { pairedBootstrap } from '../../src/evaluate/paired-bootstrap.ts';

const key = randomKey(1, 'bootstrap');
/** The share of examples that are right among some rows. */
const share = (right: readonly number[]) => (rows: Uint32Array) => rows.reduce((sum, row) => sum + right[row]!, 0) / rows.length;
/** 200 examples: both right on 120, the first alone on 40, the second alone on 20, none on 20. */
const first = Array.from({ length: 200 }, (_, row) => (row < 160 ? 1 : 0));
const second = Array.from({ length: 200 }, (_, row) => (row < 120 || (row >= 160 && row < 180) ? 1 : 0));

test('the interval of a difference of shares is that of theory', (t) => {
  const { difference, interval, deviation, resamples, level } = pairedBootstrap({ examples: 200, first: share(first), second: share(second), key, resamples: 4000 });
  t.true(Math.abs(difference - 0.1) < 1e-12);
  t.deepEqual([resamples, level], [4000, 0.95]);
  // A difference per example is 1, -1 or 0 with the shares 0.2, 0.1 and 0.7: its variance is 0.3 - 0.01.
  const error = Math.sqrt(0.29 / 200);
  t.true(Math.abs(deviation / error - 1) < 0.05, `${deviation} beside ${error}`);
  t.true(Math.abs(interval[0] - (0.1 - 1.96 * error)) < 0.008 && Math.abs(interval[1] - (0.1 + 1.96 * error)) < 0.008, String(interval));
});

test('paired: two systems that err together differ for sure', (t) => {
  const { interval, deviation } = pairedBootstrap({ examples: 200, first: share(first), second: (rows) => share(first)(rows) - 0.25, key, resamples: 100 });
  t.true(interval.every((end) => Math.abs(end - 0.25) < 1e-12) && deviation < 1e-12);
});

test('same key, same numbers, bit for bit; another key, others', (t) => {
  const run = (seed: number) => pairedBootstrap({ examples: 200, first: share(first), second: share(second), key: randomKey(seed), resamples: 50 });
  t.deepEqual(run(1), run(1));
  t.notDeepEqual(run(1).interval, run(2).interval);
});

test('a resample draws as many rows as there are, with replacement, all of them now and then', (t) => {
  const seen = new Set<number>();
  let repeated = 0;
  const watch = (rows: Uint32Array) => {
    t.is(rows.length, 7);
    rows.forEach((row) => seen.add(row));
    if (new Set(rows).size < 7) repeated += 1;
    return 0;
  };
  pairedBootstrap({ examples: 7, first: watch, second: () => 0, key, resamples: 60 });
  t.deepEqual([...seen].sort(), [0, 1, 2, 3, 4, 5, 6]);
  t.true(repeated > 50);
});

test('a wider level is a wider interval; one example has none to speak of', (t) => {
  const at = (level: number) => pairedBootstrap({ examples: 200, first: share(first), second: share(second), key, resamples: 500, level }).interval;
  t.true(at(0.99)[0] < at(0.8)[0] && at(0.99)[1] > at(0.8)[1]);
  t.deepEqual(pairedBootstrap({ examples: 1, first: () => 1, second: () => 0.5, key, resamples: 1 }), { difference: 0.5, interval: [0.5, 0.5], level: 0.95, deviation: 0, resamples: 1 });
});

test('a score that is no number is told with its resample, and what cannot be meant is refused', (t) => {
  const given = { examples: 3, first: share([1, 0, 1]), second: share([0, 0, 1]), key };
  t.throws(() => pairedBootstrap({ ...given, first: () => NaN }), { message: /^the difference on all examples is NaN/ });
  const once = (rows: Uint32Array) => (new Set(rows).size === 1 ? NaN : 0);
  t.throws(() => pairedBootstrap({ ...given, first: once }), { message: /^the difference on resample \d+ of 10000 is NaN: this score is not defined/ });
  for (const level of [0, 1, NaN]) t.throws(() => pairedBootstrap({ ...given, level }), { message: /^the level must be/ });
  t.throws(() => pairedBootstrap({ ...given, examples: 0 }), { message: 'examples must be a whole number from 1, not 0' });
  t.throws(() => pairedBootstrap({ ...given, resamples: 0.5 }), { message: 'resamples must be a whole number from 1, not 0.5' });
});
