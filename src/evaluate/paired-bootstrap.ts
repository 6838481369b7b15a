/**
 * How sure a difference of two systems on one test set is: the examples are drawn anew with replacement, the same ones for both, and
 * the difference is taken again (Efron & Tibshirani 1993, chapter 13; Koehn 2004, "Statistical Significance Tests for Machine
 * Translation Evaluation"). The interval is the percentile one. It speaks of the examples, not of seeds: for those see spread.ts.
 */
import { fold, type Key, uniform } from '../engine/random.ts';
import { quantile } from './quantile.ts';

/** `difference` is first - second on all examples; `interval` holds `level` of the resampled ones, `deviation` is their standard deviation. */
export type PairedBootstrap = { difference: number; interval: readonly [low: number, high: number]; level: number; deviation: number; resamples: number };

export interface BootstrapOptions {
  /** How many examples both were scored on. */
  readonly examples: number;
  /** The score of each system on some examples, by their rows; a row may stand several times. Any score will do. */
  readonly first: (rows: Uint32Array) => number;
  readonly second: (rows: Uint32Array) => number;
  /** Same key, same resamples. */
  readonly key: Key;
  readonly resamples?: number;
  /** How much of the differences the interval holds, 0..1. */
  readonly level?: number;
}

/** Throws where a score is no number on all examples, or on a resample (a correlation of equal values): then there are too few examples. */
export function pairedBootstrap({ examples, first, second, key, resamples = 10_000, level = 0.95 }: BootstrapOptions): PairedBootstrap {
  for (const [name, value] of Object.entries({ examples, resamples })) {
    if (!Number.isInteger(value) || value < 1) throw new Error(`${name} must be a whole number from 1, not ${value}`);
  }
  if (!(level > 0 && level < 1)) throw new Error(`the level must be a number between 0 and 1, not ${level}`);
  const differenceOn = (rows: Uint32Array, place: string): number => {
    const difference = first(rows) - second(rows);
    if (!Number.isFinite(difference)) throw new Error(`the difference on ${place} is ${difference}: this score is not defined for these examples, or there are too few of them`);
    return difference;
  };
  const difference = differenceOn(Uint32Array.from({ length: examples }, (_, row) => row), 'all examples');
  const rows = new Uint32Array(examples);
  const drawn = Float64Array.from({ length: resamples }, (_, resample) => {
    const own = fold(key, resample);
    for (let at = 0; at < examples; at++) rows[at] = Math.floor(uniform(own, at) * examples);
    return differenceOn(rows, `resample ${resample + 1} of ${resamples}`);
  });
  return summarised({ difference, drawn, level });
}

/** What the differences of the resamples say; they are sorted in place. */
export function summarised({ difference, drawn, level }: { difference: number; drawn: Float64Array; level: number }): PairedBootstrap {
  const resamples = drawn.length;
  drawn.sort();
  const mean = drawn.reduce((sum, value) => sum + value, 0) / resamples;
  const variance = drawn.reduce((sum, value) => sum + (value - mean) ** 2, 0) / Math.max(1, resamples - 1);
  const interval = [quantile(drawn, (1 - level) / 2), quantile(drawn, (1 + level) / 2)] as const;
  return { difference, interval, level, deviation: Math.sqrt(variance), resamples };
}
