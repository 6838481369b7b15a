import test from 'ava';
import { spread } from '../../src/evaluate/spread.ts';
import { drawDotPlot } from '../../src/report/dot-plot.ts';

const rows = [
  { name: '<student>', role: 'student', spread: spread([0.9, 0.91, 0.92]) },
  { name: 'teacher', role: 'teacher', spread: spread([0.95]) },
];

test('a row each: a dot at the mean, a bar over the interval where there is one', (t) => {
  const svg = drawDotPlot(rows, { title: 'accuracy', label: 'accuracy, %', factor: 100 })!.text;
  const dots = [...svg.matchAll(/<circle cx="([\d.]+)"/g)].map(([, x]) => Number(x));
  t.is(dots.length, 2);
  t.true(dots[0]! < dots[1]!);
  const bars = [...svg.matchAll(/<line x1="([\d.]+)" x2="([\d.]+)"/g)].map(([, x1, x2]) => [Number(x1), Number(x2)] as const);
  t.is(bars.length, 1);
  t.true(Math.abs((bars[0]![0] + bars[0]![1]) / 2 - dots[0]!) < 0.2);
  t.true(svg.includes('&lt;student&gt;') && svg.includes('class="dot teacher"'));
});

test('one row is no comparison', (t) => {
  t.is(drawDotPlot(rows.slice(0, 1), { title: '', label: '' }), undefined);
});
