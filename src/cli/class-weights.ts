/**
 * `--class-weights`: how much each class counts in the task's own loss, and the warning that says when it is worth a thought.
 */
import { type Command, InvalidArgumentError } from 'commander';
import { type ClassCounts, classWeights, type ClassWeighting, hitWeights, imbalanceOf } from '../text/class-balance.ts';
import type { LabelKind } from '../text/example.ts';
import { classCounts, type TokenisedCorpus } from '../text/tokenised-corpus.ts';

/** By the counts of the training text, or class by class; classes that are not named weigh 1. */
export type WeightChoice = ClassWeighting | { readonly kind: 'named'; readonly weights: ReadonlyMap<string, number> };

export interface ClassWeightsOption {
  readonly classWeights?: WeightChoice;
}

export function addClassWeightsOption(command: Command): Command {
  return command.option('--class-weights <how>', 'weigh the classes in the loss on labels: balanced, effective-number:0.999, or by name, as spam=3,ham=1', weightChoice);
}

export function weightChoice(text: string): WeightChoice {
  if (text === 'balanced') return { kind: 'balanced' };
  const [, beta] = /^effective-number(?::(.+))?$/.exec(text) ?? [];
  if (text.startsWith('effective-number')) {
    const value = beta === undefined ? 0.999 : Number(beta);
    if (!(value >= 0 && value < 1)) throw new InvalidArgumentError('Wanted: effective-number:BETA with a number from 0 to below 1, as 0.999.');
    return { kind: 'effective-number', beta: value };
  }
  const parts = text.split(',').map((part) => {
    const cut = part.lastIndexOf('=');
    const [name, weight] = [part.slice(0, Math.max(0, cut)).trim(), part.slice(cut + 1).trim()];
    if (cut < 1 || weight === '' || !(Number(weight) >= 0 && Number.isFinite(Number(weight)))) throw new InvalidArgumentError('Wanted: balanced, effective-number:0.999, or class=weight with numbers from 0, parted by commas.');
    return [name, Number(weight)] as const;
  });
  return { kind: 'named', weights: new Map(parts) };
}

/** A weight for each class, in the order of its names, as `hardLabels` takes them. @throws for scores, and for a class that is not there. */
export async function weightsFor(choice: WeightChoice, corpus: TokenisedCorpus, kind: LabelKind): Promise<readonly number[]> {
  const counts = await classCounts(corpus);
  if (counts === undefined || kind === 'regression') throw new Error('--class-weights: scores have no classes');
  return weightsOf(choice, counts, kind);
}

export function weightsOf(choice: WeightChoice, counts: ClassCounts, kind: Exclude<LabelKind, 'regression'>): readonly number[] {
  if (choice.kind === 'named') {
    const unknown = [...choice.weights.keys()].find((name) => !counts.names.includes(name));
    if (unknown !== undefined) throw new Error(`--class-weights: there is no class ${unknown}; there are ${counts.names.join(', ')}`);
    return counts.names.map((name) => choice.weights.get(name) ?? 1);
  }
  if (kind === 'single-label') return classWeights(counts, choice);
  if (choice.kind === 'effective-number') throw new Error('--class-weights effective-number is for one class per example; of several, weigh each where it holds: balanced, or by name');
  return hitWeights(counts);
}

/** What a person should know about these counts before training, a sentence each. @param split where they were counted. */
export function balanceWarnings(counts: ClassCounts, { kind, split, isWeighed = false }: { kind: Exclude<LabelKind, 'regression'>; split: string; isWeighed?: boolean }): string[] {
  const missing = counts.names.filter((_, index) => counts.counts[index] === 0);
  const told = missing.length === 0 ? [] : [`no example of ${missing.slice(0, 20).join(', ')} in ${split}: what has no example cannot be learned; add some, or leave the class out`];
  const imbalance = imbalanceOf(counts);
  if (imbalance === undefined || isWeighed) return told;
  const ends = [imbalance.largest, imbalance.smallest];
  const shares = ends.map(({ name, share }) => `${name} ${(100 * share).toFixed(1)} %`).join(', ');
  const weights = weightsOf({ kind: 'balanced' }, counts, kind);
  const weighed = ends.map(({ name, index }) => `${name} ${Number((weights[index] ?? 0).toPrecision(3))}`).join(', ');
  const rank = kind === 'single-label' ? '--metric macroF1 or matthews instead of accuracy' : '--metric macroF1';
  return [...told, `classes of ${split} are out of balance: ${shares}; rank by ${rank}, or weigh the classes: --class-weights balanced (${weighed})`];
}
