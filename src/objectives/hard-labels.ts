/**
 * Hard labels: the task's own loss, as transformers computes it per task. Cross-entropy for one class (Bridle 1990), binary
 * cross-entropy over all classes for several, squared error for a score, token cross-entropy for masked words.
 */
import type { Batch } from '../engine/batch.ts';
import * as tf from '../engine/tf.ts';
import { meanOver, type Objective, type Paper } from './objective.ts';
import { headRows, labelRows, lossRows } from './rows.ts';

const paper: Paper = {
  authors: 'Bridle',
  year: 1990,
  title: 'Probabilistic interpretation of feedforward classification network outputs, with relationships to statistical pattern recognition',
  id: 'Neurocomputing, NATO ASI F68',
};

export interface HardLabelOptions {
  /**
   * A weight per class, from 0, to answer imbalance. One class per example: of the row, and the mean is over weights (as PyTorch's
   * CrossEntropyLoss has it). Several classes: of the class where it holds, against 1 where it does not (as its BCEWithLogitsLoss).
   */
  readonly classWeights?: readonly number[];
}

/**
 * L = mean of the task's loss over labelled rows (positions, entries); 0 when none is labelled. Cross-entropy as in Bridle 1990.
 * One class, or a masked word: -log p(y). Several classes: -log σ(z) where a class holds, -log σ(-z) where it does not. A score: (z - y)².
 * Shapes: logits [B, C], [B, 1] or [B, T, V]; labels as `Batch` holds them, below 0 (or NaN) = no label.
 * Scale: no temperature, no smoothing. With class weights w: Σ w_y loss / Σ w_y for one class; w on the classes that hold for several.
 */
export function hardLabels({ classWeights }: HardLabelOptions = {}): Objective<{ logits: true }, object> {
  if (classWeights !== undefined) check(classWeights);
  return {
    name: 'hard-labels',
    ...(classWeights && { settings: { classWeights: classWeights.map((weight) => Number(weight.toPrecision(9))).join(' ') } }),
    paper,
    wants: { student: { logits: true }, teacher: {} },
    loss: ({ logits }, _teacher, batch) => {
      if (batch.labels === undefined) throw new Error('hard-labels: the batch carries no labels');
      return taskLoss(logits, batch.labels, classWeights);
    },
  };
}

/** Weights that make every class count alike: n / (C n_c), as scikit-learn's 'balanced'; 0 for a class that never occurs. */
export function balancedClassWeights(counts: readonly number[]): number[] {
  const total = counts.reduce((sum, count) => sum + count, 0);
  return counts.map((count) => (count === 0 ? 0 : total / (counts.length * count)));
}

function taskLoss(logits: tf.Tensor, labels: NonNullable<Batch['labels']>, classWeights: readonly number[] | undefined): tf.Scalar {
  const { kind } = labels;
  const depth = logits.shape.at(-1) ?? 0;
  const { targets, known } = labelRows(labels, depth);
  const rows = kind === 'masked-lm' || kind === 'translation' ? tf.reshape(logits, [-1, depth]) : headRows(logits, kind); // [N, K]
  const losses = tf.mul(lossRows(rows, targets, kind), known);
  if (classWeights === undefined) return meanOver(losses, known);
  if (kind !== 'single-label' && kind !== 'multi-label') throw new Error(`hard-labels: class weights are for classes, but the batch carries ${kind} labels`);
  if (classWeights.length !== depth) throw new Error(`hard-labels: ${classWeights.length} class weights for ${depth} classes`);
  const perClass = tf.tensor1d([...classWeights]);
  if (kind === 'multi-label') {
    const hits = tf.reshape(tf.slice(targets, [0, 0], [-1, 1]), [-1, depth]); // [B C, 2] -> [B, C]
    const factors = tf.add(tf.mul(hits, tf.sub(perClass, 1)), 1); // w where the class holds, 1 elsewhere
    return meanOver(tf.mul(losses, tf.reshape(factors, [-1])), known);
  }
  const perRow = tf.sum(tf.mul(targets, perClass), -1); // [B], 0 where unlabelled
  const mass = tf.sum(perRow);
  return tf.div(tf.sum(tf.mul(losses, perRow)), tf.add(mass, tf.cast(tf.equal(mass, 0), 'float32'))); // over 1 where nothing weighs
}

function check(classWeights: readonly number[]): void {
  const wrong = classWeights.find((weight) => !(weight >= 0 && Number.isFinite(weight)));
  if (wrong !== undefined) throw new Error(`hard-labels: a class weight must be a number from 0, not ${wrong}`);
  if (!classWeights.some((weight) => weight > 0)) throw new Error('hard-labels: at least one class weight must be above 0');
}
