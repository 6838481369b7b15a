import test from 'ava';
import { balanceWarnings, weightChoice, weightsOf } from '../../src/cli/class-weights.ts';

const counts = { names: ['a', 'b', 'c'], counts: [90, 10, 0], labelled: 100 };

test('the three ways to write weights', (t) => {
  t.deepEqual(weightChoice('balanced'), { kind: 'balanced' });
  t.deepEqual(weightChoice('effective-number:0.99'), { kind: 'effective-number', beta: 0.99 });
  t.deepEqual(weightChoice('effective-number'), { kind: 'effective-number', beta: 0.999 });
  t.deepEqual(weightChoice('spam=3, odd=name=0'), { kind: 'named', weights: new Map([['spam', 3], ['odd=name', 0]]) });
  for (const wrong of ['effective-number:1', 'effective-number:x', 'even', 'spam=', 'spam=-1', 'spam=many', '=2', '']) t.throws(() => weightChoice(wrong), { message: /^Wanted: / }, wrong);
});

test('weights stand in the order of the classes', (t) => {
  t.deepEqual(weightsOf(weightChoice('b=3'), counts, 'single-label'), [1, 3, 1]);
  t.deepEqual(weightsOf({ kind: 'balanced' }, counts, 'single-label'), [100 / 180, 5, 0]);
  t.deepEqual(weightsOf({ kind: 'balanced' }, counts, 'multi-label'), [10 / 90, 9, 0], 'misses by hits');
  t.throws(() => weightsOf(weightChoice('d=3'), counts, 'single-label'), { message: '--class-weights: there is no class d; there are a, b, c' });
  t.throws(() => weightsOf(weightChoice('effective-number'), counts, 'multi-label'), { message: /effective-number is for one class per example/ });
});

test('what is lopsided or missing is told, with the option that answers it', (t) => {
  const of = (numbers: number[], kind: 'single-label' | 'multi-label', isWeighed = false) => balanceWarnings({ ...counts, counts: numbers }, { kind, split: 'train', isWeighed });
  const missing = 'no example of c in train: what has no example cannot be learned; add some, or leave the class out';
  t.deepEqual(of([39, 10, 20], 'single-label'), []);
  t.deepEqual(of([90, 10, 0], 'single-label'), [missing, 'classes of train are out of balance: a 90.0 %, b 10.0 %; rank by --metric macroF1 or matthews instead of accuracy, or weigh the classes: --class-weights balanced (a 0.556, b 5)']);
  t.deepEqual(of([90, 10, 0], 'multi-label'), [missing, 'classes of train are out of balance: a 90.0 %, b 10.0 %; rank by --metric macroF1, or weigh the classes: --class-weights balanced (a 0.111, b 9)']);
  t.deepEqual(of([90, 10, 0], 'single-label', true), [missing]);
  t.is(of([0, 0, 0], 'single-label').length, 1);
});
