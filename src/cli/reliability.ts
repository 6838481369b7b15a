/**
 * Reliability diagrams of a comparison: for each kind of model the bins of all its seeds together, and the calibration error of each.
 */
import { calibration } from '../evaluate/calibration.ts';
import { probabilitiesOf } from '../evaluate/softmax.ts';
import { spread } from '../evaluate/spread.ts';
import type { Reliability } from '../report/reliability.ts';

export interface Judged {
  readonly name: string;
  readonly role: 'student' | 'teacher' | 'baseline';
  /** [N, C] of each seed, on the same N examples. */
  readonly logits: readonly ArrayLike<number>[];
}

/** @param labels `[N]` class indices; an example without a label (below 0) does not count. */
export function reliabilityOf(models: readonly Judged[], { labels, classes }: { labels: ArrayLike<number>; classes: number }): Reliability[] {
  const rows = Array.from({ length: labels.length }, (_, row) => row).filter((row) => (labels[row] ?? -1) >= 0);
  if (rows.length === 0) return [];
  const known = rows.map((row) => labels[row] ?? 0);
  return models.filter(({ logits }) => logits.length > 0).map(({ name, role, logits }) => {
    const seeds = logits.map((own) => {
      const probabilities = probabilitiesOf(own, classes);
      return rows.flatMap((row) => [...probabilities.subarray(row * classes, (row + 1) * classes)]);
    });
    const { bins } = calibration({ probabilities: seeds.flat(), labels: seeds.flatMap(() => known), classes });
    return { name, role, ece: spread(seeds.map((probabilities) => calibration({ probabilities, labels: known, classes }).ece)), bins };
  });
}
