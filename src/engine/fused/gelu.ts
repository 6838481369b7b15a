/**
 * GELU, x Φ(x), exact (by the error function): Hendrycks & Gimpel 2016, "Gaussian Error Linear Units", section 2.
 */
import * as tf from '../tf.ts';
import { type FusedOp, present, runFused } from './fused-op.ts';

const name = 'RetortGelu';
const gradientName = 'RetortGeluGradient';

/** Element by element, any shape. */
export function gelu(x: tf.Tensor): tf.Tensor {
  return runFused(name, { x });
}

/** Φ(x) = (1 + erf(x / √2)) / 2 */
function normalDistribution(x: tf.Tensor): tf.Tensor {
  return tf.mul(tf.add(tf.erf(tf.mul(x, Math.SQRT1_2)), 1), 0.5);
}

export const geluOp: FusedOp = {
  name,
  composite: (inputs) => {
    const x = present(inputs.x, 'x');
    return tf.mul(x, normalDistribution(x));
  },
  gradient: {
    inputsToSave: ['x'],
    gradFunc: (dy, saved) => ({ x: () => runFused(gradientName, { dy: dy as tf.Tensor, x: present(saved[0], 'x') }) }),
  },
};

export const geluGradientOp: FusedOp = {
  name: gradientName,
  composite: (inputs) => {
    const x = present(inputs.x, 'x');
    const density = tf.mul(tf.exp(tf.mul(tf.square(x), -0.5)), 1 / Math.sqrt(2 * Math.PI));
    return tf.mul(present(inputs.dy, 'dy'), tf.add(normalDistribution(x), tf.mul(x, density))); // dy (Φ + x φ)
  },
};
