/**
 * Values that an objective holds fixed: targets made from what a teacher says, and choices such as which row has a label.
 */
import * as tf from '../engine/tf.ts';

/**
 * `compute(...inputs)` off the tape: its operations need no gradients, nothing behind it is kept, and the inputs get zeros.
 * Tensors that `compute` uses beyond its inputs are constants too.
 */
export function stopGradient<T extends tf.Tensor>(compute: (...inputs: tf.Tensor[]) => T, ...inputs: tf.Tensor[]): T {
  const shapes = inputs.map(({ shape }) => shape); // the tensors may be gone when the sweep comes by
  const fixed = tf.customGrad((...given) => ({
    value: compute(...(given.slice(0, inputs.length) as tf.Tensor[])),
    gradFunc: () => shapes.map((shape) => tf.zeros(shape)),
  }));
  return fixed(...inputs);
}

/** The tensor as a constant: the same numbers, no gradient, no copy (a clone is one on the embedded engine). */
export function constant<T extends tf.Tensor>(tensor: T): T {
  return stopGradient((values) => tf.reshape(values, values.shape), tensor) as T;
}
