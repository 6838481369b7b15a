/**
 * Means over a batch's real tokens, all rows together (not a mean of per-row means). What stands on padding never reaches a mean.
 */
import * as tf from '../engine/tf.ts';
import { maskedSquares } from './masked-squares.ts';
import { meanOver } from './objective.ts';

/** [B, T] values, mask [B, T] -> their mean where the mask is 1; 0 where it nowhere is. */
export function tokenMean(values: tf.Tensor, mask: tf.Tensor): tf.Scalar {
  return meanOver(tf.mul(values, mask), mask);
}

/** States [B, T, N] with zeros at padding. */
export function withoutPadding(states: tf.Tensor, mask: tf.Tensor): tf.Tensor {
  return tf.mul(states, tf.expandDims(mask, -1));
}

/** Mean over real tokens of ‖student - teacher‖²: states [B, T, N] of both, mask [B, T]. The teacher gets no gradient. */
export function meanSquaredDistance(student: tf.Tensor, teacher: tf.Tensor, mask: tf.Tensor): tf.Scalar {
  return tf.div(maskedSquares(student, teacher, tf.expandDims(mask, -1)), tf.maximum(tf.sum(mask), 1));
}

/** Σ over the last axis of squared differences: [..., N] both -> [...]. */
export function squaredDistance(a: tf.Tensor, b: tf.Tensor): tf.Tensor {
  return tf.sum(tf.square(tf.sub(a, b)), -1);
}

/** @throws unless the states are alike in shape. */
export function requireSameShape(objective: string, student: tf.Tensor, teacher: tf.Tensor): void {
  if (student.shape.join() === teacher.shape.join()) return;
  throw new Error(`${objective}: the student's states [${student.shape.join(', ')}] and the teacher's [${teacher.shape.join(', ')}] must be alike in shape`);
}
