/**
 * As paired-seeds.ts, for scores that are no mean over examples, as BLEU is: seeds and sentences are drawn anew together, the same ones for both
 * sides, and every score is taken again from the sentences drawn (Koehn 2004).
 */
import { fold, type Key, uniform } from '../engine/random.ts';
import { type PairedBootstrap, summarised } from './paired-bootstrap.ts';
import { drawnGroups } from './paired-seeds.ts';

/** The score of one model on some examples, by their rows; a row may stand several times. */
export type RowScore = (rows: Uint32Array) => number;

export interface PairedSeedScores {
  /** [S] seed by seed, in one order. */
  readonly first: readonly RowScore[];
  readonly second: readonly RowScore[];
  readonly examples: number;
  /** Same key, same resamples. */
  readonly key: Key;
  readonly resamples?: number;
  readonly level?: number;
}

/** The difference of the two scores, first - second, means over seeds. @throws where the sides have not as many seeds. */
export function pairedSeedScores({ first, second, examples, key, resamples = 1000, level = 0.95 }: PairedSeedScores): PairedBootstrap {
  const seeds = first.length;
  if (seeds === 0 || seeds !== second.length || examples < 1) throw new Error(`${seeds} seeds cannot be paired with ${second.length} on ${examples} examples`);
  const gainsOn = (rows: Uint32Array) => first.map((score, seed) => score(rows) - second[seed]!(rows));
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / seeds;
  const groups = drawnGroups(key, examples, resamples);
  const drawn = Float64Array.from({ length: resamples }, (_, resample) => {
    const gains = gainsOn(groups.subarray(resample * examples, (resample + 1) * examples));
    const own = fold(key, 'seeds', resample);
    return mean(gains.map((_gain, at) => gains[Math.floor(uniform(own, at) * seeds)]!));
  });
  return summarised({ difference: mean(gainsOn(Uint32Array.from({ length: examples }, (_, row) => row))), drawn, level });
}
