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

/** What a person should know about these counts before training, a sentence each. @param split where they were counted. */
export function balanceWarnings({ names, counts }: ClassCounts, split: string): string[] {
  const missing = names.filter((_, index) => counts[index] === 0);
  const told = missing.length === 0 ? [] : [`no example of ${missing.slice(0, 20).join(', ')} in ${split}: what has no example cannot be learned; add some, or leave the class out`];
  const weightOf = classWeights({ counts });
  const present = names.map((name, index) => ({ name, count: counts[index] ?? 0, weight: weightOf[index] ?? 0 })).filter(({ count }) => count > 0);
  const ordered = present.sort((a, b) => b.count - a.count);
  const [largest, smallest] = [ordered[0], ordered.at(-1)];
  if (largest === undefined || smallest === undefined || largest.count < usualRatio * smallest.count) return told;
  const total = ordered.reduce((sum, { count }) => sum + count, 0);
  const share = ({ name, count }: { name: string; count: number }) => `${name} ${((100 * count) / total).toFixed(1)} %`;
  const weights = [largest, smallest].map(({ name, weight }) => `${name} ${Number(weight.toPrecision(3))}`).join(', ');
  return [...told, `classes of ${split} are out of balance: ${share(largest)}, ${share(smallest)}; rank by macroF1 or matthews instead of accuracy, or weigh the classes (balanced weights: ${weights})`];
}
