import test from 'ava';
import { linear } from '../../../src/engine/fused/linear.ts';
import * as tf from '../../../src/engine/tf.ts';
import { drawn, read } from '../numbers.ts';
import { engineUnderTest } from '../../engine-choice.ts';
import { startEngine } from '../../engine-under-test.ts';

test.before(startEngine);

const weight = () => tf.tensor2d([[1, 2, 3], [4, 5, 6]]); // [out 2, in 3]

test('y = x Wᵀ + b, whatever leads the last axis', async (t) => {
  t.is(tf.getBackend(), engineUnderTest);
  const bias = tf.tensor1d([10, 20]);
  const flat = linear(tf.tensor2d([[1, 0, 0], [1, 1, 1]]), { weight: weight(), bias });
  t.deepEqual(flat.shape, [2, 2]);
  t.deepEqual(await read(flat), [11, 24, 16, 35]);
  const deep = linear(tf.tensor4d([1, 0, 0, 1, 1, 1], [1, 2, 1, 3]), { weight: weight(), bias });
  t.deepEqual(deep.shape, [1, 2, 1, 2]);
  t.deepEqual(await read(deep), [11, 24, 16, 35]);
  t.deepEqual(await read(linear(tf.tensor2d([[1, 1, 1]]), { weight: weight() })), [6, 15]);
});

test('an input of another width is refused with both shapes', (t) => {
  t.throws(() => linear(drawn('x', [2, 5, 4]), { weight: weight() }), { message: /\[2, 5, 4\] does not end in 3.*\[2, 3\]/ });
});
