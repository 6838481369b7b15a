import test from 'ava';
import { logSoftmax, probabilitiesOf } from '../../src/evaluate/softmax.ts';

test('probabilities of known logits, row by row', (t) => {
  const probabilities = probabilitiesOf([0, Math.log(3), Math.log(2), 0, 0, Math.log(2)], 2);
  [1 / 4, 3 / 4, 2 / 3, 1 / 3, 1 / 3, 2 / 3].forEach((expected, at) => t.true(Math.abs((probabilities[at] ?? NaN) - expected) < 1e-15));
});

test('neither large logits nor large shifts matter', (t) => {
  t.deepEqual([...probabilitiesOf([1e6, 1e6 - 800, -1e6, -1e6], 2)], [1, 0, 0.5, 0.5]);
  t.deepEqual([...probabilitiesOf([0, -Infinity], 2)], [1, 0]);
  t.is(logSoftmax([0, -800], 0, 2)[1], -800, 'logarithms keep what probabilities lose');
});

test('logits that give no distribution are told by their place', (t) => {
  for (const row of [[NaN, 0], [Infinity, 0], [-Infinity, -Infinity]]) t.throws(() => probabilitiesOf([0, 0, ...row], 2), { message: /^the logits of example 1 give no distribution: the largest is (NaN|-?Infinity)$/ });
  t.throws(() => probabilitiesOf([1, 2, 3], 2), { message: /do not make whole rows/ });
});
