import test from 'ava';
import { spread } from '../../src/evaluate/spread.ts';
import { drawComparison } from '../../src/report/comparison.ts';
import type { ComparisonRow } from '../../src/report/comparison.ts';

const student: ComparisonRow = {
  name: 'small', role: 'student', parameters: 4_410_000, bytes: 17_700_000,
  score: spread([0.918, 0.914, 0.922]), agreement: 0.951, klNats: spread([0.06, 0.07]), ece: 0.021, latencyMs: 3.12, notes: 'T = 2',
};
const teacher: ComparisonRow = { name: 'large', role: 'teacher', parameters: 22_700_000, score: 0.931, latencyMs: 18.4 };

/** The cells of the table as a reader sees them, a list per row. */
function cellsOf(html: string): string[][] {
  const plain = (text: string): string => text.replaceAll(/<[^>]*>/g, '').trim();
  return [...html.matchAll(/<tr>(.*?)<\/tr>/gs)].map(([, row]) => [...row!.matchAll(/<t[hd][^>]*>(.*?)<\/t[hd]>/gs)].map(([, cell]) => plain(cell!)));
}

test('the table tells every value with its unit and spread, and leaves unknown cells open', (t) => {
  t.deepEqual(cellsOf(drawComparison({ rows: [student, teacher] }).text), [
    ['model', 'parameters', 'size', 'accuracy', '95 % interval', 'agreement', 'KL, nats', 'ECE', 'p50'],
    ['smallT = 2', '4.41 M', '17.7 MB', '91.8 % ± 0.4', '90.8 to 92.8', '95.1 %', '0.065 ± 0.007', '2.1 %', '3.12 ms'],
    ['large', '22.7 M', '–', '93.1 %', '–', '–', '–', '–', '18.4 ms'],
  ]);
});

test('a column that nobody fills is absent', (t) => {
  t.deepEqual(cellsOf(drawComparison({ rows: [{ name: 'a', score: 0 }] }).text), [['model', 'accuracy'], ['a', '0.0 %']]);
});

test('the figures say what was lost and won against the teacher', (t) => {
  const { text } = drawComparison({ rows: [teacher, student] });
  for (const phrase of ['1.3 points below the teacher', '5.1 times fewer than the teacher', '5.9 times faster than the teacher']) t.true(text.includes(phrase), phrase);
});

test('no figure boasts of what was not won', (t) => {
  const { text } = drawComparison({ rows: [{ ...student, latencyMs: 20, parameters: 22_700_000, score: 0.9312 }, teacher] });
  t.false(text.includes('times'));
  t.true(text.includes('level with the teacher'));
});

test('a difference between students says what the seeds can say', (t) => {
  const said = (scores: readonly number[]) => drawComparison({ rows: [student], differences: [{ better: 'with', than: 'without', score: spread(scores) }] }).text.replaceAll(/<[^>]*>/g, '');
  t.true(said([0.05, 0.06, 0.07]).includes('with minus without: +6.0 points. 95 % interval over 3 seeds, pair by pair: +3.5 to +8.5.'));
  t.true(said([-0.05, 0.06]).includes('which includes no difference at all.'));
  t.true(said([-0.012]).includes('with minus without: −1.2 points. One seed cannot say how much of that is chance.'));
});

test('points are shown as they are', (t) => {
  const { text } = drawComparison({ rows: [{ ...student, score: 27.31 }, { ...teacher, score: 28 }], metric: { name: 'BLEU', unit: 'points' } });
  t.deepEqual(cellsOf(text)[1]![3], '27.3');
  t.true(text.includes('0.7 points below the teacher'));
});

test('the footnote names the seeds the deviations come from, and is silent without any', (t) => {
  t.true(drawComparison({ rows: [student] }).text.includes('over 2 to 3 seeds'));
  t.false(drawComparison({ rows: [teacher] }).text.includes('seeds;'));
});

test('correlations are shown as they are, others beside the one that ranks, and the likeness of scores', (t) => {
  const metric = { name: 'Pearson', unit: 'correlation' } as const;
  const others = [{ name: 'squared error', unit: 'loss' }] as const;
  const { text } = drawComparison({
    metric, others,
    rows: [{ name: 'small', role: 'student', score: 0.8713, others: { 'squared error': 0.0051 }, teacherPearson: 0.95, meanDifference: 0.3 }, { name: 'large', role: 'teacher', score: 0.8991 }],
    differences: [{ better: 'with', than: 'without', score: spread([0.0123]) }],
  });
  t.deepEqual(cellsOf(text).slice(0, 3), [
    ['model', 'Pearson', 'squared error', 'Pearson with teacher', 'distance to teacher'],
    ['small', '0.8713', '5.10e-3', '0.9500', '0.3000'],
    ['large', '0.8991', '–', '–', '–'],
  ]);
  const plain = text.replaceAll(/<[^>]*>/g, '');
  for (const phrase of ['0.0278 below the teacher', '0.3000 apart on average', 'with minus without: +0.0123.']) t.true(plain.includes(phrase), phrase);
});
