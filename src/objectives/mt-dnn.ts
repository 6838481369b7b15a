/**
 * MT-DNN's loss of one task that has a teacher ensemble: labels and the ensemble's mean count alike. A task without a teacher has
 * `hardLabels`; which task a step is about is a matter of the strategy. Liu et al. 2019.
 */
import { meanRows, requireMembers } from './members.ts';
import { mixture, softRows } from './mixture.ts';
import type { Objective, Paper } from './objective.ts';
import { type HeadTask, headRows } from './rows.ts';
import { stopGradient } from './stop-gradient.ts';

const paper: Paper = {
  authors: 'Liu, He, Chen & Gao',
  year: 2019,
  title: 'Improving multi-task deep neural networks via knowledge distillation for natural language understanding',
  id: '1904.09482',
};

export interface MtDnnOptions {
  readonly task?: HeadTask;
}

/**
 * L = mean over rows of ½ CE(y, p) + ½ CE(q, p), p = softmax(z_s), q = mean over members of softmax(z_m); Liu et al. 2019, the
 * average of the losses on correct and on soft targets.
 * Shapes: the student's logits [B, C], the members' [M, B, C] (M may be 1), classes [B] (below 0 = no label). No member gets a gradient.
 * Averages over all B rows; a row without a label has the soft term alone. Scale: T = 1, so no T².
 * Multi-label heads: binary cross-entropy with the mean of σ(z_m), mean over classes too. Regression heads: ½ (z_s - y)² + ½ (z_s - mean z_m)².
 * Deviations: the paper says nothing of unlabelled rows or several labels; its minimum is the entropy of (y + q) / 2.
 */
export function mtDnn({ task = 'single-label' }: MtDnnOptions = {}): Objective<{ logits: true }, { members: true }> {
  return {
    name: 'mt-dnn',
    settings: { task },
    paper,
    wants: { student: { logits: true }, teacher: { members: true } },
    loss: ({ logits }, { members }, batch, context) => {
      requireMembers('mt-dnn', logits, members);
      const target = stopGradient((said) => meanRows(said, task, { temperature: 1, mode: 'arithmetic' }), members);
      const soft = softRows(task, headRows(logits, task), target, { temperature: 1, form: 'cross-entropy' });
      return mixture({ name: 'mt-dnn', task, alpha: 0.5, logits, soft, batch, context });
    },
  };
}
