import test from 'ava';
import { spread } from '../../src/evaluate/spread.ts';
import { drawDotPlot } from '../../src/report/dot-plot.ts';

const rows = [
  { name: '<student>', role: 'student', spread: spread([0.9, 0.91, 0.92]) },
  { name: 'teacher', role: 'teacher', spread: spread([0.95]) },
];

test('a row each: a dot at the mean, a bar over the interval where there is one', (t) => {
  const html = drawDotPlot(rows, { title: 'accuracy', label: 'accuracy, %', factor: 100 })!.text;
  const dots = [...html.matchAll(/class="mean" style="left: ([\d.]+)%"/g)].map(([, left]) => Number(left));
  t.is(dots.length, 2);
  t.true(dots[0]! < dots[1]!);
  const bars = [...html.matchAll(/class="reach" style="left: ([\d.]+)%; width: ([\d.]+)%"/g)].map(([, left, width]) => [Number(left), Number(width)] as const);
  t.is(bars.length, 1);
  t.true(Math.abs(bars[0]![0] + bars[0]![1] / 2 - dots[0]!) < 0.2);
  t.true([...dots, ...bars.flat()].every((place) => place >= 0 && place <= 100));
  t.true(html.includes('&lt;student&gt;') && html.includes('class="track teacher"'));
});

test('one row is no comparison', (t) => {
  t.is(drawDotPlot(rows.slice(0, 1), { title: '', label: '' }), undefined);
});
