// Steps of decoding in float32 take the way of our own kernels, whose packed weight is kept after a long run of them and given back by any other
// product: of small whole numbers they are exact, whichever way they take.
import { runFused } from '../../../src/engine/fused/fused-op.ts';
import { useEngine } from '../../../src/engine/engine.ts';
import { randomKey, uniform } from '../../../src/engine/random.ts';
import * as tf from '../../../src/engine/tf.ts';
import { read } from '../numbers.ts';
import { torchTest } from './built.ts';

/** -4 to 4. */
function whole(name: string, [rows, columns]: readonly [number, number]): number[] {
  const key = randomKey(3, name);
  return Array.from({ length: rows * columns }, (_, i) => Math.floor(uniform(key, i) * 9) - 4);
}

torchTest('steps of decoding in fp32 are exact before and after their weight is packed, and around products of many rows or tokens', async (t) => {
  await useEngine('torch', { precision: 'fp32' });
  for (const [inputs, outputs] of [[65, 33], [128, 100]] as const) {
    const weights = whole('weight', [outputs, inputs]);
    const weight = tf.tensor2d(weights, [outputs, inputs]);
    for (let time = 1; time <= 80; time++) {
      const [rows, tokens] = time === 40 ? [300, 1] : time === 76 ? [6, 3] : [1 + (time % 7), 1];
      const xs = whole(`x ${time}`, [rows, inputs]);
      const y = tf.tidy(() => runFused<tf.Tensor>('RetortLinear', { x: tf.tensor3d(xs, [rows / tokens, tokens, inputs]), weight }));
      const expected = Array.from({ length: rows * outputs }, (_, at) => {
        const [i, j] = [Math.floor(at / outputs), at % outputs];
        let sum = 0;
        for (let l = 0; l < inputs; l++) sum += xs[i * inputs + l]! * weights[j * inputs + l]!;
        return sum;
      });
      t.deepEqual(await read(y), expected, `product ${time}, of ${rows} tokens, ${tokens} a row`);
      y.dispose();
    }
    weight.dispose();
  }
});
