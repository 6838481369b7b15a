// How many examples each class has, whether that is lopsided enough to tell, and the weights that answer it. What a loss does with
// weights is the objectives' business; nothing here changes an example.
import { countLabelled, type EncodedLabels } from './encoded-labels.ts';

export interface ClassCounts {
  readonly names: readonly string[];
  /** Examples of each class, in the order of `names`; an example of several classes counts for each. */
  readonly counts: readonly number[];
  /** Examples with a label. */
  readonly labelled: number;
}

export type ClassWeighting =
  /** n / (C n_c): every class weighs as much as any other (King and Zeng 2001, doi:10.1093/oxfordjournals.pan.a004868). */
  | { readonly kind: 'balanced' }
  /** (1 - beta) / (1 - beta^n_c), scaled to a mean of 1: gentler, since examples of a class resemble each other (Cui et al. 2019, arXiv:1901.05555). */
  | { readonly kind: 'effective-number'; readonly beta: number };

/** Undefined for scores, which have no classes. */
export function countClasses(labels: EncodedLabels): ClassCounts | undefined {
  if (labels.kind === 'regression') return undefined;
  const { names } = labels;
  const counts = new Array<number>(names.length).fill(0);
  const enter = (index: number) => (counts[index] = (counts[index] ?? 0) + 1);
  if (labels.kind === 'single-label') {
    const { indices } = labels;
    for (const index of indices) if (index >= 0) enter(index);
    return { names, counts, labelled: countLabelled(labels) };
  }
  labels.hits.forEach((hit, i) => void (hit === 1 && enter(i % names.length)));
  return { names, counts, labelled: countLabelled(labels) };
}

/** A weight for each class, in the order of its names; a class without examples weighs 0, since no example asks for its weight. */
export function classWeights({ counts }: Pick<ClassCounts, 'counts'>, weighting: ClassWeighting = { kind: 'balanced' }): number[] {
  const present = counts.filter((count) => count > 0);
  const total = present.reduce((sum, count) => sum + count, 0);
  if (weighting.kind === 'balanced') return counts.map((count) => (count === 0 ? 0 : total / (present.length * count)));
  const { beta } = weighting;
  if (!(beta >= 0 && beta < 1)) throw new Error(`beta is ${beta}; it must be from 0 (no weights) to below 1, such as 0.999`);
  const raw = counts.map((count) => (count === 0 ? 0 : (1 - beta) / (1 - beta ** count)));
  const mean = raw.reduce((sum, weight) => sum + weight, 0) / present.length;
  return raw.map((weight) => weight / mean);
}

/** For several classes an example: how much a hit weighs beside a miss, misses / hits of each class; 0 for a class without hits. */
export function hitWeights({ counts, labelled }: Pick<ClassCounts, 'counts' | 'labelled'>): number[] {
  return counts.map((count) => (count === 0 ? 0 : (labelled - count) / count));
}

/** The largest class may have so many times the examples of the smallest before it is told. */
const usualRatio = 4;

/** The largest and the smallest class that have examples, with their shares of all; undefined where they are not far apart. */
export function imbalanceOf({ names, counts }: Pick<ClassCounts, 'names' | 'counts'>): { readonly largest: ClassShare; readonly smallest: ClassShare } | undefined {
  const total = counts.reduce((sum, count) => sum + count, 0);
  const present = names.flatMap((name, index) => ((counts[index] ?? 0) > 0 ? [{ name, index, share: (counts[index] ?? 0) / total }] : []));
  const ordered = present.sort((a, b) => b.share - a.share);
  const [largest, smallest] = [ordered[0], ordered.at(-1)];
  if (largest === undefined || smallest === undefined || largest.share < usualRatio * smallest.share) return undefined;
  return { largest, smallest };
}

export interface ClassShare {
  readonly name: string;
  readonly index: number;
  /** 0..1 */
  readonly share: number;
}
