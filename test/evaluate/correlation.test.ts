// Reference numbers: scipy 1.17. The fixture `metrics/correlation` is run by test/fixtures.test.ts.
import fc from 'fast-check';
import test from 'ava';
import { averageRanks, pearson, spearman } from '../../src/evaluate/correlation.ts';

const near = (actual: number, expected: number): boolean => Math.abs(actual - expected) < 1e-14;
const x = [3, -1.5, 2, 2, 0.25, -1.5, 7, 2];
const y = [1, 0, 2.5, 1, 1, -3, 4, 0];

test('with ties, as scipy has it', (t) => {
  t.true(near(pearson(x, y), 0.8192362775621933));
  t.true(near(spearman(x, y), 0.7531645569620254));
  t.deepEqual([...averageRanks(x)], [7, 1.5, 5, 5, 3, 1.5, 8, 5]);
  t.deepEqual([...averageRanks(y)], [5, 2.5, 7, 5, 5, 1, 8, 2.5]);
});

test('lists that do not vary have no correlation, whatever their mean rounds to', (t) => {
  for (const constant of [[0.1, 0.1, 0.1], [0, -0, 0], [1e300, 1e300, 1e300]]) {
    for (const correlation of [pearson, spearman]) {
      t.is(correlation(constant, [1, 2, 4]), NaN);
      t.is(correlation([1, 2, 4], constant), NaN);
    }
  }
});

test('NaN anywhere is NaN; an infinity has a rank', (t) => {
  for (const correlation of [pearson, spearman]) t.is(correlation([1, NaN, 3], [1, 2, 3]), NaN);
  t.true(near(spearman([1, 2, 3, Infinity], [1, 2, 4, 3]), 0.8));
  t.true(near(spearman([Infinity, Infinity, -Infinity], [2, 2, 1]), 1));
});

test('two pairs are a line', (t) => {
  t.true(near(pearson([1, 2], [5, 3]), -1) && near(spearman([1, 2], [0, 9]), 1));
});

test('sizes neither overflow nor vanish', (t) => {
  for (const size of [1e200, 1e-200]) t.true(near(pearson([size, 2 * size, -size], [1, 2, -1]), 1));
});

test('too few and unequal lists are refused', (t) => {
  for (const correlation of [pearson, spearman]) {
    t.throws(() => correlation([], []), { message: 'a correlation wants at least two pairs, not 0' });
    t.throws(() => correlation([1], [1]), { message: 'a correlation wants at least two pairs, not 1' });
    t.throws(() => correlation([1, 2], [1, 2, 3]), { message: '2 values cannot be correlated with 3' });
  }
});

const lists = fc.array(fc.tuple(fc.integer({ min: -4, max: 4 }), fc.integer({ min: -4, max: 4 })), { minLength: 2, maxLength: 12 });

test('both lie in -1..1, are symmetric, and do not see shift and scale; ranks see order alone', (t) => {
  fc.assert(fc.property(lists, (pairs) => {
    const [a, b] = [pairs.map(([first]) => first), pairs.map(([, second]) => second)];
    for (const correlation of [pearson, spearman]) {
      const value = correlation(a, b);
      if (Number.isNaN(value)) {
        t.true(new Set(a).size === 1 || new Set(b).size === 1);
        continue;
      }
      t.true(Math.abs(value) <= 1 && near(value, correlation(b, a)));
      t.true(Math.abs(correlation(a.map((entry) => 3 * entry - 7), b) - value) < 1e-12);
    }
    const cubed = a.map((entry) => entry ** 3);
    t.deepEqual(averageRanks(cubed), averageRanks(a));
    t.is(averageRanks(a).reduce((sum, rank) => sum + rank, 0), (a.length * (a.length + 1)) / 2);
  }));
});
