import test from 'ava';
import { drawLineChart, seriesColours } from '../../src/report/svg-chart.ts';
import type { Chart } from '../../src/report/svg-chart.ts';

const chart = (series: Chart['series'], size: 'small' | 'wide' = 'small'): string | undefined =>
  drawLineChart({ title: 'Loss & <co>', xLabel: 'step', yLabel: 'loss', series }, size)?.text;
const line = (name: string, count = 3) => ({ name, points: Array.from({ length: count }, (_, x) => ({ x, y: x / count })) });
const countOf = (text: string, part: string): number => text.split(part).length - 1;

test('a chart has its axes, a line a series and a legend, all text escaped', (t) => {
  const svg = chart([line('student'), line('<teacher>')])!;
  t.is(countOf(svg, '<g class="series-'), 2);
  t.is(countOf(svg, '<li>'), 2);
  t.true(svg.includes('Loss &amp; &lt;co&gt;') && svg.includes('&lt;teacher&gt;') && !svg.includes('<teacher>'));
  t.true(svg.includes('>step</text>') && svg.includes('>loss</text>'));
});

test('every coordinate lies on the paper', (t) => {
  const svg = chart([{ name: 'wild', points: [{ x: 3, y: -1e6 }, { x: 9e6, y: 1e6 }, { x: 7, y: NaN }, { x: NaN, y: 1 }] }])!;
  t.false(/NaN|Infinity|undefined/.test(svg));
  const [, width, height] = /viewBox="0 0 (\d+) (\d+)"/.exec(svg)!.map(Number) as [number, number, number];
  const places = [...svg.matchAll(/[ML](-?[\d.]+) (-?[\d.]+)/g)].map(([, x, y]) => [Number(x), Number(y)] as const);
  t.true(places.length >= 2);
  t.true(places.every(([x, y]) => x >= 0 && x <= width && y >= 0 && y <= height));
});

test('higher values are drawn higher, later steps further right', (t) => {
  const [first, second] = [...chart([{ name: 'up', points: [{ x: 1, y: 1 }, { x: 2, y: 2 }] }])!.matchAll(/<circle cx="([\d.]+)" cy="([\d.]+)"/g)];
  t.true(Number(second![1]) > Number(first![1]) && Number(second![2]) < Number(first![2]));
});

test('a long curve is thinned to a line within a band, a short one shows its points', (t) => {
  const long = chart([line('long', 20_000)])!;
  t.true(long.includes('class="band"') && !long.includes('<circle') && long.length < 20_000);
  const short = chart([line('short', 5)])!;
  t.true(!short.includes('class="band"') && countOf(short, '<circle') === 5);
});

test('a wide chart is drawn for pages and for phones', (t) => {
  const text = chart([line('a'), line('b')], 'wide')!;
  t.deepEqual([...text.matchAll(/<svg class="(for-\w+)" viewBox="0 0 (\d+)/g)].map(([, ...parts]) => parts), [['for-pages', '880'], ['for-phones', '430']]);
  t.is(countOf(text, '<figure'), 1);
  t.is(countOf(text, '<li>'), 2);
});

test('series of a group share a colour and a line of the legend, and are drawn thin', (t) => {
  const grouped = ['a, seed 1', 'a, seed 2', 'b'].map((name) => ({ ...line(name, 200), group: name.replace(/, seed \d/, ''), colour: name === 'b' ? 4 : 2 }));
  const text = chart(grouped)!;
  t.is(countOf(text, '<g class="series-2 several">'), 2);
  t.is(countOf(text, '<g class="series-4">'), 1);
  t.is(countOf(text, 'class="band"'), 1);
  t.true(text.includes('</svg>a, 2 seeds</li>') && text.includes('</svg>b</li>'));
});

test('more series than colours are told apart by dashes', (t) => {
  const svg = chart(Array.from({ length: seriesColours + 1 }, (_, index) => line(`run ${index}`)))!;
  t.is(countOf(svg, 'series-0 dashed'), 2);
});

test('nothing to draw is no chart, and a lone series has no legend', (t) => {
  t.is(chart([]), undefined);
  t.is(chart([{ name: 'diverged', points: [{ x: 1, y: NaN }] }]), undefined);
  t.false(chart([line('alone'), { name: 'empty', points: [] }])!.includes('legend'));
});
