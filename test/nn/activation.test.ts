import test from 'ava';
import * as tf from '../../src/engine/tf.ts';
import { activate, type Activation, activationNames } from '../../src/nn/activation.ts';
import { close, erf, read } from '../engine/numbers.ts';
import { engineUnderTest } from '../engine-choice.ts';
import { startEngine } from '../engine-under-test.ts';

test.before(startEngine);

const formulas: Record<Activation, (x: number) => number> = {
  gelu: (x) => (x * (1 + erf(x / Math.SQRT2))) / 2,
  relu: (x) => Math.max(0, x),
  gelu_new: (x) => 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3))),
  silu: (x) => x / (1 + Math.exp(-x)),
  tanh: Math.tanh,
};
const points = Array.from({ length: 241 }, (_, i) => (i - 120) / 20 + 0.001); // -6 .. 6, beside the kink at 0

test('every activation has a formula here', (t) => {
  t.is(tf.getBackend(), engineUnderTest);
  t.deepEqual([...activationNames].sort(), Object.keys(formulas).sort());
});

for (const name of Object.keys(formulas) as Activation[]) {
  test(`${name}: values and slopes equal its formula in float64`, async (t) => {
    const formula = formulas[name];
    const x = tf.tensor1d(points);
    close(t, 'value', await read(activate(x, name)), points.map(formula), { relative: 1e-6, absolute: 1e-6 });
    const slope = points.map((at) => (formula(at + 1e-5) - formula(at - 1e-5)) / 2e-5);
    close(t, 'slope', await read(tf.grad((y) => activate(y, name))(x)), slope, { relative: 0, absolute: engineUnderTest === 'tensorflow' ? 5e-6 : 3e-6 }); // TensorFlow's tanh is a quotient of polynomials
  });
}
