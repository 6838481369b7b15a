/**
 * Dropout whose mask is handed to TensorFlow as it was drawn. As a tensor of TensorFlow.js it would be copied first, since there a caller
 * may still write into the array a tensor was made of.
 */
import { dropoutMultipliers } from '../fused/dropout.ts';
import type { Attributes } from '../fused/fused-op.ts';
import type * as tf from '../tf.ts';
import { type RawOps, registerRawKernel, withRawOps } from './raw-ops.ts';

export function installDropout(): void {
  registerRawKernel('RetortDropout', ({ inputs: { x }, attributes }, backend) => withRawOps(backend, (raw) => raw.tensor(dropped(raw, x!, attributes))));
  registerRawKernel('RetortResidualDropout', ({ inputs: { x, residual }, attributes }, backend) =>
    withRawOps(backend, (raw) => raw.tensor(raw.one('AddV2', [raw.of(residual!), dropped(raw, x!, attributes)], [raw.float()]))));
}

function dropped(raw: RawOps, x: tf.Tensor, attributes: Readonly<Record<string, unknown>>): number {
  const mask = raw.upload(x.shape, dropoutMultipliers(x.shape, attributes as Attributes));
  return raw.one('Mul', [raw.of(x), mask], [raw.float()]);
}
