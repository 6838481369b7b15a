/**
 * The feed-forward block (Vaswani et al. 2017, section 3.3), plain or gated (Shazeer 2020, "GLU variants improve transformer", equation 6),
 * without its residual sum. Fused where it is plain, of the exact GELU, with nothing asked of its inside.
 */
import { type Dropout, dropout as applyDropout, isActive } from '../engine/fused/dropout.ts';
import { feedForward } from '../engine/fused/feed-forward.ts';
import { linear, type LinearWeights } from '../engine/fused/linear.ts';
import * as tf from '../engine/tf.ts';
import { type Activation, activate } from './activation.ts';

export interface ExpansionWeights {
  readonly expansion: LinearWeights;
  /** What the activation is multiplied by. */
  readonly gate?: LinearWeights | undefined;
  readonly contraction: LinearWeights;
}

export interface ExpansionOptions {
  readonly activation: Activation;
  /** Whether the activation's input is asked for. */
  readonly open: boolean;
  /** Between the activation and the contraction. */
  readonly dropout?: Dropout | undefined;
}

export interface Expanded {
  readonly y: tf.Tensor;
  /** The activation's input [B, T, F], where it is asked for. */
  readonly before?: tf.Tensor | undefined;
}

/** [B, T, H] -> [B, T, F] -> [B, T, H] */
export function expanded(x: tf.Tensor, { expansion, gate, contraction }: ExpansionWeights, { activation, open, dropout }: ExpansionOptions): Expanded {
  const [{ bias: wide }, { bias: narrow }] = [expansion, contraction];
  if (activation === 'gelu' && !open && gate === undefined && !isActive(dropout) && wide && narrow) {
    return { y: feedForward(x, { expansion: { weight: expansion.weight, bias: wide }, contraction: { weight: contraction.weight, bias: narrow } }) };
  }
  const before = linear(x, expansion);
  const active = activate(before, activation);
  const gated = gate === undefined ? active : tf.mul(active, linear(x, gate));
  return { y: linear(applyDropout(gated, dropout), contraction), ...(open && { before }) };
}
