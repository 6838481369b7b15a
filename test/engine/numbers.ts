// Numbers for the tensor tests: drawn from a name, read, compared, and differentiated by central differences.
import type { ExecutionContext } from 'ava';
import { normals, randomKey } from '../../src/engine/random.ts';
import * as tf from '../../src/engine/tf.ts';
import { precisionUnderTest } from '../engine-choice.ts';

/** Normal numbers; the same name and shape give the same ones. */
export function drawn(name: string, shape: readonly number[], deviation = 1): tf.Tensor {
  return tf.tensor(normals(tf.util.sizeFromShape([...shape]), randomKey(7, name), deviation), [...shape]);
}

export async function read(tensor: tf.Tensor): Promise<number[]> {
  return Array.from(await tensor.data());
}

/** The value of a scalar, which is freed. */
export async function take(scalar: tf.Tensor): Promise<number> {
  const [value = NaN] = await scalar.data();
  scalar.dispose();
  return value;
}

/** A tolerance for what passes matrix products: that of float32, or in bf16 of four roundings, which keep 8 bits each. */
export const rounded: { relative?: number } = precisionUnderTest === 'bf16' ? { relative: 2 ** -6 } : {};
/** The same after two layers, upwards and down. */
export const roundedDeep: { relative?: number } = precisionUnderTest === 'bf16' ? { relative: 2 ** -5 } : {};

/** |actual - expected| <= relative * largest |expected| + absolute, everywhere. */
export function close(t: ExecutionContext, what: string, actual: ArrayLike<number>, expected: ArrayLike<number>, { relative = 1e-5, absolute = 1e-7 } = {}): void {
  t.is(actual.length, expected.length, `${what}: how many`);
  const scale = Array.from(expected).reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const worst = Array.from(expected).reduce((most, value, i) => {
    const off = Math.abs((actual[i] ?? NaN) - value);
    return Number.isNaN(off) ? Infinity : Math.max(most, off);
  }, 0);
  t.true(worst <= relative * scale + absolute, `${what}: off by ${worst.toExponential(2)} at a scale of ${scale.toExponential(2)}`);
}

export async function closeTensors(t: ExecutionContext, what: string, actual: tf.Tensor, expected: tf.Tensor, tolerance: { relative?: number; absolute?: number } = {}): Promise<void> {
  t.deepEqual(actual.shape, expected.shape, `${what}: shape`);
  close(t, what, await actual.data(), await expected.data(), tolerance);
}

/** The slope of a scalar function at a few coordinates of `x`, by central differences: good to about 1e-3 in float32. */
export async function slopes(f: (x: tf.Tensor) => tf.Tensor, x: tf.Tensor, coordinates: readonly number[], step = 1e-2): Promise<number[]> {
  const values = await x.data();
  const at = (coordinate: number, shift: number) => {
    const moved = Float32Array.from(values);
    moved[coordinate] = (moved[coordinate] ?? NaN) + shift;
    return take(tf.tidy(() => f(tf.tensor(moved, x.shape))));
  };
  const found: number[] = [];
  for (const coordinate of coordinates) found.push(((await at(coordinate, step)) - (await at(coordinate, -step))) / (2 * step));
  return found;
}

/** First, last and two in between, of `size`. */
export function someOf(size: number): number[] {
  return [...new Set([0, Math.floor(size / 3), Math.floor((2 * size) / 3), size - 1])];
}

/** The error function to float64: its series near 0, its continued fraction beyond. */
export function erf(x: number): number {
  const z = Math.abs(x);
  if (z < 2.5) {
    let [term, sum] = [z, z];
    for (let n = 1; n < 80; n++) {
      term *= (-z * z) / n;
      sum += term / (2 * n + 1);
    }
    return (Math.sign(x) * 2 * sum) / Math.sqrt(Math.PI);
  }
  let fraction = 0;
  for (let n = 60; n > 0; n--) fraction = n / 2 / (z + fraction);
  return Math.sign(x) * (1 - Math.exp(-z * z) / Math.sqrt(Math.PI) / (z + fraction));
}
