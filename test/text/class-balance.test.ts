import test from 'ava';
import { classWeights, countClasses, hitWeights, imbalanceOf } from '../../src/text/class-balance.ts';

const names = ['a', 'b', 'c'];

test('examples are counted by class; unlabelled ones are not', (t) => {
  t.deepEqual(countClasses({ kind: 'single-label', names, indices: Int32Array.of(2, -1, 0, 2) }), { names, counts: [1, 0, 2], labelled: 3 });
  t.deepEqual(countClasses({ kind: 'multi-label', names, hits: Float32Array.of(1, 0, 1, -1, -1, -1, 0, 0, 0, 0, 0, 1) }), { names, counts: [1, 0, 2], labelled: 3 });
  t.is(countClasses({ kind: 'regression', scores: Float32Array.of(1) }), undefined);
});

// sklearn.utils.class_weight.compute_class_weight('balanced', classes=[0, 1, 2], y=[0]*6+[1]*3+[2]) gives 10/18, 10/9, 10/3.
test('balanced weights make every class count alike', (t) => {
  t.deepEqual(classWeights({ counts: [6, 3, 1] }), [10 / 18, 10 / 9, 10 / 3]);
  t.deepEqual(classWeights({ counts: [5, 5] }), [1, 1]);
  t.deepEqual(classWeights({ counts: [4, 0, 2] }), [0.75, 0, 1.5]);
});

test('weights by effective number lie between equal and balanced ones, with a mean of 1', (t) => {
  const weights = (beta: number) => classWeights({ counts: [900, 100, 0] }, { kind: 'effective-number', beta });
  t.deepEqual(weights(0), [1, 1, 0]);
  const [large = 0, small = 0] = weights(0.99);
  const expected = [0.01 / (1 - 0.99 ** 900), 0.01 / (1 - 0.99 ** 100)];
  t.true(Math.abs(small / large - (expected[1] ?? 0) / (expected[0] ?? 1)) < 1e-12);
  t.true(Math.abs(large + small - 2) < 1e-12);
  const [nearLarge = 0, nearSmall = 0] = weights(0.999999);
  t.true(Math.abs(nearSmall / nearLarge - 9) < 0.01);
  for (const beta of [1, -0.1, NaN]) t.throws(() => weights(beta), { message: new RegExp(`beta is ${beta}; it must be from 0`) });
});

test('hits of several classes an example', (t) => {
  t.deepEqual(hitWeights({ counts: [1, 0, 3], labelled: 4 }), [3, 0, 1 / 3]);
});

test('what is lopsided is found; classes without an example do not count', (t) => {
  t.is(imbalanceOf({ names, counts: [39, 10, 20] }), undefined);
  t.deepEqual(imbalanceOf({ names, counts: [10, 90, 0] }), { largest: { name: 'b', index: 1, share: 0.9 }, smallest: { name: 'a', index: 0, share: 0.1 } });
  t.is(imbalanceOf({ names, counts: [0, 0, 0] }), undefined);
});
