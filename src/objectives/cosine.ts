/**
 * Cosines between rows, with gradients that stay finite where a row has no direction.
 */
import * as tf from '../engine/tf.ts';
import { stopGradient } from './stop-gradient.ts';

/** Rows at most this long have no direction. */
const shortest = 1e-12;

/** 1 - cos(a, b) per row: [N, H] both -> [N]. A row without direction has cosine 0 with every other and gets no gradient. */
export function cosineDistance(a: tf.Tensor, b: tf.Tensor): tf.Tensor {
  return tf.sub(1, tf.sum(tf.mul(unit(a), unit(b)), -1));
}

/** Each row at length 1; zeros where it is at most 1e-12 long. [N, H] -> [N, H] */
export function unit(rows: tf.Tensor): tf.Tensor {
  const squares = tf.sum(tf.square(rows), -1, true); // [N, 1]
  const directed = stopGradient((values) => tf.cast(tf.greater(values, shortest ** 2), 'float32'), squares); // 1, or 0 for a row without direction
  // The root is taken of 1 or more where there is no direction: that of 0 has no finite slope.
  const lengths = tf.sqrt(tf.add(squares, tf.sub(1, directed)));
  return tf.mul(tf.div(rows, lengths), directed);
}
