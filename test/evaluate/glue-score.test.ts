import test from 'ava';
import { glueAverage, type GlueResult, glueResult } from '../../src/evaluate/glue-score.ts';
import { glueTasks } from '../../src/text/glue.ts';

const classification = { accuracy: 0.5, f1: 0.25, macroF1: 0.125, matthews: -0.5 };
const regression = { pearson: 0.75, spearman: 0.5, mse: 2 };

test('which task uses which metric: the table of the benchmark', (t) => {
  t.deepEqual(Object.fromEntries(glueTasks.map(({ name, metrics }) => [name, metrics])), {
    CoLA: ['matthews'],
    'SST-2': ['accuracy'],
    MRPC: ['f1', 'accuracy'],
    QQP: ['f1', 'accuracy'],
    'STS-B': ['pearson', 'spearman'],
    MNLI: ['accuracy'],
    QNLI: ['accuracy'],
    RTE: ['accuracy'],
    WNLI: ['accuracy'],
  });
});

test('a task is given its own metrics in order, and their mean', (t) => {
  t.deepEqual(glueResult('CoLA', 'dev', classification), { task: 'CoLA', split: 'dev', metrics: [['matthews', -0.5]], score: -0.5 });
  t.deepEqual(glueResult('mrpc', 'dev', classification), { task: 'MRPC', split: 'dev', metrics: [['f1', 0.25], ['accuracy', 0.5]], score: 0.375 });
  t.deepEqual(glueResult('sts-b', 'dev', regression), { task: 'STS-B', split: 'dev', metrics: [['pearson', 0.75], ['spearman', 0.5]], score: 0.625 });
  t.is(glueResult('STS-B', 'dev', { ...regression, spearman: NaN }).score, NaN);
});

test('scores of another kind, and splits that are none, are refused', (t) => {
  t.throws(() => glueResult('STS-B', 'dev', classification), { message: 'STS-B is scored by pearson and spearman, but the scores are accuracy, f1, macroF1, matthews' });
  t.throws(() => glueResult('RTE', 'dev', regression), { message: 'RTE is scored by accuracy, but the scores are pearson, spearman, mse' });
  t.throws(() => glueResult('MNLI', 'dev', classification), { message: /^MNLI has no split "dev"; it has train, dev-matched/ });
});

test('the leaderboard\'s average of BERT-large, 80.5, from its published scores', (t) => {
  // Devlin et al. on gluebenchmark.com/leaderboard, in percent.
  const accuracyOf = (percent: number) => ({ ...classification, accuracy: percent / 100 });
  const both = (f1: number, accuracy: number) => ({ ...classification, f1: f1 / 100, accuracy: accuracy / 100 });
  const results = [
    glueResult('CoLA', 'test', { ...classification, matthews: 0.605 }),
    glueResult('SST-2', 'test', accuracyOf(94.9)),
    glueResult('MRPC', 'test', both(89.3, 85.4)),
    glueResult('STS-B', 'test', { pearson: 0.876, spearman: 0.865, mse: 0 }),
    glueResult('QQP', 'test', both(72.1, 89.3)),
    glueResult('MNLI', 'test-matched', accuracyOf(86.7)),
    glueResult('MNLI', 'test-mismatched', accuracyOf(85.9)),
    glueResult('QNLI', 'test', accuracyOf(92.7)),
    glueResult('RTE', 'test', accuracyOf(70.1)),
    glueResult('WNLI', 'test', accuracyOf(65.1)),
  ];
  const { score, tasks } = glueAverage(results);
  t.is((100 * score).toFixed(1), '80.5');
  t.is(tasks.length, 9);
  t.is(new Map(tasks).get('MNLI')?.toFixed(4), '0.8630');
});

test('MNLI wants both of its splits, of one kind, and no split stands twice', (t) => {
  const of = (task: string, split: string): GlueResult => glueResult(task, split, classification);
  t.throws(() => glueAverage([of('MNLI', 'dev-matched')]), { message: 'the score of MNLI wants the results of dev-matched and dev-mismatched, not of dev-matched' });
  t.throws(() => glueAverage([of('MNLI', 'dev-matched'), of('MNLI', 'test-mismatched')]), { message: /not of dev-matched and test-mismatched$/ });
  t.throws(() => glueAverage([of('RTE', 'dev'), of('RTE', 'test')]), { message: 'the score of RTE wants the results of dev, not of dev and test' });
  t.throws(() => glueAverage([of('RTE', 'dev'), of('RTE', 'dev')]), { message: 'RTE (dev) stands twice among the results' });
  t.throws(() => glueAverage([]), { message: 'there is no task to average over' });
  t.is(glueAverage([of('MNLI', 'dev-mismatched'), of('MNLI', 'dev-matched')]).score, 0.5);
});
