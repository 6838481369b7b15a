/**
 * The feed-forward block of a transformer layer with the exact GELU: y = gelu(x W₁ᵀ + b₁) W₂ᵀ + b₂. Vaswani et al. 2017, section 3.3;
 * GELU in place of ReLU as in BERT. One operation, so that an engine can apply the activation while a product is still in its cache.
 */
import type * as tf from '../tf.ts';
import { type FusedOp, isRecording, present, runFused } from './fused-op.ts';

const name = 'RetortFeedForward';
const gradientName = 'RetortFeedForwardGradient';

export interface BiasedWeights {
  /** [out, in] */
  readonly weight: tf.Tensor;
  /** [out] */
  readonly bias: tf.Tensor;
}

/** x [..., H], expansion to F and contraction back to H -> [..., H]. */
export function feedForward(x: tf.Tensor, { expansion, contraction }: { readonly expansion: BiasedWeights; readonly contraction: BiasedWeights }): tf.Tensor {
  const inputs = { x, expansion: expansion.weight, expansionBias: expansion.bias, contraction: contraction.weight, contractionBias: contraction.bias };
  const [y, before, hidden] = runFused<tf.Tensor[]>(name, inputs, { gradient: isRecording() });
  present(before, 'before').dispose(); // the tape keeps references of its own
  present(hidden, 'hidden').dispose();
  return present(y, 'y');
}

/** -> [y, x W₁ᵀ + b₁ [..., F], its GELU [..., F]]: the last two for the gradient; an engine that is told of none need not make them. */
export const feedForwardOp: FusedOp = {
  name,
  composite: (inputs) => {
    const before = runFused<tf.Tensor>('RetortLinear', { x: present(inputs.x, 'x'), weight: present(inputs.expansion, 'expansion'), bias: present(inputs.expansionBias, 'expansionBias') });
    const hidden = runFused<tf.Tensor>('RetortGelu', { x: before });
    const y = runFused<tf.Tensor>('RetortLinear', { x: hidden, weight: present(inputs.contraction, 'contraction'), bias: present(inputs.contractionBias, 'contractionBias') });
    return [y, before, hidden];
  },
  gradient: {
    inputsToSave: ['x', 'expansion', 'contraction'],
    outputsToSave: [false, true, true],
    gradFunc: (dy, saved) => {
      const [x, expansion, contraction, before, hidden] = saved;
      const inputs = {
        dy: present((dy as tf.Tensor[])[0], 'dy'),
        x: present(x, 'x'),
        expansion: present(expansion, 'expansion'),
        contraction: present(contraction, 'contraction'),
        before: present(before, 'before'),
        hidden: present(hidden, 'hidden'),
      };
      // Run here and not in the thunks: tfjs gives each thunk a scope of its own, which would free the other outputs.
      const [dx, dexpansion, dexpansionBias, dcontraction, dcontractionBias] = runFused<tf.Tensor[]>(gradientName, inputs);
      return {
        x: () => present(dx, 'dx'),
        expansion: () => present(dexpansion, 'dexpansion'),
        expansionBias: () => present(dexpansionBias, 'dexpansionBias'),
        contraction: () => present(dcontraction, 'dcontraction'),
        contractionBias: () => present(dcontractionBias, 'dcontractionBias'),
      };
    },
  },
};

/** (dy, x, expansion, contraction, before, hidden) -> gradients of x, expansion weight and bias, contraction weight and bias. */
export const feedForwardGradientOp: FusedOp = {
  name: gradientName,
  composite: (inputs) => {
    const [dy, x, before, hidden] = [present(inputs.dy, 'dy'), present(inputs.x, 'x'), present(inputs.before, 'before'), present(inputs.hidden, 'hidden')];
    const dhidden = runFused<tf.Tensor>('RetortLinearInputGradient', { dy, weight: present(inputs.contraction, 'contraction') });
    const dbefore = runFused<tf.Tensor>('RetortGeluGradient', { dy: dhidden, x: before });
    return [
      runFused<tf.Tensor>('RetortLinearInputGradient', { dy: dbefore, weight: present(inputs.expansion, 'expansion') }),
      runFused<tf.Tensor>('RetortLinearWeightGradient', { dy: dbefore, x }),
      runFused<tf.Tensor>('RetortLinearBiasGradient', { dy: dbefore }),
      runFused<tf.Tensor>('RetortLinearWeightGradient', { dy, x: hidden }),
      runFused<tf.Tensor>('RetortLinearBiasGradient', { dy }),
    ];
  },
};
