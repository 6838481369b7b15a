// Products in bfloat16 at sizes around the borders of every block: of small whole numbers they are exact, so any number lost, doubled or read
// from elsewhere shows. Repeated products with one weight take the way of packed weights.
import { adamW } from '../../../src/engine/fused/adamw.ts';
import { runFused } from '../../../src/engine/fused/fused-op.ts';
import { useEngine } from '../../../src/engine/engine.ts';
import { randomKey, uniform } from '../../../src/engine/random.ts';
import * as tf from '../../../src/engine/tf.ts';
import { read } from '../numbers.ts';
import { torchTest } from './built.ts';

const sizes: readonly (readonly [rows: number, inputs: number, outputs: number])[] = [
  [1, 1, 1], [1, 31, 33], [2, 32, 32], [15, 33, 31], [16, 64, 1], [17, 1, 64], [31, 65, 63], [32, 511, 32], [33, 512, 40], [48, 513, 385],
  [64, 700, 384], [65, 100, 383], [511, 40, 70], [513, 530, 20], [530, 514, 33], [20, 70, 800], [700, 20, 30],
];

let seed = 0;

/** -1, 0 and 1: sums of several hundred products stay below 256, which bfloat16 holds exactly. */
function whole(shape: readonly number[]): tf.Tensor {
  const size = shape.reduce((product, length) => product * length, 1);
  const key = randomKey(++seed, 'products');
  const value = (x: number) => (x < 0.1 ? -1 : x > 0.9 ? 1 : 0);
  return tf.tensor(Float32Array.from({ length: size }, (_, i) => value(uniform(key, i))), [...shape]);
}

function product(a: ArrayLike<number>, b: ArrayLike<number>, [m, k, n]: readonly [number, number, number], at: { a: (i: number, l: number) => number; b: (l: number, j: number) => number }): Float32Array {
  const c = new Float32Array(m * n);
  for (let i = 0; i < m; i++) {
    for (let l = 0; l < k; l++) {
      const x = a[at.a(i, l)]!;
      if (x !== 0) for (let j = 0; j < n; j++) c[i * n + j]! += x * b[at.b(l, j)]!;
    }
  }
  return c;
}

torchTest('forward, input gradient and weight gradient of whole numbers are exact in bf16', async (t) => {
  await useEngine('torch', { precision: 'bf16' });
  for (const [rows, inputs, outputs] of sizes) {
    const where = `${rows} x ${inputs} x ${outputs}`;
    const [x, weight, bias, dy] = [whole([rows, inputs]), whole([outputs, inputs]), whole([outputs]), whole([rows, outputs])];
    const [xs, weights, biases, dys] = [await read(x), await read(weight), await read(bias), await read(dy)];
    const y = product(xs, weights, [rows, inputs, outputs], { a: (i, l) => i * inputs + l, b: (l, j) => j * inputs + l }).map((sum, i) => sum + biases[i % outputs]!);
    for (const time of ['first', 'second', 'third', 'fourth']) {
      t.deepEqual(await freed(runFused<tf.Tensor>('RetortLinear', { x, weight, bias })), y, `${where}: the ${time} product`);
    }
    const dx = product(dys, weights, [rows, outputs, inputs], { a: (i, l) => i * outputs + l, b: (l, j) => l * inputs + j });
    t.deepEqual(await freed(runFused<tf.Tensor>('RetortLinearInputGradient', { dy, weight })), dx, `${where}: the input's gradient`);
    const dweight = product(dys, xs, [outputs, rows, inputs], { a: (i, l) => l * outputs + i, b: (l, j) => l * inputs + j });
    t.deepEqual(await freed(runFused<tf.Tensor>('RetortLinearWeightGradient', { dy, x })), dweight, `${where}: the weight's gradient`);
    tf.dispose([x, weight, bias, dy]);
  }
});

torchTest('a weight packed for repeated products is packed anew when the optimiser changes it', async (t) => {
  await useEngine('torch', { precision: 'bf16' });
  const [weight, x] = [tf.variable(tf.ones([40, 40])), tf.ones([40, 40])];
  const [firstMoment, secondMoment] = [tf.variable(tf.zeros([40, 40])), tf.variable(tf.zeros([40, 40]))];
  for (let i = 0; i < 4; i++) t.is((await freed(runFused<tf.Tensor>('RetortLinear', { x, weight })))[0], 40);
  const gradient = tf.ones([40, 40]);
  tf.dispose(adamW([{ parameter: weight, gradient, firstMoment, secondMoment, decays: false }], { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0, maxGradientNorm: 1e9, step: 1, learningRate: 0.5 }));
  t.is((await freed(runFused<tf.Tensor>('RetortLinear', { x, weight })))[0], 20);
  tf.dispose([weight, x, gradient, firstMoment, secondMoment]);
});

async function freed(tensor: tf.Tensor): Promise<Float32Array> {
  const values = Float32Array.from(await read(tensor));
  tensor.dispose();
  return values;
}
