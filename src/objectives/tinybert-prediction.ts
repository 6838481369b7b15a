/**
 * TinyBERT's last stage: soft cross-entropy between the two sides' predictions, at one temperature. Its layers are matched by objectives
 * of their own. Jiao et al. 2020, section 3.1.
 */
import { checkTemperature, softRows } from './mixture.ts';
import * as tf from '../engine/tf.ts';
import type { Objective, Paper } from './objective.ts';
import { type HeadTask, headRows, requireAlike, requireHead } from './rows.ts';

const paper: Paper = {
  authors: 'Jiao, Yin, Shang, Jiang, Chen, Li, Wang & Liu',
  year: 2020,
  title: 'TinyBERT: distilling BERT for natural language understanding',
  id: '1909.10351',
};

export interface TinybertPredictionOptions {
  /** t, above 0, of both sides. */
  readonly temperature?: number;
  /** Whether the loss is multiplied by t². The authors do not. */
  readonly scaleT2?: boolean;
  readonly task?: HeadTask;
}

/**
 * L = mean over rows of -Σ_c softmax(z_t / t)_c log softmax(z_s / t)_c; Jiao et al. 2020, equation 10.
 * Shapes: logits [B, C] of both. The teacher gets no gradient. Its minimum is the teacher's entropy.
 * Averages over all B rows, labelled or not: no label is looked at. Scale: no t² unless `scaleT2`.
 * Multi-label heads: binary cross-entropy with σ(z / t), mean over classes too. Regression heads: (z_s - z_t)², as the authors' code has it.
 * Deviations: none known.
 */
export function tinybertPrediction({ temperature = 1, scaleT2 = false, task = 'single-label' }: TinybertPredictionOptions = {}): Objective<{ logits: true }, { logits: true }> {
  checkTemperature('tinybert-prediction', temperature);
  return {
    name: 'tinybert-prediction',
    settings: { temperature, scaleT2, ...(task !== 'single-label' && { task }) },
    paper,
    wants: { student: { logits: true }, teacher: { logits: true } },
    loss: ({ logits }, teacher, batch) => {
      requireAlike('tinybert-prediction', logits, teacher.logits);
      requireHead('tinybert-prediction', task, logits, batch);
      return tf.mean(softRows(task, headRows(logits, task), headRows(teacher.logits, task), { temperature, form: 'cross-entropy', scaleT2 }));
    },
  };
}
