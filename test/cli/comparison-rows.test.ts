import test from 'ava';
import type { JudgedClassifier } from '../../src/cli/classifier.ts';
import { differencesOf, measuresOf, rowOf, tableOf } from '../../src/cli/comparison-rows.ts';
import type { ScoreName, Scores } from '../../src/evaluate/score.ts';

const judged = (scores: Scores, metric: ScoreName, logits: number[]): JudgedClassifier => ({ name: 'x', model: 'x', scores, metric, score: NaN, trainMs: 0, reused: false, logits: Float32Array.from(logits) });

test('scores: the one that ranks first, the others beside it, and the likeness of scores', (t) => {
  const teacher = judged({ pearson: 0.9, spearman: 0.8, mse: 0.5 }, 'spearman', [1, 2, 4]);
  const student = judged({ pearson: 0.7, spearman: 0.75, mse: 1.5 }, 'spearman', [1.5, 2.5, 4.5]);
  const contenders = [{ name: 'student', role: 'student', seeds: [student], teachers: [teacher] }, { name: 'teacher', role: 'teacher', seeds: [teacher] }] as const;
  const measures = measuresOf(contenders, 'regression');
  t.deepEqual(measures, { kind: 'regression', metric: 'spearman', others: ['pearson', 'mse'] });
  const rows = contenders.map((contender) => rowOf(contender, measures, 1));
  const [headers, , first, second] = tableOf(rows, measures).split('\n');
  t.regex(headers ?? '', /^model +parameters +size +Spearman +Pearson +squared error +seeds +Pearson with teacher +distance to teacher +ms/);
  t.regex(first ?? '', /^student +– +– +0\.7500 +0\.7000 +1\.5000 +1 +1\.0000 +0\.5000 +–$/);
  t.regex(second ?? '', /^teacher +– +– +0\.8000 +0\.9000 +0\.5000 +1 +– +– +–$/);
});

test('a correlation with a teacher that always says the same is left out', (t) => {
  const [constant, student] = [[2, 2], [1, 2]].map((logits) => judged({ pearson: 0.5, spearman: 0.5, mse: 1 }, 'pearson', logits)) as [JudgedClassifier, JudgedClassifier];
  const row = rowOf({ name: 's', role: 'student', seeds: [student], teachers: [constant] }, { kind: 'regression', metric: 'pearson', others: [] }, 1);
  t.deepEqual([row.teacherPearson, row.meanDifference], [undefined, { count: 1, mean: 0.5, min: 0.5, max: 0.5 }]);
});

test('classes: accuracy stands beside another score that ranks; differences are of the one that ranks', (t) => {
  const of = (matthews: number) => judged({ accuracy: 0.9, f1: 0.8, macroF1: 0.7, matthews }, 'matthews', [1, 0]);
  const contenders = [{ name: 'a', role: 'student', seeds: [of(0.5)] }, { name: 'b', role: 'student', seeds: [of(0.25)] }] as const;
  const measures = measuresOf(contenders, 'single-label');
  t.deepEqual([measures.metric, measures.others], ['matthews', ['accuracy']]);
  t.deepEqual(differencesOf(contenders, measures).map(({ better, than, score }) => [better, than, score.mean]), [['a', 'b', 0.25]]);
  t.throws(() => measuresOf([], 'single-label'), { message: 'a comparison: there is nothing to compare' });
});
