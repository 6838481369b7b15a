/**
 * Soft and hard in one loss: how far a student is from what a teacher says, row by row, and its mixture with the labels.
 */
import type { Batch } from '../engine/batch.ts';
import { softmaxDivergence } from '../engine/fused/cross-entropy.ts';
import * as tf from '../engine/tf.ts';
import { meanOver, type StepContext } from './objective.ts';
import { type HeadTask, headRows, labelRows, labelsOf, lossRows, requireHead } from './rows.ts';
import { stopGradient } from './stop-gradient.ts';
import { checkWeight, type Weight, weightAt } from './weight.ts';

export interface Softening {
  /** T, above 0. */
  readonly temperature: number;
  /** `kl` has minimum 0; `cross-entropy` adds the teacher's entropy: same gradients. */
  readonly form?: 'kl' | 'cross-entropy';
  /** Whether the rows are multiplied by T², which keeps the gradient's size independent of T (Hinton et al. 2015, section 2). */
  readonly scaleT2?: boolean;
}

/**
 * Per row, T² Σ_k q_k log(q_k / p_k) with p = softmax(student / T), q = softmax(teacher / T); for scores the squared difference, to which
 * no temperature applies. Rows [N, K] of both -> [N], in nats. The teacher gets no gradient.
 */
export function softRows(task: HeadTask, student: tf.Tensor, teacher: tf.Tensor, { temperature, form = 'kl', scaleT2 = true }: Softening): tf.Tensor {
  if (task === 'regression') return lossRows(student, teacher, task);
  const divergence = softmaxDivergence(student, teacher, { temperature });
  const rows = form === 'kl' ? divergence : tf.add(divergence, stopGradient((logits) => entropy(logits, temperature), teacher));
  return scaleT2 ? tf.mul(rows, temperature ** 2) : rows;
}

/** Logits whose softmax at temperature T is the distribution: T log q, a class of no probability at e^-69. [N, K] -> [N, K] */
export function logitsOf(distribution: tf.Tensor, temperature: number): tf.Tensor {
  return tf.mul(tf.log(tf.maximum(distribution, 1e-30)), temperature);
}

export interface Mixture {
  /** The objective's, before the names of its parts: 'soft-label' is heard as soft-label.hard and soft-label.soft. */
  readonly name: string;
  readonly task: HeadTask;
  /** α: how much the soft rows count where there is a label; the rest is the task's own loss at T = 1. */
  readonly alpha: Weight;
  /** The student's [B, C]. */
  readonly logits: tf.Tensor;
  /** [N], one for each row of the labels. */
  readonly soft: tf.Tensor;
  /** What a row without a label counts: its soft part whole, or nothing where the soft part is made from the label. */
  readonly unlabelled?: 'soft' | 'nothing';
  readonly batch: Batch;
  readonly context: StepContext;
}

/**
 * Mean over rows of (1 - α) hard + α soft; a row without a label takes α = 1, or is not counted. With a constant α of 1 no label is
 * looked at (unless rows are left out for the want of one). Both parts are heard unweighted, the hard one over labelled rows.
 */
export function mixture({ name, task, alpha, logits, soft, unlabelled = 'soft', batch, context }: Mixture): tf.Scalar {
  requireHead(name, task, logits, batch);
  if (alpha === 1 && unlabelled === 'soft') return tf.mean(soft);
  const share = weightAt(alpha, context, alphaOf(name), 1);
  const { targets, known } = labelRows(labelsOf(batch, unlabelled === 'soft' ? `${name} with alpha below 1` : name, task), logits.shape.at(-1) ?? 0);
  const hard = lossRows(headRows(logits, task), targets, task); // of a row without a label: 0, or a square that is not counted
  const labelledHard = tf.mul(hard, known);
  const counted = unlabelled === 'soft' ? tf.onesLike(known) : known;
  context.hear?.(`${name}.hard`, meanOver(labelledHard, known));
  context.hear?.(`${name}.soft`, meanOver(tf.mul(soft, counted), counted));
  const softShare = tf.sub(counted, tf.mul(known, 1 - share)); // α on labelled rows, 1 or 0 on others
  return meanOver(tf.add(tf.mul(labelledHard, 1 - share), tf.mul(soft, softShare)), counted);
}

/**
 * The mixture against a distribution over the classes of a single-label head: T² KL(target ‖ softmax(logits / T)) in place of the soft
 * rows. `target` is [B, C] and gets no gradient.
 */
export function mixtureWith(target: tf.Tensor, { temperature, ...mix }: Omit<Mixture, 'soft' | 'task'> & { readonly temperature: number }): tf.Scalar {
  const soft = softRows('single-label', mix.logits, stopGradient((rows) => logitsOf(rows, temperature), target), { temperature });
  return mixture({ ...mix, task: 'single-label', soft });
}

/** @throws unless T is above 0. */
export function checkTemperature(objective: string, temperature: number): void {
  if (!(temperature > 0 && temperature < Infinity)) throw new Error(`${objective}: the temperature must be above 0, not ${temperature}`);
}

/** @throws unless α, or its whole course, lies in 0..1. */
export function checkAlpha(objective: string, alpha: Weight): void {
  checkWeight(alpha, alphaOf(objective), 1);
}

const alphaOf = (objective: string) => `${objective}: alpha`;

/** Of the softened rows: [..., K] -> [...]. */
export function entropy(logits: tf.Tensor, temperature: number): tf.Tensor {
  const logProbabilities = tf.logSoftmax(tf.div(logits, temperature));
  return tf.neg(tf.sum(tf.mul(tf.exp(logProbabilities), logProbabilities), -1));
}
