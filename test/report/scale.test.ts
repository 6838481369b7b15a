import fc from 'fast-check';
import test from 'ava';
import { decimalsOf, linearScale, roundTicks, thinCurve } from '../../src/report/scale.ts';

test('ticks are round and cover the data', (t) => {
  t.deepEqual(roundTicks(0.07, 0.71), [0, 0.2, 0.4, 0.6, 0.8]);
  t.deepEqual(roundTicks(0, 1262, 8), [0, 200, 400, 600, 800, 1000, 1200, 1400]);
  t.deepEqual(roundTicks(0.1, 0.3, 2), [0.1, 0.2, 0.3]);
  t.deepEqual([200, 1, 0.5, 0.1, 0.02].map(decimalsOf), [0, 0, 1, 1, 2]);
  fc.assert(
    fc.property(fc.double({ min: -1e6, max: 1e6, noNaN: true }), fc.double({ min: 1e-6, max: 1e6, noNaN: true }), (low, span) => {
      const ticks = roundTicks(low, low + span);
      const slack = 1e-6 * (Math.abs(low) + span);
      return ticks.length >= 2 && ticks.length <= 8 && ticks[0]! <= low + slack && ticks.at(-1)! >= low + span - slack;
    }),
  );
});

test('data that is one value still gets an axis', (t) => {
  for (const value of [0, 0.5, -3, 1e9]) {
    const ticks = roundTicks(value, value);
    t.true(ticks.length >= 2 && ticks[0]! <= value && ticks.at(-1)! >= value, ticks.join());
  }
});

test('a scale maps ends to ends and a lone value to the start', (t) => {
  const scale = linearScale([0, 10], [100, 0]);
  t.deepEqual([0, 2.5, 10].map(scale), [100, 75, 0]);
  t.is(linearScale([3, 3], [5, 9])(3), 5);
});

test('thinning keeps means and extremes, sorts, and leaves out what is not finite', (t) => {
  t.deepEqual(
    thinCurve([{ x: 4, y: 1 }, { x: 1, y: 5 }, { x: 2, y: 7 }, { x: 3, y: NaN }, { x: 5, y: 3 }, { x: 6, y: 9 }], 3),
    [{ x: 1.5, y: 6, low: 5, high: 7 }, { x: 4.5, y: 2, low: 1, high: 3 }, { x: 6, y: 9, low: 9, high: 9 }],
  );
  const points = fc.array(fc.record({ x: fc.nat(), y: fc.double({ min: -9, max: 9, noNaN: true }) }), { minLength: 1, maxLength: 500 });
  fc.assert(
    fc.property(points, fc.integer({ min: 1, max: 50 }), (curve, most) => {
      const thinned = thinCurve(curve, most);
      const highest = Math.max(...curve.map(({ y }) => y));
      return thinned.length <= most && Math.max(...thinned.map(({ high }) => high)) === highest;
    }),
  );
});
