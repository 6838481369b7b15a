/**
 * How sure the difference of two kinds of models is that were each trained from several seeds: examples and seeds are drawn anew with
 * replacement, the same ones for both sides (paired-bootstrap.ts draws examples alone; Efron & Tibshirani 1993, chapter 13). Examples that
 * belong together (phrases of one sentence) are drawn together. With three seeds their share of the spread is on the small side.
 */
import { fold, type Key, uniform } from '../engine/random.ts';
import { type PairedBootstrap, summarised } from './paired-bootstrap.ts';

export interface PairedSeedsOptions {
  /** [S, N] whether each model was right: seed by seed, in one order of seeds and one of examples. */
  readonly first: readonly (readonly boolean[])[];
  readonly second: readonly (readonly boolean[])[];
  /** [N] a number for each group of examples; absent: every example stands alone. */
  readonly groups?: readonly number[];
  /** Same key, same resamples. */
  readonly key: Key;
  readonly resamples?: number;
  readonly level?: number;
}

/** The difference of the two accuracies, first - second, means over seeds. Throws where the two do not have as many seeds and examples. */
export function pairedSeeds({ first, second, groups, key, resamples = 4000, level = 0.95 }: PairedSeedsOptions): PairedBootstrap {
  const examples = first[0]?.length ?? 0;
  if (examples === 0 || first.length !== second.length) throw new Error(`${first.length} seeds cannot be paired with ${second.length}`);
  for (const one of [...first, ...second, ...(groups ? [groups] : [])]) if (one.length !== examples) throw new Error(`${one.length} answers cannot be paired with ${examples}`);
  const { gains, sizes } = byGroup(first, second, groups ?? [...Array(examples).keys()]);
  const [seeds, count] = [first.length, sizes.length];

  const all = gains.reduce((sum, own) => sum + own.reduce((a, b) => a + b, 0), 0) / (seeds * examples);
  const groupsDrawn = drawnGroups(key, count, resamples);
  const drawn = Float64Array.from({ length: resamples }, (_, resample) => {
    const ofSeeds = fold(key, 'seeds', resample);
    const drawnSeeds = gains.map((_one, at) => gains[Math.floor(uniform(ofSeeds, at) * seeds)]!);
    let [gain, size] = [0, 0];
    for (let at = resample * count; at < (resample + 1) * count; at++) {
      const group = groupsDrawn[at]!;
      size += sizes[group]!;
      for (const one of drawnSeeds) gain += one[group]!;
    }
    return gain / (seeds * size);
  });
  return summarised({ difference: all, drawn, level });
}

/** By key, and by how many groups how often: a table compares many pairs on the same examples, and drawing takes longer than counting. */
const drawnBefore = new WeakMap<Key, Map<string, Uint32Array>>();

/** [resamples, count] groups, resample by resample. */
export function drawnGroups(key: Key, count: number, resamples: number): Uint32Array {
  const known = drawnBefore.get(key) ?? new Map<string, Uint32Array>();
  drawnBefore.set(key, known);
  const name = `${resamples} x ${count}`;
  const found = known.get(name);
  if (found !== undefined) return found;
  const drawn = new Uint32Array(resamples * count);
  for (let resample = 0; resample < resamples; resample++) {
    const own = fold(key, 'groups', resample);
    for (let at = 0; at < count; at++) drawn[resample * count + at] = Math.floor(uniform(own, at) * count);
  }
  known.set(name, drawn);
  return drawn;
}

/** Of each seed and group, how many more examples the first side gets right; and how many examples a group has. */
function byGroup(first: PairedSeedsOptions['first'], second: PairedSeedsOptions['second'], groups: readonly number[]): { gains: Float64Array[]; sizes: Float64Array } {
  const count = groups.reduce((most, group) => Math.max(most, group + 1), 0);
  const sizes = new Float64Array(count);
  for (const group of groups) sizes[group]! += 1;
  const gains = first.map((own, seed) => {
    const gain = new Float64Array(count);
    own.forEach((right, row) => (gain[groups[row] ?? 0]! += Number(right) - Number(second[seed]?.[row] ?? false)));
    return gain;
  });
  return { gains, sizes };
}
