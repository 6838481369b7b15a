import test from 'ava';
import { drawScatter } from '../../src/report/scatter.ts';

const words = { title: 'Scores', note: 'a dot an example', xLabel: 'teacher', yLabel: 'student' };

test('a dot for each point, both axes alike, and the line of equal values from corner to corner', (t) => {
  const text = drawScatter([{ x: 0, y: 5 }, { x: 5, y: 0 }, { x: 2, y: NaN }], words)?.text ?? '';
  const dots = [...text.matchAll(/<circle cx="([\d.]+)" cy="([\d.]+)"/g)].map(([, x, y]) => [Number(x), Number(y)]);
  t.deepEqual(dots, [[46, 10], [290, 254]]);
  t.regex(text, /class="ideal" x1="46" y1="254" x2="290" y2="10"/);
});

test('without a finite point there is no picture; equal points are one', (t) => {
  t.is(drawScatter([{ x: NaN, y: 1 }], words), undefined);
  t.truthy(drawScatter([{ x: 3, y: 3 }, { x: 3, y: 3 }], words));
});
