import fc from 'fast-check';
import test from 'ava';
import { spread, studentT95 } from '../../src/evaluate/spread.ts';

test('three seeds: mean, sample deviation and the wide interval of so few', (t) => {
  const { interval, deviation, ...rest } = spread([0.9, 0.92, 0.94]);
  t.like(rest, { count: 3, min: 0.9, max: 0.94 });
  t.true(Math.abs(rest.mean - 0.92) < 1e-12);
  t.true(Math.abs(deviation! - 0.02) < 1e-12);
  // 4.302653 * 0.02 / sqrt(3)
  t.true(Math.abs(interval![1] - interval![0] - 2 * 0.0496828) < 1e-6);
});

test('one seed has a score and no spread', (t) => {
  t.deepEqual(spread([0.5]), { count: 1, mean: 0.5, min: 0.5, max: 0.5 });
});

test('a failed run is refused by its place', (t) => {
  t.throws(() => spread([0.5, NaN]), { message: /score 2 of 2 is NaN/ });
  t.throws(() => spread([]), { message: /no score/ });
});

/** The distribution function of Student's t by Simpson's rule over the angle atan(t / sqrt(df)). */
function studentT(value: number, degreesOfFreedom: number): number {
  const intervals = 2000;
  const step = Math.atan(value / Math.sqrt(degreesOfFreedom)) / intervals;
  // Γ((v+1)/2) / (Γ(v/2) sqrt(π)), by its recurrence from v = 1 and v = 2.
  let constant = degreesOfFreedom % 2 === 1 ? 1 / Math.PI : 0.5;
  for (let v = degreesOfFreedom % 2 === 1 ? 1 : 2; v < degreesOfFreedom; v += 2) constant *= (v + 1) / v;
  let sum = 0;
  for (let index = 0; index <= intervals; index++) {
    const weight = index === 0 || index === intervals ? 1 : index % 2 === 1 ? 4 : 2;
    sum += weight * Math.cos(index * step) ** (degreesOfFreedom - 1);
  }
  return 0.5 + (constant * sum * step) / 3;
}

test('the t quantile leaves 2.5 % above it, tabled or expanded', (t) => {
  for (const degreesOfFreedom of [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 15, 30, 99, 100]) {
    t.true(Math.abs(studentT(studentT95(degreesOfFreedom), degreesOfFreedom) - 0.975) < 1e-6, `${degreesOfFreedom} degrees of freedom`);
  }
});

test('moving every score moves the whole spread along', (t) => {
  const scores = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 2, maxLength: 12 });
  fc.assert(
    fc.property(scores, fc.double({ min: -1, max: 1, noNaN: true }), (values, shift) => {
      const here = spread(values);
      const there = spread(values.map((value) => value + shift));
      const near = (left: number, right: number): boolean => Math.abs(left - right) < 1e-9;
      return near(there.mean, here.mean + shift) && near(there.deviation!, here.deviation!) && near(there.interval![0], here.interval![0] + shift);
    }),
  );
  t.pass();
});
