/**
 * The scores by the names and in the units that people read them in. Which of them a task reports is decided elsewhere.
 */
import type { ScoreName } from '../evaluate/score.ts';
import { formatDecimal, formatPercent } from './units.ts';

/** A `ratio` is shown as a percentage, `points` (BLEU, chrF) and a `correlation` (-1..1) as they are, a `loss` as losses are: less is better. */
export type Metric = { readonly name: string; readonly unit: 'ratio' | 'points' | 'correlation' | 'loss' };

export const metricOf: Readonly<Record<ScoreName, Metric>> = {
  accuracy: { name: 'accuracy', unit: 'ratio' },
  f1: { name: 'F1', unit: 'ratio' },
  microF1: { name: 'micro F1', unit: 'ratio' },
  macroF1: { name: 'macro F1', unit: 'ratio' },
  subsetAccuracy: { name: 'whole sets', unit: 'ratio' },
  matthews: { name: 'Matthews', unit: 'correlation' },
  pearson: { name: 'Pearson', unit: 'correlation' },
  spearman: { name: 'Spearman', unit: 'correlation' },
  mse: { name: 'squared error', unit: 'loss' },
};

/** Of translations. */
export const translationMetrics = { bleu: { name: 'BLEU', unit: 'points' }, chrf: { name: 'chrF', unit: 'points' } } as const satisfies Readonly<Record<string, Metric>>;

/** As people read it; a score of somebody's own keeps its name. */
export function readName(score: string): string {
  return Object.hasOwn(metricOf, score) ? metricOf[score as ScoreName].name : score;
}

/** 91.2 %, 27.3, 0.8713. */
export function formatScore(value: number, unit: Metric['unit']): string {
  switch (unit) {
    case 'ratio':
      return formatPercent(value);
    case 'points':
      return value.toFixed(1);
    case 'correlation':
      return value.toFixed(4);
    case 'loss':
      return formatDecimal(value);
  }
}

/** For a column whose head names the unit: 91.2 under 'accuracy %'. */
export function bareScore(value: number, unit: Metric['unit']): string {
  return unit === 'ratio' ? (100 * value).toFixed(1) : formatScore(value, unit);
}

export function headerOf({ name, unit }: Metric): string {
  return unit === 'ratio' ? `${name} %` : name;
}
