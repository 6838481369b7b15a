/**
 * How much of a teacher a student keeps: (student - chance) / (teacher - chance). Without the chance a coin keeps 55 % of a teacher that
 * is right nine times in ten. Chance is what one constant answer reaches at best; no model is run.
 */
import type { EncodedLabels } from '../text/encoded-labels.ts';
import type { ScoreName } from './score.ts';

/** What the best constant answer scores on these labels; 0 for correlations. Undefined where several classes may hold, and for errors. */
export function chanceScore(metric: ScoreName, labels: EncodedLabels): number | undefined {
  if (metric === 'matthews' || metric === 'pearson' || metric === 'spearman') return 0;
  if (labels.kind !== 'single-label') return undefined;
  const shares = labels.names.map((_, index) => labels.indices.reduce((count, label) => count + Number(label === index), 0) / labels.indices.length);
  const most = Math.max(...shares);
  /** Of a class that is always answered: precision is its share, recall 1. */
  const f1 = (share: number) => (2 * share) / (1 + share);
  if (metric === 'accuracy') return most;
  if (metric === 'f1') return f1(shares[1] ?? 0);
  return metric === 'macroF1' ? f1(most) / shares.length : undefined;
}

/** 1 for a student as good as its teacher, 0 for one at chance, below for one that is worse; NaN where the teacher is not above chance. */
export function retention({ student, teacher, chance }: { student: number; teacher: number; chance: number }): number {
  return teacher > chance ? (student - chance) / (teacher - chance) : NaN;
}
