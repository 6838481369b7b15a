/**
 * Hard labels: the task's own loss, as transformers computes it per task. Cross-entropy for one class (Bridle 1990), binary
 * cross-entropy over all classes for several, squared error for a score, token cross-entropy for masked words.
 */
import type { Batch } from '../engine/batch.ts';
import { softmaxCrossEntropy } from '../engine/fused/cross-entropy.ts';
import * as tf from '../engine/tf.ts';
import { meanOver, type Objective, type Paper } from './objective.ts';

const paper: Paper = {
  authors: 'Bridle',
  year: 1990,
  title: 'Probabilistic interpretation of feedforward classification network outputs, with relationships to statistical pattern recognition',
  id: 'Neurocomputing, NATO ASI F68',
};

/**
 * L = mean of the task's loss over labelled rows (positions, entries); 0 when none is labelled.
 * Shapes: logits [B, C], [B, 1] or [B, T, V]; labels as `Batch` holds them, below 0 (or NaN) = no label.
 * No temperature, no smoothing.
 */
export function hardLabels(): Objective<{ logits: true }, object> {
  return {
    name: 'hard-labels',
    paper,
    wants: { student: { logits: true }, teacher: {} },
    loss: ({ logits }, _teacher, batch) => taskLoss(logits, batch),
  };
}

/** int32 classes [N] -> [N, C]: a row of zeros where the class is below 0. */
export function oneHot(classes: tf.Tensor, depth: number): tf.Tensor {
  const columns = tf.range(0, depth, 1, 'int32');
  return tf.cast(tf.equal(tf.expandDims(classes, 1), tf.expandDims(columns, 0)), 'float32');
}

/** 1 where the class is a label, 0 where it is below 0. [N] */
export function labelled(classes: tf.Tensor): tf.Tensor {
  return tf.cast(tf.greaterEqual(classes, tf.scalar(0, 'int32')), 'float32');
}

/** The classes of a single-label batch. @throws if the batch carries none. */
export function classesOf(batch: Batch, objective: string): tf.Tensor {
  if (batch.labels?.kind !== 'single-label') throw new Error(`${objective} wants single-label classes, but the batch carries ${batch.labels?.kind ?? 'no labels'}`);
  return batch.labels.values;
}

function taskLoss(logits: tf.Tensor, batch: Batch): tf.Scalar {
  if (batch.labels === undefined) throw new Error('hard-labels: the batch carries no labels');
  const { kind, values } = batch.labels;
  switch (kind) {
    case 'single-label':
    case 'masked-lm': {
      const classes = tf.reshape(values, [-1]); // [B] or [B, T] -> [N]
      const depth = logits.shape.at(-1) ?? 0;
      return meanOver(softmaxCrossEntropy(tf.reshape(logits, [-1, depth]), oneHot(classes, depth)), labelled(classes));
    }
    case 'multi-label': {
      const known = tf.cast(tf.greaterEqual(values, 0), 'float32'); // [B, C]
      // max(z, 0) - z y + log(1 + e^-|z|) is -log likelihood without overflow.
      const loss = tf.add(tf.sub(tf.relu(logits), tf.mul(logits, values)), tf.log1p(tf.exp(tf.neg(tf.abs(logits)))));
      return meanOver(tf.mul(loss, known), known);
    }
    case 'regression': {
      const known = tf.logicalNot(tf.isNaN(values)); // [B]
      const scores = tf.where(known, values, tf.zerosLike(values));
      const counts = tf.cast(known, 'float32');
      return meanOver(tf.mul(tf.square(tf.sub(tf.reshape(logits, [-1]), scores)), counts), counts);
    }
  }
}
