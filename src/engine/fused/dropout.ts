/**
 * Dropout from a counter-based generator: whether element i is kept depends only on the key and i, so the backward pass draws
 * the same mask again instead of keeping it. Srivastava et al. 2014, "Dropout", in its inverted form (kept values / (1 - rate)).
 */
import * as tf from '../tf.ts';
import { bits, type Key } from '../random.ts';
import { type Attributes, type FusedOp, present, runFused } from './fused-op.ts';

const name = 'RetortDropout';
const residualName = 'RetortResidualDropout';

/** Dropout at one place of one step. Rate 0..1; none where `undefined`. */
export interface Dropout {
  readonly rate: number;
  readonly key: Key;
  /** Taken as rows along its last axis, a tensor's r-th is masked as row r · rowStep of a larger one, of which these are all that is computed. Default 1. */
  readonly rowStep?: number;
}

/** As operations are handed it. */
export type DropoutAttributes = Readonly<Record<'rate' | 'high' | 'low' | 'rowStep', number>>;

const none: Dropout = { rate: 0, key: { high: 0, low: 0 } };

export function isActive(dropout: Dropout | undefined): dropout is Dropout {
  return dropout !== undefined && dropout.rate > 0;
}

/** Of rate 0 where there is none. */
export function dropoutAttributes({ rate, key, rowStep = 1 }: Dropout = none): DropoutAttributes {
  if (!(rate >= 0 && rate < 1)) throw new Error(`dropout rate must lie in [0, 1), not ${rate}`);
  return { rate, high: key.high, low: key.low, rowStep };
}

/** The dropout among an operation's attributes. */
export function dropoutOf(attributes: Readonly<Record<string, unknown>>): Required<Dropout> {
  const [rate, high, low, rowStep] = (['rate', 'high', 'low', 'rowStep'] as const).map((name) => Number(present(attributes[name], name))) as [number, number, number, number];
  return { rate, key: { high, low }, rowStep };
}

/** Element i is kept when bits(key, i) >= this. */
export function dropoutThreshold(rate: number): number {
  return Math.floor(rate * 0x1_0000_0000);
}

/** The multipliers themselves, 0 or 1 / (1 - rate), in the shape asked for. */
export function dropoutMask(shape: number[], attributes: Attributes): tf.Tensor {
  return tf.tensor(dropoutMultipliers(shape, attributes), shape);
}

/** The same outside any engine. */
export function dropoutMultipliers(shape: number[], attributes: Attributes): Float32Array {
  const { rate, key, rowStep } = dropoutOf(attributes);
  const [threshold, scale, width] = [dropoutThreshold(rate), 1 / (1 - rate), shape.at(-1) ?? 1];
  const values = new Float32Array(tf.util.sizeFromShape(shape));
  for (let start = 0; start < values.length; start += width) {
    for (let i = 0; i < width; i++) values[start + i] = bits(key, start * rowStep + i) >= threshold ? scale : 0;
  }
  return values;
}

/** Any shape; the identity where dropout is off. */
export function dropout(x: tf.Tensor, options: Dropout | undefined): tf.Tensor {
  return isActive(options) ? runFused(name, { x }, dropoutAttributes(options)) : x;
}

/** residual + dropout(x), in one pass over memory where the engine can. */
export function residualDropout(x: tf.Tensor, residual: tf.Tensor, options: Dropout | undefined): tf.Tensor {
  return isActive(options) ? runFused(residualName, { x, residual }, dropoutAttributes(options)) : tf.add(x, residual);
}

export const dropoutOp: FusedOp = {
  name,
  composite: (inputs, attributes) => {
    const x = present(inputs.x, 'x');
    return tf.mul(x, dropoutMask(x.shape, attributes));
  },
  gradient: { gradFunc: (dy, _saved, attributes) => ({ x: () => runFused(name, { x: dy as tf.Tensor }, attributes as Attributes) }) },
};

export const residualDropoutOp: FusedOp = {
  name: residualName,
  composite: (inputs, attributes) => {
    const x = present(inputs.x, 'x');
    return tf.add(present(inputs.residual, 'residual'), tf.mul(x, dropoutMask(x.shape, attributes)));
  },
  gradient: {
    gradFunc: (dy, _saved, attributes) => ({
      x: () => runFused(name, { x: dy as tf.Tensor }, attributes as Attributes),
      residual: () => tf.clone(dy as tf.Tensor),
    }),
  },
};
