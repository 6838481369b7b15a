/**
 * Layer normalisation over the last axis, with the residual connection and its dropout taken in:
 * y = (z - mean z) / √(var z + ε) · weight + bias, z = residual + dropout(x). Ba, Kiros & Hinton 2016, equations 3-4.
 */
import * as tf from '../tf.ts';
import { type Dropout, dropout as applyDropout, residualDropout } from './dropout.ts';
import { type FusedOp, present, runFused } from './fused-op.ts';

const name = 'RetortLayerNorm';
const gradientName = 'RetortLayerNormGradient';

export interface LayerNormOptions {
  /** [W] */
  readonly weight: tf.Tensor;
  /** [W] */
  readonly bias: tf.Tensor;
  readonly epsilon: number;
  /** Added to x before the norm, same shape. */
  readonly residual?: tf.Tensor | undefined;
  /** Applied to x before the residual is added. */
  readonly dropout?: Dropout | undefined;
}

/** x [..., W] -> [..., W]. */
export function layerNorm(x: tf.Tensor, { weight, bias, epsilon, residual, dropout }: LayerNormOptions): tf.Tensor {
  const z = residual === undefined ? applyDropout(x, dropout) : residualDropout(x, residual, dropout);
  return runFused(name, { x: z, weight, bias }, { epsilon });
}

function standardised(x: tf.Tensor, epsilon: number): { unit: tf.Tensor; inverseDeviation: tf.Tensor } {
  const centred = tf.sub(x, tf.mean(x, -1, true));
  const inverseDeviation = tf.rsqrt(tf.add(tf.mean(tf.square(centred), -1, true), epsilon)); // [..., 1]
  return { unit: tf.mul(centred, inverseDeviation), inverseDeviation };
}

export const layerNormOp: FusedOp = {
  name,
  composite: (inputs, { epsilon }) => {
    const { unit } = standardised(present(inputs.x, 'x'), Number(epsilon));
    return tf.add(tf.mul(unit, present(inputs.weight, 'weight')), present(inputs.bias, 'bias'));
  },
  gradient: {
    inputsToSave: ['x', 'weight'],
    gradFunc: (dy, saved, attributes) => {
      // Run here and not in the thunks: tfjs gives each thunk a scope of its own, which would free the other outputs.
      const [dx, dweight, dbias] = runFused<tf.Tensor[]>(
        gradientName,
        { dy: dy as tf.Tensor, x: present(saved[0], 'x'), weight: present(saved[1], 'weight') },
        attributes as { epsilon: number },
      );
      return { x: () => present(dx, 'dx'), weight: () => present(dweight, 'dweight'), bias: () => present(dbias, 'dbias') };
    },
  },
};

/** (dy, x, weight) -> [dx, dweight, dbias] */
export const layerNormGradientOp: FusedOp = {
  name: gradientName,
  composite: (inputs, { epsilon }) => {
    const [dy, x, weight] = [present(inputs.dy, 'dy'), present(inputs.x, 'x'), present(inputs.weight, 'weight')];
    const { unit, inverseDeviation } = standardised(x, Number(epsilon));
    const rows = x.shape.slice(0, -1).map((_, axis) => axis);
    const dunit = tf.mul(dy, weight);
    const withoutMean = tf.sub(dunit, tf.mean(dunit, -1, true));
    const dx = tf.mul(inverseDeviation, tf.sub(withoutMean, tf.mul(unit, tf.mean(tf.mul(dunit, unit), -1, true))));
    return [dx, tf.sum(tf.mul(dy, unit), rows), tf.sum(dy, rows)];
  },
};
