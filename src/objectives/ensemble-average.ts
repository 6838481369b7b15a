/**
 * Soft labels from several teachers at once: the student matches their mean. Hinton, Vinyals & Dean 2015, section 1.
 */
import { meanRows, requireMembers } from './members.ts';
import { checkAlpha, checkTemperature, mixture, softRows } from './mixture.ts';
import type { Objective, Paper } from './objective.ts';
import { type HeadTask, headRows } from './rows.ts';
import { stopGradient } from './stop-gradient.ts';
import { describedWeight, type Weight } from './weight.ts';

const paper: Paper = {
  authors: 'Hinton, Vinyals & Dean',
  year: 2015,
  title: 'Distilling the knowledge in a neural network',
  id: '1503.02531',
};

export interface EnsembleAverageOptions {
  /** T, above 0. */
  readonly temperature?: number;
  /** α, 0..1: how much the soft term counts on a labelled row; the rest is the task's own loss at T = 1. May follow the step. */
  readonly alpha?: Weight;
  /** The mean of the members' softened probabilities, or their geometric mean (the softmax of their mean logits). */
  readonly mode?: 'arithmetic' | 'geometric';
  /** One per member, from 0, in any scale; absent, all count alike. */
  readonly weights?: readonly number[];
  readonly task?: HeadTask;
}

/**
 * L = mean over rows of (1 - α) CE(y, p_s) + α T² KL(q ‖ p_s^T), q = Σ_m w_m softmax(z_m / T) or softmax(Σ_m w_m z_m / T), Σ w = 1; Hinton et
 * al. 2015, section 1 (which names both means) and section 2 (the loss).
 * Shapes: the student's logits [B, C], the members' [M, B, C], classes [B] (below 0 = no label; not looked at when α = 1). No member gets a gradient.
 * Averages over all B rows; a row without a label takes α = 1. Scale: the soft term carries T².
 * Multi-label heads: the mean of σ(z / T) class by class, and a mean over classes. Regression heads: (z_s - Σ_m w_m z_m)².
 * Deviations: none known; KL is the paper's cross-entropy less the ensemble's entropy.
 */
export function ensembleAverage({ temperature = 2, alpha = 1, mode = 'arithmetic', weights, task = 'single-label' }: EnsembleAverageOptions = {}): Objective<{ logits: true }, { members: true }> {
  checkTemperature('ensemble-average', temperature);
  checkAlpha('ensemble-average', alpha);
  const shares = weights && sharesOf(weights);
  return {
    name: 'ensemble-average',
    settings: { temperature, alpha: describedWeight(alpha), mode, ...(weights && { weights: weights.join(' ') }), ...(task !== 'single-label' && { task }) },
    paper,
    wants: { student: { logits: true }, teacher: { members: true } },
    loss: ({ logits }, { members }, batch, context) => {
      requireMembers('ensemble-average', logits, members);
      if (shares !== undefined && shares.length !== members.shape[0]) throw new Error(`ensemble-average: ${shares.length} weights for ${members.shape[0]} members`);
      const target = stopGradient((said) => meanRows(said, task, { temperature, mode, shares }), members);
      const soft = softRows(task, headRows(logits, task), target, { temperature });
      return mixture({ name: 'ensemble-average', task, alpha, logits, soft, batch, context });
    },
  };
}

function sharesOf(weights: readonly number[]): number[] {
  const sum = weights.reduce((total, weight) => total + weight, 0);
  if (!weights.every((weight) => weight >= 0) || !(sum > 0 && sum < Infinity)) throw new Error(`ensemble-average: the weights must be numbers from 0, one of them above, not ${weights.join(', ')}`);
  return weights.map((weight) => weight / sum);
}
