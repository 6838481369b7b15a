import test from 'ava';
import { dropout, dropoutAttributes, dropoutMask, residualDropout } from '../../../src/engine/fused/dropout.ts';
import { fold, randomKey } from '../../../src/engine/random.ts';
import * as tf from '../../../src/engine/tf.ts';
import { closeTensors, drawn, read } from '../numbers.ts';
import { engineUnderTest } from '../../engine-choice.ts';
import { startEngine } from '../../engine-under-test.ts';

test.before(startEngine);

const key = randomKey(11, 'dropout');

test('the kept share is near 1 - rate, and kept values are scaled by 1 / (1 - rate)', async (t) => {
  t.is(tf.getBackend(), engineUnderTest);
  for (const rate of [0.1, 0.5, 0.9]) {
    const values = await read(dropout(tf.ones([100_000]), { rate, key }));
    const kept = values.filter((value) => value !== 0);
    t.true(Math.abs(kept.length / values.length - (1 - rate)) < 0.01, `rate ${rate}: kept ${kept.length}`); // six standard deviations at rate 0.5
    t.true(kept.every((value) => value === Math.fround(1 / (1 - rate))));
  }
});

test('forward, backward and the mask agree element by element', async (t) => {
  const options = { rate: 0.4, key };
  const ones = tf.ones([7, 31]);
  const mask = await read(dropoutMask([7, 31], dropoutAttributes(options)));
  t.deepEqual(await read(dropout(ones, options)), mask);
  t.deepEqual(await read(tf.grad((x) => tf.sum(dropout(x, options)))(drawn('x', [7, 31]))), mask);
  t.deepEqual(await read(tf.grad((x) => tf.sum(residualDropout(x, ones, options)))(drawn('x', [7, 31]))), mask);
});

test('rows that stand apart are masked as in the tensor they are of', async (t) => {
  const whole = tf.reshape(dropout(tf.ones([4, 5, 7]), { rate: 0.4, key }), [4, 5, 7]);
  const first = tf.slice(whole, [0, 0, 0], [4, 1, 7]);
  t.deepEqual(await read(dropout(tf.ones([4, 1, 7]), { rate: 0.4, key, rowStep: 5 })), await read(first));
});

test('the same key draws the same mask, another key another', async (t) => {
  const draw = async (index: number) => read(dropout(tf.ones([256]), { rate: 0.5, key: fold(key, index) }));
  t.deepEqual(await draw(1), await draw(1));
  const [one, two] = [await draw(1), await draw(2)];
  const agreement = one.filter((value, i) => value === two[i]).length / one.length;
  t.true(agreement > 0.3 && agreement < 0.7, `${agreement}`);
});

test('no options or a rate of 0 is the identity', async (t) => {
  const [x, residual] = [drawn('x', [3, 5]), drawn('residual', [3, 5])];
  t.is(dropout(x, undefined), x);
  t.is(dropout(x, { rate: 0, key }), x);
  await closeTensors(t, 'residual', residualDropout(x, residual, undefined), tf.add(x, residual), { relative: 0, absolute: 0 });
});

test('a rate outside [0, 1) is refused', (t) => {
  const x = tf.ones([2]);
  t.throws(() => dropout(x, { rate: 1, key }), { message: /rate must lie in \[0, 1\), not 1/ });
  t.throws(() => residualDropout(x, x, { rate: 1.5, key }), { message: /not 1.5/ });
});
