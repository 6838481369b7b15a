import test from 'ava';
import { listed, quoted } from '../../src/text/quoted.ts';

test('values are shown as JSON, numbers that JSON lacks as themselves', (t) => {
  t.deepEqual(['a "b"', 1.5, NaN, Infinity, null, undefined, ['x']].map((value) => quoted(value)), ['"a \\"b\\""', '1.5', 'NaN', 'Infinity', 'null', 'nothing', '["x"]']);
});

test('a message stays short, whatever a file holds', (t) => {
  t.is(quoted('x'.repeat(1_000_000), 3), '"xxx" (and 999997 characters more)');
  t.is(quoted({ a: 'x'.repeat(100) }, 5), '{"a":…');
  const deep = JSON.parse('['.repeat(200_000) + ']'.repeat(200_000)) as unknown;
  t.true(quoted(deep).length < 100);
  t.is(listed(['a', 'b'], 2), 'a, b');
  t.is(listed(['a', 'b', 'c', 'd'], 2), 'a, b and 2 more');
  t.is(listed(['x'.repeat(100)]), `${'x'.repeat(80)}…`);
});
