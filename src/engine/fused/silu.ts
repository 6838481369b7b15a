/**
 * SiLU, x σ(x), also called swish: Elfwing et al. 2018, "Sigmoid-weighted linear units", equation 3.
 */
import * as tf from '../tf.ts';
import { type FusedOp, present, runFused } from './fused-op.ts';

const name = 'RetortSilu';
const gradientName = 'RetortSiluGradient';

/** Element by element, any shape. */
export function silu(x: tf.Tensor): tf.Tensor {
  return runFused(name, { x });
}

export const siluOp: FusedOp = {
  name,
  composite: (inputs) => {
    const x = present(inputs.x, 'x');
    return tf.mul(x, tf.sigmoid(x));
  },
  gradient: {
    inputsToSave: ['x'],
    gradFunc: (dy, saved) => ({ x: () => runFused(gradientName, { dy: dy as tf.Tensor, x: present(saved[0], 'x') }) }),
  },
};

export const siluGradientOp: FusedOp = {
  name: gradientName,
  composite: (inputs) => {
    const x = present(inputs.x, 'x');
    const share = tf.sigmoid(x);
    return tf.mul(present(inputs.dy, 'dy'), tf.mul(share, tf.add(1, tf.mul(x, tf.sub(1, share))))); // dy σ (1 + x (1 - σ))
  },
};
