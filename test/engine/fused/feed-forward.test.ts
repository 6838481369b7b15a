import test from 'ava';
import { feedForward } from '../../../src/engine/fused/feed-forward.ts';
import { runFused } from '../../../src/engine/fused/fused-op.ts';
import * as tf from '../../../src/engine/tf.ts';
import { drawn, read } from '../numbers.ts';
import { engineUnderTest } from '../../engine-choice.ts';
import { startEngine } from '../../engine-under-test.ts';

test.before(startEngine);

if (engineUnderTest === 'torch') test('and then keeps nothing of its expansion', (t) => {
  const inputs = { x: drawn('x', [5, 19]), expansion: drawn('expansion', [37, 19]), expansionBias: drawn('b1', [37]), contraction: drawn('contraction', [19, 37]), contractionBias: drawn('b2', [19]) };
  const sizes = (gradient: boolean) => runFused<tf.Tensor[]>('RetortFeedForward', inputs, { gradient }).map(({ size }) => size);
  t.deepEqual([sizes(true), sizes(false)], [[5 * 19, 5 * 37, 5 * 37], [5 * 19, 0, 0]]);
});

test('where no gradient is asked for, the block gives the same bits, of few rows and of many', async (t) => {
  t.is(tf.getBackend(), engineUnderTest);
  const expansion = { weight: drawn('expansion', [37, 19]), bias: drawn('b1', [37]) };
  const contraction = { weight: drawn('contraction', [19, 37]), bias: drawn('b2', [19]) };
  for (const rows of [3, 301]) {
    const x = drawn('x', [rows, 1, 19]);
    const alone = feedForward(x, { expansion, contraction });
    let recorded: tf.Tensor | undefined;
    tf.grad((moved) => (recorded = tf.keep(feedForward(moved, { expansion, contraction }))))(x).dispose();
    t.deepEqual(alone.shape, [rows, 1, 19]);
    t.deepEqual(await read(alone), await read(recorded!));
  }
});
