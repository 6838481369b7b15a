/**
 * Soft labels: the student's softened class probabilities match the teacher's. Hinton, Vinyals & Dean 2015, section 2.
 */
import { checkAlpha, checkTemperature, mixture, type Softening, softRows } from './mixture.ts';
import type { Objective, Paper } from './objective.ts';
import { type HeadTask, headRows, requireAlike } from './rows.ts';
import { describedWeight, type Weight } from './weight.ts';

const paper: Paper = {
  authors: 'Hinton, Vinyals & Dean',
  year: 2015,
  title: 'Distilling the knowledge in a neural network',
  id: '1503.02531',
};

export interface SoftLabelOptions extends Partial<Softening> {
  /** α, 0..1: how much the soft term counts on a labelled row; the rest is the task's own loss at T = 1. 1 = soft only. May follow the step. */
  readonly alpha?: Weight;
  /** The kind of both heads. */
  readonly task?: HeadTask;
}

/**
 * L = mean over rows of (1 - α) CE(y, p_s) + α T² Σ_c p_t log(p_t / p_s), p = softmax(z / T); Hinton et al. 2015, section 2.
 * Shapes: logits [B, C] of both, classes [B] (below 0 = no label; not looked at when α = 1). The teacher gets no gradient.
 * Averages: over all B rows; a row without a label takes α = 1. Scale: the soft term carries T² unless `scaleT2` is false.
 * Multi-label heads: each of the B C classes is such a row of two, p = σ(z / T), hits [B, C], so hard and soft are means over classes too.
 * Regression heads: the teacher's score in place of the distribution, (z_s - z_t)², without temperature; scores [B], NaN = none.
 * Deviations: the paper has one class per example; `form: 'cross-entropy'` is its form, `kl` the same less the teacher's entropy.
 */
export function softLabel({ temperature = 2, alpha = 1, form = 'kl', scaleT2 = true, task = 'single-label' }: SoftLabelOptions = {}): Objective<{ logits: true }, { logits: true }> {
  checkTemperature('soft-label', temperature);
  checkAlpha('soft-label', alpha);
  return {
    name: 'soft-label',
    settings: { ...(task !== 'regression' && { temperature }), alpha: describedWeight(alpha), ...(task !== 'regression' && { form, scaleT2 }), ...(task !== 'single-label' && { task }) },
    paper,
    wants: { student: { logits: true }, teacher: { logits: true } },
    loss: ({ logits }, teacher, batch, context) => {
      requireAlike('soft-label', logits, teacher.logits);
      const soft = softRows(task, headRows(logits, task), headRows(teacher.logits, task), { temperature, form, scaleT2 });
      return mixture({ name: 'soft-label', task, alpha, logits, soft, batch, context });
    },
  };
}
