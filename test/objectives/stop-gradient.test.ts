import test from 'ava';
import { leaks } from '../../src/engine/memory.ts';
import { sweep } from '../../src/engine/sweep.ts';
import * as tf from '../../src/engine/tf.ts';
import { stopGradient } from '../../src/objectives/stop-gradient.ts';
import { close, drawn, read } from '../engine/numbers.ts';
import { engineUnderTest } from '../engine-choice.ts';
import { startEngine } from '../engine-under-test.ts';

test.before(startEngine);

test('the value is the same; what went in gets zeros, even through what has no gradient', async (t) => {
  t.is(tf.getBackend(), engineUnderTest);
  const [held, free] = [tf.variable(drawn('held', [3, 2])), tf.variable(drawn('free', [3, 2]))];
  const positive = (tensor: tf.Tensor) => tf.cast(tf.greater(tensor, 0), 'float32');
  const { loss, gradients } = sweep(() => tf.sum(tf.mul(free, stopGradient((a, b) => tf.mul(positive(a), b), held, free))), [held, free]);
  const [a, b] = [await read(held), await read(free)];
  close(t, 'value', await read(loss), [a.reduce((sum, one, i) => sum + (one > 0 ? b[i]! ** 2 : 0), 0)]);
  t.deepEqual(await read(gradients.get(held)!), [0, 0, 0, 0, 0, 0]);
  close(t, 'free', await read(gradients.get(free)!), a.map((one, i) => (one > 0 ? b[i]! : 0)));
});

test.serial('nothing of the computation is left, with or without a sweep', async (t) => {
  const held = tf.variable(drawn('held', [4]));
  const left = await leaks(() => {
    const square = () => stopGradient((values) => tf.square(tf.add(values, 1)), held);
    tf.dispose(tf.tidy(square));
    const { loss, gradients } = sweep(() => tf.sum(tf.mul(held, square())), [held]);
    tf.dispose([loss, ...gradients.values()]);
  });
  t.deepEqual(left, { tensors: 0, buffers: 0 });
});
