import test from 'ava';
import { gelu, geluOp } from '../../../src/engine/fused/gelu.ts';
import * as tf from '../../../src/engine/tf.ts';
import { close, erf, read } from '../numbers.ts';
import { engineUnderTest } from '../../engine-choice.ts';
import { startEngine } from '../../engine-under-test.ts';

test.before(startEngine);

const points = Float32Array.from({ length: 4001 }, (_, i) => (i - 2000) / 200); // -10 .. 10

test('the reference error function is right', (t) => {
  // Abramowitz & Stegun, table 7.1
  close(t, 'erf', [erf(0), erf(0.5), erf(1), erf(2), erf(3), erf(-1)], [0, 0.5204998778130465, 0.8427007929497149, 0.9953222650189527, 0.9999779095030014, -0.8427007929497149], {
    relative: 0,
    absolute: 1e-14,
  });
});

test('values are within 1e-6 of float64 on [-10, 10], from the kernel and from the composite', async (t) => {
  t.is(tf.getBackend(), engineUnderTest);
  const expected = Array.from(points, (x) => (x * (1 + erf(x / Math.SQRT2))) / 2);
  const x = tf.tensor1d(points);
  const [kernel, composite] = [gelu(x), tf.tidy(() => geluOp.composite({ x }, {}) as tf.Tensor)];
  close(t, 'kernel', await read(kernel), expected, { relative: 0, absolute: 1e-6 });
  close(t, 'composite', await read(composite), expected, { relative: 0, absolute: 2e-6 }); // tfjs's erf is good to 1.5e-7, times |x|
});

test('gradients are within 1e-6 of float64 on [-10, 10], and vanish far out', async (t) => {
  const slope = (x: number) => (1 + erf(x / Math.SQRT2)) / 2 + (x * Math.exp((-x * x) / 2)) / Math.sqrt(2 * Math.PI);
  const gradient = tf.grad((x) => gelu(x));
  close(t, 'gradient', await read(gradient(tf.tensor1d(points))), Array.from(points, slope), { relative: 0, absolute: 1e-6 });
  close(t, 'far out', await read(gradient(tf.tensor1d([-1e4, -100, 100, 1e4]))), [0, 0, 1, 1], { relative: 0, absolute: 1e-6 });
});

test('far out it is 0 on the left and x on the right', async (t) => {
  close(t, 'far out', await read(gelu(tf.tensor1d([-100, -1e4, 100, 1e4]))), [0, 0, 100, 1e4], { absolute: 1e-5 });
});
