import test from 'ava';
import { listed, printable, quoted } from '../../src/storage/quoted.ts';

test('values are shown as JSON, numbers that JSON lacks as themselves', (t) => {
  t.deepEqual(['a "b"', 1.5, NaN, Infinity, null, undefined, ['x']].map((value) => quoted(value)), ['"a \\"b\\""', '1.5', 'NaN', 'Infinity', 'null', 'nothing', '["x"]']);
});

test('a message stays short, whatever a file holds', (t) => {
  t.is(quoted('x'.repeat(1_000_000), 3), '"xxx" (and 999997 characters more)');
  t.is(quoted({ a: 'x'.repeat(100) }, 5), '{"a":"x…');
  const deep = JSON.parse('['.repeat(200_000) + ']'.repeat(200_000)) as unknown;
  t.true(quoted(deep).length < 100);
  t.is(listed(['a', 'b'], 2), 'a, b');
  t.is(listed(['a', 'b', 'c', 'd'], 2), 'a, b and 2 more');
  t.is(listed(['x'.repeat(100)]), `${'x'.repeat(80)}…`);
});

test('nothing that a file holds steers the terminal it is shown on', (t) => {
  t.is(quoted('\u001b[2J\u009b31m'), '"\\u001b[2J\\u009b31m"');
  t.is(printable('a\nb\u0007'), 'a\\u000ab\\u0007');
  t.is(printable('x'.repeat(100), 5), 'xxxxx…');
  t.is(listed(['\u007f']), '\\u007f');
});
