import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import test from 'ava';
import { accuracy, classificationScores, confusionOf, f1, macroF1, matthews, predictedClasses } from '../../src/evaluate/classification.ts';

type Case = {
  inputs: { labels: number[]; predictions: number[]; classes: number };
  expected: { accuracy: number; f1_binary: number; f1_macro: number; mcc: number };
};

const { cases } = JSON.parse(
  readFileSync(new URL('../fixtures/metrics/classification.json', import.meta.url), 'utf8'),
) as { cases: Case[] };

const relativeTolerance = 1e-8;
const isNear = (actual: number, expected: number): boolean => Math.abs(actual - expected) <= relativeTolerance * Math.abs(expected);

test('every score equals the float64 reference', (t) => {
  t.is(cases.length, 3);
  for (const { inputs, expected } of cases) {
    const scores = classificationScores(inputs);
    t.true(isNear(scores.accuracy, expected.accuracy), `accuracy ${scores.accuracy}`);
    t.true(isNear(scores.f1, expected.f1_binary), `f1 ${scores.f1}`);
    t.true(isNear(scores.macroF1, expected.f1_macro), `macro F1 ${scores.macroF1}`);
    t.true(isNear(scores.matthews, expected.mcc), `Matthews ${scores.matthews}`);
  }
});

test('a tie goes to the lower class, in either order', (t) => {
  t.deepEqual([...predictedClasses([1, 1, 0, 0, 2, 2, 3, 3, 3, -Infinity, -Infinity, -1], 3)], [0, 1, 0, 2]);
});

test('a score is undefined nowhere: missing positives and one-sided margins give 0', (t) => {
  const allNegative = confusionOf({ predictions: [0, 0], labels: [0, 0], classes: 2 });
  t.is(f1(allNegative), 0);
  t.is(matthews(allNegative), 0);
  t.is(macroF1(allNegative), 0.5);
  t.is(f1(confusionOf({ predictions: [0], labels: [0], classes: 1 })), 0);
  t.is(matthews(confusionOf({ predictions: [1, 1, 1], labels: [0, 1, 0], classes: 2 })), 0);
});

const labelled = fc.integer({ min: 2, max: 5 }).chain((classes) => {
  const indices = fc.integer({ min: 0, max: classes - 1 });
  return fc.array(fc.tuple(indices, indices), { minLength: 1, maxLength: 40 }).map((pairs) => ({
    classes,
    predictions: pairs.map(([prediction]) => prediction),
    labels: pairs.map(([, label]) => label),
  }));
});

test('with two classes, R_K is the textbook correlation of the four counts', (t) => {
  fc.assert(
    fc.property(labelled, ({ predictions, labels }) => {
      const binary = { predictions: predictions.map((value) => value % 2), labels: labels.map((value) => value % 2), classes: 2 };
      const [tn, fp, fn, tp] = confusionOf(binary).counts as unknown as [number, number, number, number];
      const margins = (tp + fp) * (tp + fn) * (tn + fp) * (tn + fn);
      const expected = margins === 0 ? 0 : (tp * tn - fp * fn) / Math.sqrt(margins);
      return Math.abs(matthews(confusionOf(binary)) - expected) < 1e-12;
    }),
  );
  t.pass();
});

test('naming the classes in another order changes no score that treats them alike', (t) => {
  fc.assert(
    fc.property(labelled, ({ predictions, labels, classes }) => {
      const renamed = (values: number[]): number[] => values.map((value) => classes - 1 - value);
      const one = confusionOf({ predictions, labels, classes });
      const other = confusionOf({ predictions: renamed(predictions), labels: renamed(labels), classes });
      const same = (score: (confusion: typeof one) => number): boolean => Math.abs(score(one) - score(other)) < 1e-12;
      return same(accuracy) && same(macroF1) && same(matthews);
    }),
  );
  t.pass();
});

test('bad input is named by its place', (t) => {
  t.throws(() => confusionOf({ predictions: [0, 1], labels: [0], classes: 2 }), { message: /2 predictions .* 1 labels/ });
  t.throws(() => confusionOf({ predictions: [], labels: [], classes: 2 }), { message: /no example/ });
  t.throws(() => confusionOf({ predictions: [0, 0], labels: [0, -1], classes: 2 }), { message: /label of example 1 is -1/ });
  t.throws(() => confusionOf({ predictions: [0, 2], labels: [0, 1], classes: 2 }), { message: /prediction of example 1 is 2/ });
  t.throws(() => predictedClasses([1, 2, 3], 2), { message: /3 logits .* 2 classes/ });
  t.throws(() => predictedClasses([1, 2, NaN, 0], 2), { message: /example 1 hold NaN at class 0/ });
  t.throws(() => predictedClasses([], 0), { message: /above 0/ });
});
