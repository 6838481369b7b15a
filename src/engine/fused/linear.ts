/**
 * linear: y = x Wᵀ + b with the weight kept as Hugging Face keeps it, [out, in].
 * Every product, forward and backward, is laid out without a transposed operand (the transposes are explicit), because the
 * embedded engine multiplies plain operands an order of magnitude faster than transposed ones.
 */
import * as tf from '../tf.ts';
import { type FusedOp, present, runFused } from './fused-op.ts';

const name = 'RetortLinear';
const inputGradientName = 'RetortLinearInputGradient';
const weightGradientName = 'RetortLinearWeightGradient';
const biasGradientName = 'RetortLinearBiasGradient';

export interface LinearWeights {
  /** [out, in] */
  readonly weight: tf.Tensor;
  /** [out] */
  readonly bias?: tf.Tensor | undefined;
}

/** x [..., in] -> [..., out]. */
export function linear(x: tf.Tensor, { weight, bias }: LinearWeights): tf.Tensor {
  const [outputs = 0, inputs = 0] = weight.shape;
  if (x.shape.at(-1) !== inputs) {
    throw new Error(`linear: input [${x.shape.join(', ')}] does not end in ${inputs}, the input width of a weight [${outputs}, ${inputs}]`);
  }
  return runFused(name, bias === undefined ? { x, weight } : { x, weight, bias });
}

function flattened(x: tf.Tensor): tf.Tensor2D {
  return tf.reshape(x, [-1, x.shape.at(-1) ?? 1]); // [..., W] -> [N, W]
}

export const linearOp: FusedOp = {
  name,
  composite: (inputs) => {
    const x = present(inputs.x, 'x');
    const weight = present(inputs.weight, 'weight') as tf.Tensor2D;
    const product = tf.matMul(flattened(x), tf.transpose(weight)); // [N, in] [in, out] -> [N, out]
    const biased = inputs.bias === undefined ? product : tf.add(product, inputs.bias);
    return tf.reshape(biased, [...x.shape.slice(0, -1), weight.shape[0]]);
  },
  gradient: {
    inputsToSave: ['x', 'weight'],
    gradFunc: (dy, saved) => {
      const [x, weight] = [present(saved[0], 'x'), present(saved[1], 'weight')];
      return {
        x: () => runFused(inputGradientName, { dy: dy as tf.Tensor, weight }),
        weight: () => runFused(weightGradientName, { dy: dy as tf.Tensor, x }),
        bias: () => runFused(biasGradientName, { dy: dy as tf.Tensor }),
      };
    },
  },
};

/** (dy [..., out], weight [out, in]) -> [..., in] */
export const linearInputGradientOp: FusedOp = {
  name: inputGradientName,
  composite: (inputs) => {
    const [dy, weight] = [present(inputs.dy, 'dy'), present(inputs.weight, 'weight') as tf.Tensor2D];
    return tf.reshape(tf.matMul(flattened(dy), weight), [...dy.shape.slice(0, -1), weight.shape[1]]);
  },
};

/** (dy [..., out], x [..., in]) -> [out, in] */
export const linearWeightGradientOp: FusedOp = {
  name: weightGradientName,
  composite: (inputs) => tf.matMul(tf.transpose(flattened(present(inputs.dy, 'dy'))), flattened(present(inputs.x, 'x'))),
};

/** dy [..., out] -> [out] */
export const linearBiasGradientOp: FusedOp = {
  name: biasGradientName,
  composite: (inputs) => {
    const dy = flattened(present(inputs.dy, 'dy'));
    // A product with a row of ones sums over rows faster than a reduction over the outer axis does.
    return tf.reshape(tf.matMul(tf.ones([1, dy.shape[0]]), dy), [dy.shape[1]]);
  },
};
