import test from 'ava';
import { quantile } from '../../src/evaluate/quantile.ts';

test('numpy\'s quantiles of 1, 2, 3, 4', (t) => {
  const at = (ratio: number) => quantile([1, 2, 3, 4], ratio);
  t.deepEqual([at(0), at(0.5), at(1)], [1, 2.5, 4]);
  t.true(Math.abs(at(0.025) - 1.075) < 1e-12 && Math.abs(at(0.975) - 3.925) < 1e-12);
});

test('one value is every quantile, and equal infinities stay one', (t) => {
  t.deepEqual([0, 0.3, 1].map((ratio) => quantile([7], ratio)), [7, 7, 7]);
  t.is(quantile([Infinity, Infinity], 0.5), Infinity);
});

test('there is no quantile of nothing, or beyond the sample', (t) => {
  t.throws(() => quantile([], 0.5), { message: 'there is no quantile 0.5 of 0 values' });
  for (const ratio of [-0.1, 1.1, NaN]) t.throws(() => quantile([1, 2], ratio), { message: /^there is no quantile/ });
});
