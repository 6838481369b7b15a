/**
 * How long one call takes: warm-up calls are thrown away, then every call is timed on its own and the percentiles are told, because
 * the mean of a skewed sample hides the wait a person notices. The caller decides what a call is, and must await its result inside
 * it: an engine that answers before it has computed would otherwise be timed at nothing.
 */
import { quantile } from './quantile.ts';

/** Milliseconds per call: the median, the slow tail and the mean. */
export type Latency = { p50Ms: number; p90Ms: number; p99Ms: number; meanMs: number };

/** The percentiles of a sample in milliseconds. Throws on an empty sample. */
export function percentiles(samplesMs: ArrayLike<number>): Latency {
  const sorted = Float64Array.from(samplesMs).sort();
  if (sorted.length === 0) throw new Error('there is no sample to take percentiles of');
  const at = (ratio: number): number => quantile(sorted, ratio);
  return { p50Ms: at(0.5), p90Ms: at(0.9), p99Ms: at(0.99), meanMs: sorted.reduce((sum, value) => sum + value, 0) / sorted.length };
}

/** Runs `run` `warmup + repeats` times, one after another, and tells how long each of the last `repeats` took. */
export async function measureLatency(
  run: () => Promise<void>,
  { warmup = 5, repeats = 50, now = () => performance.now() }: { warmup?: number; repeats?: number; now?: () => number } = {},
): Promise<Latency> {
  if (!Number.isInteger(repeats) || repeats < 1) throw new Error(`repeats must be a whole number above 0, not ${repeats}`);
  for (let call = 0; call < warmup; call++) await run();
  const samplesMs: number[] = [];
  for (let call = 0; call < repeats; call++) {
    const start = now();
    await run();
    samplesMs.push(now() - start);
  }
  return percentiles(samplesMs);
}
