import test from 'ava';
import { regressionScores } from '../../src/evaluate/regression.ts';

test('all three scores, as scipy and scikit-learn have them', (t) => {
  const { pearson, spearman, mse } = regressionScores({ predictions: [3, -1.5, 2, 2, 0.25, -1.5, 7, 2], labels: [1, 0, 2.5, 1, 1, -3, 4, 0] });
  t.true(Math.abs(pearson - 0.8192362775621933) < 1e-14);
  t.true(Math.abs(spearman - 0.7531645569620254) < 1e-14);
  t.is(mse, 2.9140625);
});

test('a model that answers one thing has an error and no correlation', (t) => {
  t.deepEqual(regressionScores({ predictions: [2, 2, 2], labels: [1, 2, 3] }), { pearson: NaN, spearman: NaN, mse: 2 / 3 });
});

test('what cannot be scored is told by its place', (t) => {
  t.throws(() => regressionScores({ predictions: [1, NaN], labels: [1, 2] }), { message: 'the answer to example 1 is NaN: the model diverged' });
  t.throws(() => regressionScores({ predictions: [1, 2], labels: [1, NaN] }), { message: 'the label of example 1 is NaN, which is not a score' });
  t.throws(() => regressionScores({ predictions: [1], labels: [1, 2] }), { message: '1 predictions cannot be scored against 2 labels' });
  t.throws(() => regressionScores({ predictions: [], labels: [] }), { message: /at least two pairs, not 0/ });
});
