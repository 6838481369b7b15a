/**
 * Only how sure the teacher is of the truth: its probability for the labelled class, the rest spread evenly. What is left of soft labels
 * when all they know of an example is its difficulty. Tang et al. 2020.
 */
import * as tf from '../engine/tf.ts';
import { checkAlpha, checkTemperature, mixtureWith } from './mixture.ts';
import type { Objective } from './objective.ts';
import { type PartialOptions, tang } from './partial-knowledge.ts';
import { labelRows, labelsOf, requireAlike } from './rows.ts';
import { stopGradient } from './stop-gradient.ts';
import { describedWeight } from './weight.ts';

/**
 * L = mean over labelled rows of (1 - α) CE(y, p_s) + α T² KL(ρ ‖ p_s^T), ρ_y = p_y and ρ_c = (1 - p_y) / (C - 1) elsewhere, p = softmax(z_t / T);
 * Tang et al. 2020, KD-pt.
 * Shapes: logits [B, C] of both, classes [B] (below 0 = no label). The teacher gets no gradient.
 * Averages over labelled rows: without a label there is no ρ. Scale: the soft term carries T².
 * Deviations: none known.
 */
export function kdPt({ temperature = 2, alpha = 1 }: PartialOptions = {}): Objective<{ logits: true }, { logits: true }> {
  checkTemperature('kd-pt', temperature);
  checkAlpha('kd-pt', alpha);
  return {
    name: 'kd-pt',
    settings: { temperature, alpha: describedWeight(alpha) },
    paper: tang,
    wants: { student: { logits: true }, teacher: { logits: true } },
    loss: ({ logits }, teacher, batch, context) => {
      requireAlike('kd-pt', logits, teacher.logits);
      const { targets } = labelRows(labelsOf(batch, 'kd-pt', 'single-label'), logits.shape[1] ?? 0);
      const target = stopGradient((said) => kdPtTarget(said, targets, temperature), teacher.logits);
      return mixtureWith(target, { name: 'kd-pt', alpha, temperature, logits, unlabelled: 'nothing', batch, context });
    },
  };
}

/** ρ from the teacher's logits and one-hot labels, [B, C] both. */
export function kdPtTarget(logits: tf.Tensor, hits: tf.Tensor, temperature: number): tf.Tensor {
  const [said, others] = [tf.softmax(tf.div(logits, temperature)), tf.sub(1, hits)];
  const sure = tf.sum(tf.mul(hits, said), -1, true); // [B, 1]
  const rest = tf.sum(tf.mul(others, said), -1, true); // 1 - p_y without its cancellation
  return tf.add(tf.mul(hits, sure), tf.mul(others, tf.div(rest, Math.max(1, (logits.shape.at(-1) ?? 0) - 1))));
}
