/**
 * Layer normalisation over the last axis, with the residual connection and its dropout taken in:
 * y = (z - mean z) / √(var z + ε) · weight + bias, z = residual + dropout(x). Ba, Kiros & Hinton 2016, equations 3-4.
 */
import * as tf from '../tf.ts';
import { type Dropout, dropout as applyDropout, dropoutAttributes, dropoutOf, isActive, residualDropout } from './dropout.ts';
import { type Attributes, type FusedOp, present, runFused } from './fused-op.ts';

const name = 'RetortLayerNorm';
const gradientName = 'RetortLayerNormGradient';
const residualName = 'RetortResidualLayerNorm';
const residualGradientName = 'RetortResidualLayerNormGradient';

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
  if (residual === undefined) return runFused(name, { x: applyDropout(x, dropout), weight, bias }, { epsilon });
  const attributes: Attributes = { epsilon, ...dropoutAttributes(dropout) };
  const [y, z] = runFused<tf.Tensor[]>(residualName, { x, residual, weight, bias }, attributes);
  present(z, 'z').dispose(); // the tape keeps its own reference
  return present(y, 'y');
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

/** -> [y, z]: the sum that was normed is kept for the gradient. */
export const residualLayerNormOp: FusedOp = {
  name: residualName,
  composite: (inputs, attributes) => {
    const z = residualDropout(present(inputs.x, 'x'), present(inputs.residual, 'residual'), dropoutOf(attributes));
    const y = runFused<tf.Tensor>(name, { x: z, weight: present(inputs.weight, 'weight'), bias: present(inputs.bias, 'bias') }, { epsilon: Number(attributes.epsilon) });
    return [y, z];
  },
  gradient: {
    inputsToSave: ['weight'],
    outputsToSave: [false, true],
    gradFunc: (dy, saved, attributes) => {
      const inputs = { dy: present((dy as tf.Tensor[])[0], 'dy'), z: present(saved[1], 'z'), weight: present(saved[0], 'weight') };
      const [dx, dresidual, dweight, dbias] = runFused<tf.Tensor[]>(residualGradientName, inputs, attributes as Attributes);
      return {
        x: () => present(dx, 'dx'),
        residual: () => present(dresidual, 'dresidual'),
        weight: () => present(dweight, 'dweight'),
        bias: () => present(dbias, 'dbias'),
      };
    },
  },
};

/** (dy, z, weight) -> [dx, dresidual, dweight, dbias] */
export const residualLayerNormGradientOp: FusedOp = {
  name: residualGradientName,
  composite: (inputs, attributes) => {
    const gradients = { dy: present(inputs.dy, 'dy'), x: present(inputs.z, 'z'), weight: present(inputs.weight, 'weight') };
    const [dz, dweight, dbias] = runFused<tf.Tensor[]>(gradientName, gradients, { epsilon: Number(attributes.epsilon) });
    const dresidual = present(dz, 'dz');
    const dropout = dropoutOf(attributes);
    return [isActive(dropout) ? applyDropout(dresidual, dropout) : tf.clone(dresidual), dresidual, present(dweight, 'dweight'), present(dbias, 'dbias')];
  },
};
