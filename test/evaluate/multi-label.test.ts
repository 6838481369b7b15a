// Reference numbers: scikit-learn 1.9, f1_score(average=..., zero_division=0) and accuracy_score.
import fc from 'fast-check';
import test from 'ava';
import { f1, confusionOf } from '../../src/evaluate/classification.ts';
import { multiLabelScores, predictedSets } from '../../src/evaluate/multi-label.ts';

const labels = [1, 0, 0, /**/ 0, 0, 0, /**/ 1, 1, 0, /**/ 0, 1, 0, /**/ 1, 0, 0];
const predictions = [1, 0, 0, /**/ 0, 0, 0, /**/ 1, 0, 0, /**/ 1, 1, 0, /**/ 0, 0, 0];

test('all three scores, an empty set and a class that never occurs among them', (t) => {
  const { microF1, macroF1, subsetAccuracy } = multiLabelScores({ predictions, labels, classes: 3 });
  t.true(Math.abs(microF1 - 2 / 3) < 1e-15 && Math.abs(macroF1 - 4 / 9) < 1e-15);
  t.is(subsetAccuracy, 2 / 5);
});

test('nothing said and nothing true: whole sets are right, and there is no positive to count', (t) => {
  t.deepEqual(multiLabelScores({ predictions: [0, 0], labels: [0, 0], classes: 2 }), { microF1: 0, macroF1: 0, subsetAccuracy: 1 });
});

test('a class holds where its probability is above one half', (t) => {
  t.deepEqual([...predictedSets([0, 1e-9, -1e-9, Infinity, -Infinity, 3], 2)], [0, 1, 0, 1, 0, 1]);
  t.throws(() => predictedSets([0, 0, 0, NaN], 2), { message: 'the logits of example 1 hold NaN at class 1: the model diverged' });
  t.throws(() => predictedSets([0, 0, 0], 2), { message: /do not make whole rows/ });
});

test('what cannot be scored is told by its place', (t) => {
  t.throws(() => multiLabelScores({ predictions: [0, 1], labels: [0, -1], classes: 2 }), { message: 'the label of example 0 says -1 of class 1, where 0 or 1 is wanted' });
  t.throws(() => multiLabelScores({ predictions: [0, 0, 0.5, 1], labels: [0, 0, 0, 0], classes: 2 }), { message: /^the prediction of example 1 says 0.5 of class 0/ });
  t.throws(() => multiLabelScores({ predictions: [0, 1], labels: [0, 1, 1, 1], classes: 2 }), { message: 'predictions of 1 examples cannot be scored against labels of 2' });
  t.throws(() => multiLabelScores({ predictions: [], labels: [], classes: 2 }), { message: 'there is no example to score' });
});

const sets = fc.integer({ min: 1, max: 4 }).chain((classes) => fc.array(fc.array(fc.tuple(fc.nat(1), fc.nat(1)), { minLength: classes, maxLength: classes }), { minLength: 1, maxLength: 10 }).map((rows) => ({ classes, rows })));

test('macro F1 is the mean of each class against its absence; micro F1 is that of all entries in one list', (t) => {
  fc.assert(fc.property(sets, ({ classes, rows }) => {
    const one = { classes, labels: rows.flatMap((row) => row.map(([label]) => label)), predictions: rows.flatMap((row) => row.map(([, said]) => said)) };
    const own = (index: number) => f1(confusionOf({ classes: 2, labels: rows.map((row) => row[index]![0]), predictions: rows.map((row) => row[index]![1]) }));
    const { microF1, macroF1 } = multiLabelScores(one);
    t.true(Math.abs(macroF1 - Array.from({ length: classes }, (_, index) => own(index)).reduce((sum, value) => sum + value, 0) / classes) < 1e-12);
    t.is(microF1, f1(confusionOf({ ...one, classes: 2 })));
  }));
});
