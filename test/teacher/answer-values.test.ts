import test from 'ava';
import fc from 'fast-check';
import { type AnswerSpace, fromLabel, fromLogits, fromProbabilities } from '../../src/teacher/answer-values.ts';

const space: AnswerSpace = { task: 'single-label', labels: ['no', 'yes', 'Perhaps'], ordered: true };
const unordered = { ...space, ordered: false };
const several = { ...space, task: 'multi-label' } as const;
const score: AnswerSpace = { task: 'regression', labels: ['score'], ordered: true };
const softmax = (logits: readonly number[]) => {
  const powers = logits.map(Math.exp);
  return powers.map((power) => power / powers.reduce((a, b) => a + b));
};
const near = (actual: readonly number[], expected: readonly number[], bound = 1e-9) => actual.length === expected.length && actual.every((value, i) => Math.abs(value - (expected[i] ?? NaN)) <= bound);

test('probabilities come back from their logits, as a list or by name, whatever the order of names', (t) => {
  for (const value of [[0.2, 0.5, 0.3], { yes: 0.5, perhaps: 0.3, NO: 0.2 }]) t.true(near(softmax(fromProbabilities(value, space)), [0.2, 0.5, 0.3]));
  t.true(near(softmax(fromProbabilities({ yes: 1 }, unordered)), [1e-6, 1, 1e-6], 3e-6), 'classes that are left out have none');
  t.true(near(softmax(fromProbabilities([0.33, 0.33, 0.33], space)), [1 / 3, 1 / 3, 1 / 3]), 'two digits are normalised');
  t.true(near(fromProbabilities([0.5, 0.25, 1], several).map((z) => 1 / (1 + Math.exp(-z))), [0.5, 0.25, 1], 1.1e-6), 'of several classes, each for itself');
});

test('any distribution comes back, with finite logits', (t) => {
  t.notThrows(() => fc.assert(fc.property(fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 3, maxLength: 3 }), (weights) => {
    const sum = weights.reduce((a, b) => a + b, 0);
    fc.pre(sum > 1e-3);
    const logits = fromProbabilities(weights.map((weight) => weight / sum), space);
    return logits.every(Number.isFinite) && near(softmax(logits), weights.map((weight) => weight / sum), 4e-6);
  })));
});

test('a label is a class by name or number, or several, or a score', (t) => {
  for (const value of ['yes', ' YES', 1]) t.true(near(softmax(fromLabel(value, space)!), [1e-6, 1, 1e-6], 3e-6));
  t.is(softmax(fromLabel('perhaps', unordered)!).indexOf(Math.max(...softmax(fromLabel('perhaps', unordered)!))), 2);
  t.deepEqual(fromLabel(['no', 2], several)!.map((z) => z > 0), [true, false, true]);
  t.deepEqual(fromLabel([], several)!.map((z) => z > 0), [false, false, false]);
  for (const value of [3.5, '3.5']) t.deepEqual(fromLabel(value, score), [3.5]);
  t.deepEqual(fromLogits([2], score), [2]);
  t.deepEqual(fromLogits([-1.5, 0, 3], space), [-1.5, 0, 3]);
  t.deepEqual(fromLogits({ yes: 2, no: 1, Perhaps: 3 }, unordered), [1, 2, 3]);
});

test('names that are digits are names before they are numbers', (t) => {
  const stars: AnswerSpace = { task: 'single-label', labels: ['1', '2', '3'], ordered: false };
  for (const value of [2, '2']) t.is(fromLabel(value, stars)!.indexOf(Math.max(...fromLabel(value, stars)!)), 1);
});

test('abstentions are no answer', (t) => {
  const shy = { ...space, abstentions: ['unsure', 'N/A', 'no'] };
  for (const value of ['unsure', ' Unsure ', 'n/a']) t.is(fromLabel(value, shy), undefined);
  t.truthy(fromLabel('no', shy), 'a class is a class');
  t.throws(() => fromLabel('unsure', space), { message: 'label "unsure" is none of the known labels: no, yes, Perhaps' });
});

test('what is wrong is said', (t) => {
  const cases: [run: () => unknown, message: RegExp][] = [
    [() => fromProbabilities([0.5, 0.2, 0.1], space), /^the probabilities sum to 0\.8, not to 1; give all classes, or "logits"$/],
    [() => fromProbabilities({ yes: 0.5 }, space), /sum to 0\.5/],
    [() => fromProbabilities([0.5, 0.6, -0.1], space), /^-0\.1 is no probability$/],
    [() => fromProbabilities([0.5, 0.5], space), /"probs" has 2 numbers for the 3 classes no, yes, Perhaps/],
    [() => fromProbabilities([0.5, '0.5', 0], space), /"0\.5" in "probs" is no number/],
    [() => fromProbabilities({ maybe: 1 }, space), /label "maybe" is none of the known labels/],
    [() => fromProbabilities(0.9, space), /neither a list nor an object/],
    [() => fromProbabilities([0.2, 0.5, 0.3], unordered), /"probs" is a list, and the order of the classes is not known: name each, as \{"no": …, "yes": …, "Perhaps": …\}, or say the order with --classes no,yes,Perhaps/],
    [() => fromProbabilities([0.5], score), /a score has no probabilities/],
    [() => fromLogits([1, 2, 1e39], space), /1e\+39 is no logit/],
    [() => fromLogits({ yes: 1, no: 2 }, space), /no number for the class Perhaps/],
    [() => fromLabel(2, unordered), /class 2 is a number, and the order of the classes is not known: give names, or say the order with --classes no,yes,Perhaps/],
    [() => fromLabel(3, space), /label 3 is none of the known labels/],
    [() => fromLabel(1.5, space), /none of the known/],
    [() => fromLabel(true, space), /true is neither the name nor the number of a class/],
    [() => fromLabel('yes', several), /several may hold at once, so "label" is a list/],
    [() => fromLabel('high', score), /"high" is no score/],
    [() => fromLabel('', score), /"" is no score/],
    [() => fromLabel(`${'x'.repeat(500)}`, space), /^label "x{80}" \(and \d+ characters more\) is none/],
  ];
  for (const [run, message] of cases) t.throws(run, { message }, String(message));
});
