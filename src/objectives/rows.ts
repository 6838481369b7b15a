/**
 * What heads say and labels hold, as rows that losses take one by one. Heads of every kind become rows of logits over exclusive
 * classes: one class of several is a row; C classes that exclude nothing are C rows of two, since the softmax of [z, 0] is the
 * sigmoid of z; masked words are a row per token. A score is a row of one number.
 */
import type { Batch, HostLabels } from '../engine/batch.ts';
import { softmaxCrossEntropy } from '../engine/fused/cross-entropy.ts';
import * as tf from '../engine/tf.ts';
import { stopGradient } from './stop-gradient.ts';

/** The kinds of classification heads, as `EncoderConfig.task` names them. */
export type HeadTask = 'single-label' | 'multi-label' | 'regression';

export interface LabelRows {
  /** One-hot [N, K], zeros where there is no label; scores [N, 1] for regression. */
  readonly targets: tf.Tensor;
  /** [N], 1 = has a label. */
  readonly known: tf.Tensor;
}

/** [..., B, C] -> [..., N, K]: as it is for one class or a score, [..., B C, 2] for several classes. */
export function headRows(logits: tf.Tensor, task: HeadTask): tf.Tensor {
  if (task !== 'multi-label') return logits;
  return tf.reshape(tf.stack([logits, tf.zerosLike(logits)], -1), [...logits.shape.slice(0, -2), -1, 2]);
}

/** Labels as rows for logits with `depth` numbers in a row (C, or V). */
export function labelRows({ kind, values }: NonNullable<Batch['labels']>, depth: number): LabelRows {
  const flat = tf.reshape(values, [-1]); // [N]
  switch (kind) {
    case 'single-label':
    case 'masked-lm':
    case 'translation':
      return { targets: oneHot(flat, depth), known: labelled(flat) };
    case 'multi-label': {
      const known = labelled(flat);
      const hits = tf.relu(flat);
      return { targets: tf.stack([hits, tf.sub(known, hits)], -1), known }; // [B C, 2]
    }
    case 'regression': {
      const known = tf.logicalNot(tf.isNaN(flat));
      return { targets: tf.expandDims(tf.where(known, flat, tf.zerosLike(flat)), 1), known: tf.cast(known, 'float32') };
    }
  }
}

/** The task's own loss of each row: -Σ target log p, in nats, or the squared difference of scores. [N, K] both -> [N] */
export function lossRows(rows: tf.Tensor, targets: tf.Tensor, task: HostLabels['kind']): tf.Tensor {
  return task === 'regression' ? tf.sum(tf.square(tf.sub(rows, stopGradient((scores) => tf.clone(scores), targets))), -1) : softmaxCrossEntropy(rows, targets);
}

/** int32 classes [N] -> [N, C]: a row of zeros where the class is below 0. */
export function oneHot(classes: tf.Tensor, depth: number): tf.Tensor {
  const columns = tf.range(0, depth, 1, 'int32');
  return tf.cast(tf.equal(tf.expandDims(classes, 1), tf.expandDims(columns, 0)), 'float32');
}

/** 1 where the label is one, 0 where it is below 0. [N] */
export function labelled(labels: tf.Tensor): tf.Tensor {
  return tf.cast(tf.greaterEqual(labels, tf.scalar(0, labels.dtype)), 'float32');
}

/** The labels of a batch. @throws if it carries none, or those of another task. */
export function labelsOf({ labels }: Batch, objective: string, task: HostLabels['kind']): NonNullable<Batch['labels']> {
  if (labels?.kind === task) return labels;
  throw new Error(`${objective} wants ${task} labels, but the batch carries ${labels === undefined ? 'no labels' : `${labels.kind} ones`}`);
}

/** @throws unless both say class logits [B, C], alike in shape. */
export function requireAlike(objective: string, student: tf.Tensor, teacher: tf.Tensor): void {
  if (student.shape.join() !== teacher.shape.join()) throw new Error(`${objective}: student logits ${shown(student)} and teacher logits ${shown(teacher)} differ in shape`);
  if (student.shape.length !== 2) throw new Error(`${objective} is for class logits [B, C], not ${shown(student)}`);
}

/** @throws unless these are what a head of that kind says of the batch: logits [B, C], or [B, 1] for a score, and labels, if any, of the kind. */
export function requireHead(objective: string, task: HeadTask, logits: tf.Tensor, { labels }: Batch): void {
  if (logits.shape.length !== 2) throw new Error(`${objective} is for class logits [B, C], not ${shown(logits)}`);
  if (task === 'regression' && logits.shape[1] !== 1) throw new Error(`${objective}: a regression head says one score, not ${logits.shape[1]}`);
  if (task === 'single-label' && logits.shape[1] === 1) throw new Error(`${objective} is set for ${task} heads, but this one says a single number: is it a regression?`);
  if (labels !== undefined && labels.kind !== task) throw new Error(`${objective} is set for ${task} heads, but the batch carries ${labels.kind} labels`);
}

/** Its shape, for messages. */
export function shown({ shape }: tf.Tensor): string {
  return `[${shape.join(', ')}]`;
}
