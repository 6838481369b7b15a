import test from 'ava';
import { measureLatency, percentiles } from '../../src/evaluate/latency.ts';

test('percentiles interpolate between neighbours, whatever the order', (t) => {
  // numpy.percentile([1..5], [50, 90, 99]) = 3, 4.6, 4.96
  const { p50Ms, p90Ms, p99Ms, meanMs } = percentiles([5, 1, 4, 2, 3]);
  t.is(p50Ms, 3);
  t.true(Math.abs(p90Ms - 4.6) < 1e-12);
  t.true(Math.abs(p99Ms - 4.96) < 1e-12);
  t.is(meanMs, 3);
  t.deepEqual(percentiles([7]), { p50Ms: 7, p90Ms: 7, p99Ms: 7, meanMs: 7 });
  t.throws(() => percentiles([]), { message: /no sample/ });
});

test('numbers are sorted as numbers', (t) => {
  t.is(percentiles([9, 10, 100]).p50Ms, 10);
});

test('warm-up calls are run but not timed, and each call is timed to its end', async (t) => {
  let clock = 0;
  let calls = 0;
  const latency = await measureLatency(
    async () => {
      await Promise.resolve();
      clock += calls < 2 ? 1000 : calls;
      calls += 1;
    },
    { warmup: 2, repeats: 3, now: () => clock },
  );
  t.is(calls, 5);
  t.is(latency.p50Ms, 3);
  t.is(latency.meanMs, 3);
});

test('a failing call fails the measurement, and no repeat is no measurement', async (t) => {
  await t.throwsAsync(measureLatency(() => Promise.reject(new Error('broken'))), { message: 'broken' });
  await t.throwsAsync(measureLatency(() => Promise.resolve(), { repeats: 0 }), { message: /repeats/ });
});
