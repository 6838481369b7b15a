import test from 'ava';
import { drawBinPlot } from '../../src/report/bin-plot.ts';
import type { Bin } from '../../src/report/bin-plot.ts';

const plot = { title: 'student', note: 'a note', xLabel: 'confidence', yLabel: 'right' };
const bins: Bin[] = [{ low: 0, high: 0.5, count: 0, ratio: NaN }, { low: 0.5, high: 0.75, count: 5, ratio: 0.5 }, { low: 0.75, high: 1, count: 10, ratio: 1 }];
const numbersOf = (svg: string, className: string): number[][] =>
  [...svg.matchAll(new RegExp(`<rect class="${className}" x="(.*?)" y="(.*?)" width="(.*?)" height="(.*?)"/>`, 'g'))].map(([, ...numbers]) => numbers.map(Number));

test('a bar for each bin that holds examples: as high as its ratio, its strip as high as its share of the fullest', (t) => {
  const svg = drawBinPlot({ ...plot, bins })?.text ?? '';
  const bars = numbersOf(svg, 'bar');
  t.is(bars.length, 2);
  const [half, whole] = bars as [number[], number[]];
  t.true(Math.abs(half[3]! * 2 - whole[3]!) < 0.2, 'half as high');
  t.true(half[0]! + half[2]! < whole[0]!, 'they do not touch');
  const [fewer, most] = numbersOf(svg, 'strip') as [number[], number[]];
  t.is(fewer[3]! * 2, most[3]!);
  t.true(svg.includes('50.0 % to 75.0 %: right 50.0 %, 5 examples'));
  t.false(svg.includes('NaN'));
});

test('the diagonal is drawn when asked for; without examples nothing is', (t) => {
  t.false(drawBinPlot({ ...plot, bins })?.text.includes('ideal'));
  t.true(drawBinPlot({ ...plot, bins, diagonal: true })?.text.includes('class="ideal"'));
  t.is(drawBinPlot({ ...plot, bins: [bins[0]!] }), undefined);
  t.is(drawBinPlot({ ...plot, bins: [] }), undefined);
});
