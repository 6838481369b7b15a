import test from 'ava';
import { Sinusoids } from '../../src/nn/sinusoids.ts';

test('sines, then cosines, of the same periods; an odd width has a sine more', (t) => {
  const [even, odd] = [new Sinusoids(6).rows(3, 1), new Sinusoids(5).rows(2, 1)];
  const period = (unit: number, width: number) => 10_000 ** ((2 * unit) / width);
  t.deepEqual([...even], [0, 1, 2].map((unit) => Math.fround(Math.sin(3 / period(unit, 6)))).concat([0, 1, 2].map((unit) => Math.fround(Math.cos(3 / period(unit, 6))))));
  t.deepEqual([...odd], [0, 1, 2].map((unit) => Math.fround(Math.sin(2 / period(unit, 5)))).concat([0, 1].map((unit) => Math.fround(Math.cos(2 / period(unit, 5))))));
});

test('a row is the same whenever it is asked for', (t) => {
  const table = new Sinusoids(4);
  const first = [...table.rows(0, 2)];
  const later = [...table.rows(7, 3)];
  t.deepEqual([...table.rows(0, 2)], first);
  t.deepEqual([...new Sinusoids(4).rows(7, 3)], later);
  t.deepEqual(first, [0, 0, 1, 1, ...[1, 0.01].map((angle) => Math.fround(Math.sin(angle))), ...[1, 0.01].map((angle) => Math.fround(Math.cos(angle)))]);
});
