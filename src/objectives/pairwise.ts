/**
 * Distances and directions between the rows of a batch, with gradients that stay finite where two rows are the same.
 */
import * as tf from '../engine/tf.ts';
import { unit } from './cosine.ts';
import { stopGradient } from './stop-gradient.ts';

/** Squares up to this are no distance: the length is 0 and passes no gradient, as the root of 0 has no finite slope. */
const smallest = 1e-24;

/** √squares, 0 without a gradient where there is no length. */
export function safeLength(squares: tf.Tensor): tf.Tensor {
  const there = lengthsThere(squares);
  return tf.mul(tf.sqrt(tf.add(squares, tf.sub(1, there))), there);
}

/** 1 where there is a length, 0 where there is none. */
export function lengthsThere(squares: tf.Tensor): tf.Tensor {
  return stopGradient((values) => tf.cast(tf.greater(values, smallest), 'float32'), squares);
}

/** e_i - e_j: [B, W] -> [B (j), B (i), W] */
export function differences(rows: tf.Tensor): tf.Tensor {
  return tf.sub(tf.expandDims(rows, 0), tf.expandDims(rows, 1));
}

/** ‖e_i - e_j‖² of every two rows, exactly 0 for equal ones: [B, W] -> [B, B]. Takes B² W numbers. */
export function squaredDistances(rows: tf.Tensor): tf.Tensor {
  return tf.sum(tf.square(differences(rows)), -1);
}

/** (e_i - e_j) / ‖e_i - e_j‖, zeros for equal rows: [B, W] -> [B (j), B (i), W] */
export function directions(rows: tf.Tensor): tf.Tensor {
  return unit(differences(rows));
}

/** ½ x² up to |x| = 1, |x| - ½ beyond. */
export function huber(x: tf.Tensor): tf.Tensor {
  const size = tf.abs(x);
  const capped = tf.minimum(size, 1);
  return tf.mul(capped, tf.sub(size, tf.div(capped, 2)));
}
