import test from 'ava';
import { layerNorm } from '../../../src/engine/fused/layer-norm.ts';
import { dropout } from '../../../src/engine/fused/dropout.ts';
import { randomKey } from '../../../src/engine/random.ts';
import * as tf from '../../../src/engine/tf.ts';
import { close, closeTensors, drawn, read } from '../numbers.ts';
import { engineUnderTest } from '../../engine-choice.ts';
import { startEngine } from '../../engine-under-test.ts';

test.before(startEngine);

const epsilon = 1e-12;
const plain = (width: number) => ({ weight: tf.ones([width]), bias: tf.zeros([width]), epsilon });

test('every row gets mean 0 and deviation 1, then weight and bias', async (t) => {
  t.is(tf.getBackend(), engineUnderTest);
  const x = tf.tensor2d([[1, 2, 3, 6], [-400, 0, 0, 400]]);
  const [root, half] = [Math.sqrt(14 / 4), Math.sqrt(0.5)];
  const expected = [-2 / root, -1 / root, 0, 3 / root, -1 / half, 0, 0, 1 / half];
  close(t, 'unit', await read(layerNorm(x, plain(4))), expected);
  const options = { weight: tf.tensor1d([1, 2, 3, 4]), bias: tf.tensor1d([5, 6, 7, 8]), epsilon };
  close(t, 'moved', await read(layerNorm(x, options)), expected.map((value, i) => value * ((i % 4) + 1) + (i % 4) + 5));
});

test('a large common offset costs no accuracy, a constant row gives the bias', async (t) => {
  const x = tf.tensor2d([[1024, 1025, 1026, 1029], [7, 7, 7, 7]]);
  const root = Math.sqrt(14 / 4);
  close(t, 'offset', await read(layerNorm(x, plain(4))), [-2 / root, -1 / root, 0, 3 / root, 0, 0, 0, 0], { absolute: 1e-6 });
});

test('residual and dropout are taken in: norm(residual + dropout(x))', async (t) => {
  const [x, residual] = [drawn('x', [3, 5, 7]), drawn('residual', [3, 5, 7])];
  const hidden = { rate: 0.3, key: randomKey(5) };
  const norm = plain(7);
  await closeTensors(t, 'both', layerNorm(x, { ...norm, residual, dropout: hidden }), layerNorm(tf.add(residual, dropout(x, hidden)), norm));
  await closeTensors(t, 'residual', layerNorm(x, { ...norm, residual }), layerNorm(tf.add(residual, x), norm));
  await closeTensors(t, 'dropout', layerNorm(x, { ...norm, dropout: hidden }), layerNorm(dropout(x, hidden), norm));
});
