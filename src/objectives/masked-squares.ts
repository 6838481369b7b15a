/**
 * Σ of squared differences where masks are 1, as one operation: between forward and backward it keeps its inputs and nothing else, which
 * for states of many layers is what there is room for. The second side and the masks are constants.
 */
import * as tf from '../engine/tf.ts';

/** student and teacher [...] alike, masks of shapes that broadcast to theirs and count as their product -> a scalar. */
export function maskedSquares(student: tf.Tensor, teacher: tf.Tensor, ...masks: readonly tf.Tensor[]): tf.Scalar {
  const masked = (values: tf.Tensor, real: readonly tf.Tensor[]) => real.reduce((product, mask) => tf.mul(product, mask), values);
  const sum = tf.customGrad((...given) => {
    const [own, save] = given as unknown as [tf.Tensor, tf.GradSaveFunc];
    save([own, teacher, ...masks]);
    return {
      value: tf.sum(masked(tf.squaredDifference(own, teacher), masks)),
      gradFunc: (dy: tf.Tensor | tf.Tensor[], saved: tf.Tensor[]) => {
        const [states, others, ...real] = saved as [tf.Tensor, tf.Tensor, ...tf.Tensor[]];
        return tf.mul(masked(tf.sub(states, others), real), tf.mul(dy as tf.Tensor, 2));
      },
    };
  });
  return sum(student) as tf.Scalar;
}
