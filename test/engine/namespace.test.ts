import test from 'ava';
import { tf } from '../../src/engine/namespace.ts';
import * as doorway from '../../src/engine/tf.ts';
import { engineUnderTest } from '../engine-choice.ts';
import { startEngine } from '../engine-under-test.ts';

test('the public namespace is the doorway: same backend, gradients registered', async (t) => {
  await startEngine();
  t.is(tf.getBackend(), engineUnderTest);
  t.is(tf.engine(), doorway.engine());
  const slope = tf.grad((x) => tf.sum(tf.square(x)))(tf.tensor1d([1, -2, 3]));
  t.deepEqual([...(await slope.data())], [2, -4, 6]);
});
