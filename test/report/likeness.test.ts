import test from 'ava';
import { drawLikeness } from '../../src/report/likeness.ts';
import type { ClassLikeness } from '../../src/report/likeness.ts';

const likeness: ClassLikeness = {
  kind: 'single-label',
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

test('of several classes, whole sets are counted in words and each class in a row, those the teacher names most first', (t) => {
  const classes = [{ name: 'rare', both: 1, teacherOnly: 0, studentOnly: 3 }, { name: 'usual', both: 30, teacherOnly: 10, studentOnly: 0 }];
  const text = drawLikeness({ kind: 'multi-label', student: 'small', teacher: 'large', examples: 50, same: 40, classes, agreement: likeness.agreement })?.text ?? '';
  t.true(text.includes('“small” names the very classes that “large” names for 40 of 50 test examples (80.0 %)'));
  t.true(text.indexOf('usual') < text.indexOf('rare'));
  t.regex(text, /usual<\/th><td class="number same" style="--share: 75%">30<small>75\.0 %<\/small><\/td><td class="number other" style="--share: 25%">10/);
});

test('of scores, the correlation and the distance in words, and a dot an example', (t) => {
  const points = [{ x: 0, y: 1 }, { x: 5, y: 4 }];
  const text = drawLikeness({ kind: 'regression', student: 'small', teacher: 'large', examples: 1500, pearson: 0.91234, meanDifference: 0.3333, points })?.text ?? '';
  t.true(text.includes('on 1,500 test examples have a Pearson correlation of 0.9123 and lie 0.3333 apart on average. The picture shows 2 of them.'));
  t.is(text.split('<circle').length - 1, 2);
  t.is(drawLikeness({ kind: 'regression', student: '', teacher: '', examples: 0, pearson: NaN, meanDifference: NaN, points: [] }), undefined);
});
