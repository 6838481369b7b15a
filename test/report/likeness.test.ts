import test from 'ava';
import { drawLikeness } from '../../src/report/likeness.ts';
import type { Likeness } from '../../src/report/likeness.ts';

const likeness: Likeness = {
  student: 'small', teacher: 'large', classes: ['no', 'yes'], answers: [[30, 10], [0, 60]], agreement: [{ low: 0.5, high: 1, count: 100, ratio: 0.9 }],
};

test('agreement is counted on the diagonal; each cell has its count and its share of the teacher\'s answer', (t) => {
  const text = drawLikeness(likeness)?.text ?? '';
  t.true(text.includes('“small” gives the same answer as “large” to 90 of 100 test examples (90.0 %)'));
  const cells = [...text.matchAll(/<td class="number (same|other)" style="--share: (\d+)%">(\d+)<small>(.*?)<\/small>/g)].map(([, ...parts]) => parts);
  t.deepEqual(cells, [['same', '75', '30', '75.0 %'], ['other', '25', '10', '25.0 %'], ['other', '0', '0', '0.0 %'], ['same', '100', '60', '100.0 %']]);
});

test('of many classes only the bars are drawn', (t) => {
  const classes = Array.from({ length: 13 }, (_, index) => `class ${index}`);
  const text = drawLikeness({ ...likeness, classes, answers: classes.map((_, row) => classes.map((__, column) => (row === column ? 1 : 0))) })?.text ?? '';
  t.false(text.includes('<table'));
  t.true(text.includes('13 of 13'));
});

test('without an answer there is no section, and a class the teacher never names has no shares', (t) => {
  t.is(drawLikeness({ ...likeness, answers: [[0, 0], [0, 0]] }), undefined);
  t.true(drawLikeness({ ...likeness, answers: [[0, 0], [1, 1]] })?.text.includes('0<small>–</small>'));
});
