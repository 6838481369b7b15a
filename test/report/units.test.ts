import fc from 'fast-check';
import test from 'ava';
import { formatBytes, formatCount, formatDecimal, formatDuration, formatMagnitude, formatPercent } from '../../src/report/units.ts';

test('numbers read the same on every machine', (t) => {
  t.deepEqual([1261.6, 0, -12345, NaN].map(formatCount), ['1,262', '0', '-12,345', '–']);
  t.deepEqual([980, 51_200, 22_713_216, 999_960, 7e12].map(formatMagnitude), ['980', '51.2 k', '22.7 M', '1.00 M', '7.00 T']);
  t.deepEqual([999, 45_400_000, 1200].map(formatBytes), ['999 B', '45.4 MB', '1.20 kB']);
  t.deepEqual([0.9124, 1, 0].map(formatPercent), ['91.2 %', '100.0 %', '0.0 %']);
  t.deepEqual([0.21345, 12.3456, 123.456, 12345.6, 0.00012, 0, NaN].map(formatDecimal), ['0.2135', '12.35', '123.5', '12,346', '1.20e-4', '0', 'NaN']);
});

test('durations carry over: no 60 s, no 60 min, no 24 h', (t) => {
  t.deepEqual(
    [0, 999.4, 999.6, 59_949, 59_960, 192_000, 3_599_600, 7_500_000, 86_399_999, 100_800_000, NaN, -1].map(formatDuration),
    ['0 ms', '999 ms', '1.0 s', '59.9 s', '1 min 0 s', '3 min 12 s', '1 h 0 min', '2 h 5 min', '1 d 0 h', '1 d 4 h', '–', '–'],
  );
  fc.assert(fc.property(fc.double({ min: 0, max: 1e9, noNaN: true }), (milliseconds) => !/\b60 (s|min)|\b24 h|1000 ms/.test(formatDuration(milliseconds))));
});

test('a magnitude never shows more than three digits before the point', (t) => {
  fc.assert(fc.property(fc.double({ min: 0, max: 9e14, noNaN: true }), (count) => /^\d{1,3}(\.\d+)?( [kMGT])?$/.test(formatMagnitude(count))));
  t.pass();
});
