/**
 * Soft labels: the student's softened class probabilities match the teacher's. Hinton, Vinyals & Dean 2015, section 2.
 */
import { softmaxCrossEntropy, softmaxDivergence } from '../engine/fused/cross-entropy.ts';
import * as tf from '../engine/tf.ts';
import { classesOf, labelled, oneHot } from './hard-labels.ts';
import { meanOver, type Objective, type Paper } from './objective.ts';

const paper: Paper = {
  authors: 'Hinton, Vinyals & Dean',
  year: 2015,
  title: 'Distilling the knowledge in a neural network',
  id: '1503.02531',
};

export interface SoftLabelOptions {
  /** T, above 0. */
  readonly temperature?: number;
  /** α, 0..1: how much the soft term counts on a labelled row; the rest is hard cross-entropy at T = 1. 1 = soft only. */
  readonly alpha?: number;
  /** `kl` has minimum 0; `cross-entropy` adds the teacher's entropy: same gradients. */
  readonly form?: 'kl' | 'cross-entropy';
  /** Whether the soft term is multiplied by T², which keeps its gradient's size independent of T (Hinton et al., section 2). */
  readonly scaleT2?: boolean;
}

/**
 * L = mean over rows of (1 - α) CE(y, p_s) + α T² Σ_c p_t log(p_t / p_s), p = softmax(z / T); a row without a label takes α = 1.
 * Shapes: logits [B, C] of both, classes [B] (below 0 = no label; not looked at when α = 1). The teacher gets no gradient.
 */
export function softLabel({ temperature = 2, alpha = 1, form = 'kl', scaleT2 = true }: SoftLabelOptions = {}): Objective<{ logits: true }, { logits: true }> {
  if (!(temperature > 0)) throw new Error(`soft-label: the temperature must be above 0, not ${temperature}`);
  if (!(alpha >= 0 && alpha <= 1)) throw new Error(`soft-label: alpha must lie in 0..1, not ${alpha}`);
  const scale = scaleT2 ? temperature ** 2 : 1;
  return {
    name: 'soft-label',
    settings: { temperature, alpha, form, scaleT2 },
    paper,
    wants: { student: { logits: true }, teacher: { logits: true } },
    loss: ({ logits }, teacher, batch, context) => {
      if (logits.shape.join() !== teacher.logits.shape.join()) {
        throw new Error(`soft-label: student logits [${logits.shape.join(', ')}] and teacher logits [${teacher.logits.shape.join(', ')}] differ in shape`);
      }
      const divergence = softmaxDivergence(logits, teacher.logits, { temperature }); // [B]
      const soft = tf.mul(form === 'kl' ? divergence : tf.add(divergence, entropy(teacher.logits, temperature)), scale);
      if (alpha === 1) return tf.mean(soft);
      const classes = classesOf(batch, 'soft-label with alpha below 1');
      const known = labelled(classes); // [B]
      const hard = softmaxCrossEntropy(logits, oneHot(classes, logits.shape.at(-1) ?? 0)); // [B], 0 where unlabelled
      context.hear?.('soft-label.hard', meanOver(hard, known));
      context.hear?.('soft-label.soft', tf.mean(soft));
      const softWeight = tf.sub(1, tf.mul(known, 1 - alpha)); // α on labelled rows, 1 on others
      return tf.mean(tf.add(tf.mul(hard, 1 - alpha), tf.mul(soft, softWeight)));
    },
  };
}

/** Of the softened teacher, per row: [B]. */
function entropy(logits: tf.Tensor, temperature: number): tf.Tensor {
  const logProbabilities = tf.logSoftmax(tf.div(logits, temperature));
  return tf.neg(tf.sum(tf.mul(tf.exp(logProbabilities), logProbabilities), -1));
}
