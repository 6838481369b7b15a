/**
 * AdamW over all parameters in one call, with the global gradient norm, clipping and the guard against a step that is not
 * finite: Loshchilov & Hutter 2019, "Decoupled Weight Decay Regularization", algorithm 2; bias correction as in Kingma & Ba 2015.
 * Nothing is read back: norm and verdict stay on the device until somebody asks.
 */
import * as tf from '../tf.ts';

const name = 'RetortAdamW';

/** One parameter with its gradient and moments, all of one shape. */
export interface AdamWSlot {
  readonly parameter: tf.Variable;
  readonly gradient: tf.Tensor;
  readonly firstMoment: tf.Variable;
  readonly secondMoment: tf.Variable;
  /** Whether weight decay applies (not to biases and norms). */
  readonly decays: boolean;
}

export interface AdamWSettings {
  /** Counts from 1. */
  readonly step: number;
  readonly learningRate: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  readonly weightDecay: number;
  /** Gradients are scaled by min(1, this / (norm + 1e-6)). */
  readonly maxGradientNorm: number;
}

/** What an engine's own kernel gets: four inputs per slot in order, and the settings. It updates in place. */
export interface AdamWKernelAttributes extends AdamWSettings {
  readonly decays: readonly boolean[];
}

/**
 * Updates parameters and moments in place. A gradient norm that is not finite leaves everything as it was.
 * @returns [2]: the gradient norm before clipping, and 1 if the step was taken, 0 if it was skipped. The caller owns it.
 */
export function adamW(slots: readonly AdamWSlot[], settings: AdamWSettings): tf.Tensor1D {
  const kernel = tf.getKernel(name, tf.getBackend()) as tf.KernelConfig | undefined;
  if (kernel === undefined) return composite(slots, settings);
  for (const { parameter, firstMoment, secondMoment } of slots) for (const variable of [parameter, firstMoment, secondMoment]) makeOwn(variable);
  const tensors = slots.flatMap((slot) => [slot.parameter, slot.gradient, slot.firstMoment, slot.secondMoment]);
  const attributes: AdamWKernelAttributes = { ...settings, decays: slots.map((slot) => slot.decays) };
  return tf.engine().runKernel<tf.Tensor1D>(name, tensors as unknown as tf.NamedTensorMap, attributes as unknown as tf.NamedAttrMap);
}

/** A kernel writes where the numbers lie: those that another tensor shares, as a clone or a reshaped one does, are copied first. */
function makeOwn(variable: tf.Variable): void {
  if (tf.engine().backend.refCount(variable.dataId) > 1) tf.tidy(() => { variable.assign(tf.mul(variable, 1)); });
}

function composite(slots: readonly AdamWSlot[], settings: AdamWSettings): tf.Tensor1D {
  return tf.tidy(() => {
    const { step, learningRate, beta1, beta2, epsilon, weightDecay, maxGradientNorm } = settings;
    const norm = tf.sqrt(tf.addN(slots.map(({ gradient }) => tf.sum(tf.square(gradient)))));
    const finite = tf.isFinite(norm);
    const clip = tf.minimum(tf.div(maxGradientNorm, tf.add(norm, 1e-6)), 1);
    for (const { parameter, gradient, firstMoment, secondMoment, decays } of slots) {
      const clipped = tf.mul(gradient, clip);
      const first = tf.add(tf.mul(firstMoment, beta1), tf.mul(clipped, 1 - beta1));
      const second = tf.add(tf.mul(secondMoment, beta2), tf.mul(tf.square(clipped), 1 - beta2));
      const denominator = tf.add(tf.div(tf.sqrt(second), Math.sqrt(1 - beta2 ** step)), epsilon);
      const kept = decays ? tf.mul(parameter, 1 - learningRate * weightDecay) : parameter;
      const moved = tf.sub(kept, tf.mul(tf.div(first, denominator), learningRate / (1 - beta1 ** step)));
      for (const [variable, value] of [[parameter, moved], [firstMoment, first], [secondMoment, second]] as const) {
        variable.assign(tf.where<tf.Tensor>(finite, value, variable));
      }
    }
    return tf.stack([norm, tf.cast(finite, 'float32')]) as tf.Tensor1D;
  });
}
