import test from 'ava';
import { silu, siluOp } from '../../../src/engine/fused/silu.ts';
import * as tf from '../../../src/engine/tf.ts';
import { close, read } from '../numbers.ts';
import { engineUnderTest } from '../../engine-choice.ts';
import { startEngine } from '../../engine-under-test.ts';

test.before(startEngine);

const points = Float32Array.from({ length: 4001 }, (_, i) => (i - 2000) / 200); // -10 .. 10
const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));

test('values are within 1e-6 of float64 on [-10, 10], from the kernel and from the composite', async (t) => {
  t.is(tf.getBackend(), engineUnderTest);
  const expected = Array.from(points, (x) => x * sigmoid(x));
  const x = tf.tensor1d(points);
  const [kernel, composite] = [silu(x), tf.tidy(() => siluOp.composite({ x }, {}) as tf.Tensor)];
  close(t, 'kernel', await read(kernel), expected, { relative: 1e-6, absolute: 1e-6 });
  close(t, 'composite', await read(composite), expected, { relative: 1e-6, absolute: 1e-6 });
});

test('gradients are within 1e-6 of float64 on [-10, 10], and vanish far out', async (t) => {
  const slope = (x: number) => sigmoid(x) * (1 + x * (1 - sigmoid(x)));
  const gradient = tf.grad((x) => silu(x));
  close(t, 'gradient', await read(gradient(tf.tensor1d(points))), Array.from(points, slope), { relative: 1e-6, absolute: 1e-6 });
  close(t, 'far out', await read(gradient(tf.tensor1d([-1e4, -100, 100, 1e4]))), [0, 0, 1, 1], { relative: 0, absolute: 1e-6 });
});

test('far out it is 0 on the left and x on the right', async (t) => {
  close(t, 'far out', await read(silu(tf.tensor1d([-100, -1e4, 100, 1e4]))), [0, 0, 100, 1e4], { absolute: 1e-5 });
});
