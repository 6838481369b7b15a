import fc from 'fast-check';
import test from 'ava';
import { bits, fold, type Key, normals, permutation, randomKey, uniform } from '../../src/engine/random.ts';

const word = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
const anyKey = fc.record({ high: word, low: word });
const index = fc.nat(0xffff_ffff);
const part = fc.oneof(fc.string({ maxLength: 5 }), fc.maxSafeInteger());
const same = (a: Key, b: Key) => a.high === b.high && a.low === b.low;

test('frozen values: every engine and every later version must draw these', (t) => {
  const key = randomKey(42, 'dropout', 3);
  t.deepEqual(key, { high: 1667460853, low: -1649024932 });
  t.deepEqual([0, 1, 2, 1000, 0xffff_ffff].map((i) => bits(key, i)), [2763730490, 57142922, 3134895068, 2755689930, 129696189]);
  t.deepEqual(randomKey(0), { high: 1795327651, low: 1926425645 });
  t.deepEqual(randomKey(Number.MAX_SAFE_INTEGER, -1), { high: 768974988, low: -1833342341 });
  t.deepEqual(fold(key, 'é', 2 ** 40 + 1), { high: 606862127, low: -1006664989 });
  t.deepEqual([...permutation(8, key)], [1, 5, 2, 4, 6, 3, 0, 7]);
  t.deepEqual([...normals(4, key)], [0.9357231259346008, 0.07840488106012344, 0.22496560215950012, 0.7609776258468628]);
});

test('a key and an index always give the same 32 bits, and uniform lies in [0, 1)', (t) => {
  fc.assert(
    fc.property(anyKey, index, (key, i) => {
      const drawn = bits(key, i);
      const share = uniform({ ...key }, i);
      return drawn === bits({ ...key }, i) && Number.isInteger(drawn) && drawn >= 0 && drawn < 2 ** 32 && share >= 0 && share < 1 && share === drawn / 2 ** 32;
    }),
  );
  t.pass();
});

test('different paths give different keys', (t) => {
  const root = randomKey(1);
  t.false(same(fold(root, 'ab', 'c'), fold(root, 'a', 'bc')));
  t.false(same(fold(root, 'a', 'b'), fold(root, 'aSb')));
  t.false(same(fold(root, 1), fold(root, '1')));
  t.false(same(fold(root, 1), fold(root, 1 + 2 ** 32)));
  t.false(same(fold(root, 0), fold(root)));
  t.false(same(fold(root, ''), fold(root)));
  fc.assert(
    fc.property(fc.array(part, { maxLength: 4 }), fc.array(part, { maxLength: 4 }), (a, b) => {
      return same(fold(root, ...a), fold(root, ...b)) === (JSON.stringify(a) === JSON.stringify(b));
    }),
    { numRuns: 500 },
  );
});

test('folding step by step is folding at once', (t) => {
  fc.assert(fc.property(anyKey, part, part, (key, a, b) => same(fold(fold(key, a), b), fold(key, a, b))));
  t.pass();
});

test('ten thousand neighbouring keys are all different, and so are their first bits, nearly', (t) => {
  const keys = Array.from({ length: 10_000 }, (_, step) => randomKey(3, 'step', step));
  t.is(new Set(keys.map(({ high, low }) => `${high} ${low}`)).size, keys.length);
  t.true(new Set(keys.map((key) => bits(key, 0))).size > keys.length - 5); // by chance 0.01 pairs meet
});

test('each bit is set half of the time, along indices and along keys', (t) => {
  const count = 20_000;
  const along = { indices: (i: number) => bits(randomKey(9), i), keys: (i: number) => bits(randomKey(9, i), 0) };
  for (const [what, draw] of Object.entries(along)) {
    const set = new Array<number>(32).fill(0);
    for (let i = 0; i < count; i++) {
      const word32 = draw(i);
      for (let bit = 0; bit < 32; bit++) set[bit]! += (word32 >>> bit) & 1;
    }
    // Five standard deviations of a fair coin.
    set.forEach((times, bit) => { t.true(Math.abs(times - count / 2) < 2.5 * Math.sqrt(count), `${what}, bit ${bit}: ${times}`); });
  }
});

test('uniform fills its range evenly: chi-squared over 100 bins', (t) => {
  const key = randomKey(17, 'bins');
  const bins = new Array<number>(100).fill(0);
  for (let i = 0; i < 50_000; i++) bins[Math.floor(uniform(key, i) * 100)]! += 1;
  const chiSquared = bins.reduce((sum, found) => sum + (found - 500) ** 2 / 500, 0);
  t.true(chiSquared > 50 && chiSquared < 165, `${chiSquared}`); // 99 degrees of freedom: both tails beyond 1e-4
});

test('a permutation holds every number once', (t) => {
  fc.assert(
    fc.property(fc.nat(300), anyKey, (count, key) => {
      const order = permutation(count, key);
      return order.length === count && [...order].sort((a, b) => a - b).every((value, i) => value === i);
    }),
  );
  t.pass();
});

test('permutations are even: each number stands at each place about equally often', (t) => {
  const [count, draws] = [6, 6000];
  const found = Array.from({ length: count * count }, () => 0);
  for (let draw = 0; draw < draws; draw++) permutation(count, randomKey(2, draw)).forEach((value, place) => { found[place * count + value]! += 1; });
  found.forEach((times, cell) => { t.true(Math.abs(times - draws / count) < 150, `cell ${cell}: ${times}`); }); // five standard deviations
});

test('normals have mean 0 and the deviation asked for, odd counts included', (t) => {
  for (const [count, deviation] of [[40_001, 1], [40_000, 0.02]] as const) {
    const values = normals(count, randomKey(5, 'normals'), deviation);
    t.is(values.length, count);
    const mean = values.reduce((sum, value) => sum + value, 0) / count;
    const spread = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / count);
    t.true(Math.abs(mean) < (5 * deviation) / Math.sqrt(count));
    t.true(Math.abs(spread / deviation - 1) < 0.02);
    const within = values.filter((value) => Math.abs(value) < deviation).length / count;
    t.true(Math.abs(within - 0.6827) < 0.012, `${within}`);
  }
  t.is(normals(0, randomKey(0)).length, 0);
});

test('a seed that is not a whole number from 0 is refused', (t) => {
  for (const seed of [-1, 0.5, NaN, Infinity, 2 ** 53]) t.throws(() => randomKey(seed), { message: /seed must be a non-negative whole number/ });
});
