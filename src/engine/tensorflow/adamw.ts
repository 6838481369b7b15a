/**
 * AdamW by TensorFlow's own ResourceApplyAdam: one pass over a parameter and its moments, in place, where the composite takes about twenty.
 * TensorFlow updates variables of its own kind, so a tensor's numbers are lent to one of those for the time of the update; nobody copies
 * them, unless somebody else still looks at them (TensorFlow counts that itself).
 *
 * TensorFlow keeps 1 - β₂ as the difference of two float32 numbers, so its second moment is a little less than AdamW's, by the same
 * factor throughout (1.3e-5 at β₂ = 0.999). The update makes up for it in the rate and in ε; the moment itself is left as it is.
 */
import type { AdamWKernelAttributes } from '../fused/adamw.ts';
import * as tf from '../tf.ts';
import type { NodeBackend } from './node-package.ts';
import { type RawOps, registerRawKernel, withRawOps } from './raw-ops.ts';

export function installAdamW(): void {
  const lenders = new WeakMap<NodeBackend, readonly [number, number, number]>();
  registerRawKernel('RetortAdamW', ({ inputs, attributes }, backend) => {
    const tensors = inputs as unknown as readonly tf.Tensor[];
    const settings = attributes as unknown as AdamWKernelAttributes;
    return tf.tidy(() => withRawOps(backend, (raw) => {
      const slots = settings.decays.map((decays, slot) => ({ decays, tensors: tensors.slice(4 * slot, 4 * slot + 4) as [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor] }));
      const norm = normOf(raw, slots.map(({ tensors: [, gradient] }) => gradient));
      const finite = tf.isFinite(norm);
      const scalars = scalarsOf(raw, { ...settings, norm, finite });
      const lent = lenders.get(backend) ?? makeLenders(backend);
      lenders.set(backend, lent);
      try {
        for (const { decays, tensors: [parameter, gradient, first, second] } of slots) {
          update(raw, lent, { parameter, moments: [first, second], gradient, scalars, keep: decays ? scalars.keep : undefined });
        }
      } finally {
        for (const variable of lent) raw.act('AssignVariableOp', [variable, scalars.zero], [raw.float('dtype')]); // they let go of the last slot
      }
      return tf.stack([norm, tf.cast(finite, 'float32')]);
    }));
  });
}

/** Three variables of TensorFlow's own kind, which live as long as the backend. */
function makeLenders(backend: NodeBackend): readonly [number, number, number] {
  const { binding } = backend;
  const make = (name: string) => binding.executeOp('VarHandleOp', [
    { name: 'dtype', type: binding.TF_ATTR_TYPE, value: binding.TF_FLOAT }, { name: 'shape', type: binding.TF_ATTR_SHAPE, value: [] },
    { name: 'container', type: binding.TF_ATTR_STRING, value: 'retort' }, { name: 'shared_name', type: binding.TF_ATTR_STRING, value: `adamw ${name}` },
  ], [], 1)[0]!.id;
  return [make('parameter'), make('first moment'), make('second moment')];
}

/** L2Loss is half the sum of squares, in one pass. */
function normOf(raw: RawOps, gradients: readonly tf.Tensor[]): tf.Tensor {
  const halves = gradients.map((gradient) => raw.tensor(raw.one('L2Loss', [raw.of(gradient)], [raw.float()])));
  return tf.sqrt(tf.mul(tf.addN(halves), 2));
}

interface Scalars {
  readonly clip: number;
  readonly keep: number;
  /** As ResourceApplyAdam takes them: powers of the betas (0: the rate holds the corrections), rate, betas, ε. */
  readonly adam: readonly number[];
  readonly zero: number;
}

/** On the device, so that nothing is read: where the norm is not finite, they make the update change nothing. */
function scalarsOf(raw: RawOps, { step, learningRate, beta1, beta2, epsilon, weightDecay, maxGradientNorm, norm, finite }: AdamWKernelAttributes & { norm: tf.Tensor; finite: tf.Tensor }): Scalars {
  const orElse = (value: tf.Tensor | number, otherwise: number) => raw.of(tf.where(finite, value, otherwise));
  const kept = Math.sqrt((1 - Math.fround(beta2)) / (1 - beta2)); // √ of what TensorFlow's second moment is short of
  const correction = kept * Math.sqrt(1 - beta2 ** step);
  const zero = raw.of(tf.scalar(0));
  return {
    zero,
    clip: orElse(tf.minimum(tf.div(maxGradientNorm, tf.add(norm, 1e-6)), 1), 0),
    keep: orElse(1 - learningRate * weightDecay, 1),
    adam: [zero, zero, orElse((learningRate * correction) / (1 - beta1 ** step), 0), orElse(beta1, 1), orElse(beta2, 1), orElse(epsilon * correction, 1)],
  };
}

function update(
  raw: RawOps, lent: readonly number[],
  { parameter, moments, gradient, scalars: { clip, adam }, keep }: { parameter: tf.Tensor; moments: readonly tf.Tensor[]; gradient: tf.Tensor; scalars: Scalars; keep: number | undefined },
): void {
  const clipped = raw.one('MulNoNan', [raw.of(gradient), clip], [raw.float()]); // zeros where the clip is 0, whatever the gradient
  const tensors = [parameter, ...moments];
  const held = tensors.map((tensor) => raw.of(tensor));
  const decayed = keep === undefined ? undefined : raw.one('Mul', [held[0]!, keep], [raw.float()]);
  const given: (readonly [tf.Tensor, number])[] = [];
  try {
    tensors.forEach((tensor, place) => {
      raw.act('AssignVariableOp', [lent[place]!, (place === 0 ? decayed : undefined) ?? held[place]!], [raw.float('dtype')]);
      if (place === 0 && decayed !== undefined) raw.free(decayed);
      raw.empty(tensor); // the variable alone holds the numbers now, so they are changed where they are
      given.push([tensor, lent[place]!]);
    });
    raw.act('ResourceApplyAdam', [...lent, ...adam, clipped], [raw.float(), raw.flag('use_locking', false), raw.flag('use_nesterov', false)]);
  } finally {
    for (const [tensor, variable] of given) raw.into(tensor, raw.one('ReadVariableOp', [variable], [raw.float('dtype')]));
  }
  raw.free(clipped);
}
