// The fixture `metrics/calibration` is run by test/fixtures.test.ts.
import fc from 'fast-check';
import test from 'ava';
import { calibration } from '../../src/evaluate/calibration.ts';

test('a confidence on an edge belongs to the bin below it', (t) => {
  for (const bins of [10, 15, 7]) {
    for (let edge = Math.ceil(bins / 2); edge <= bins; edge++) {
      const confidence = edge / bins;
      const found = calibration({ probabilities: [confidence, 1 - confidence], labels: [0], classes: 2, bins }).bins.findIndex(({ count }) => count === 1);
      t.is(found, edge - 1, `${edge}/${bins}`);
    }
  }
});

test('bins: edges, counts and means; empty ones hold zeros', (t) => {
  const { ece, bins } = calibration({ probabilities: [0.75, 0.25, 0.25, 0.75, 1, 0, 0.625, 0.375], labels: [0, 0, 0, 0], classes: 2, bins: 4 });
  t.deepEqual(bins, [
    { low: 0, high: 0.25, count: 0, confidence: 0, accuracy: 0 },
    { low: 0.25, high: 0.5, count: 0, confidence: 0, accuracy: 0 },
    { low: 0.5, high: 0.75, count: 3, confidence: 2.125 / 3, accuracy: 2 / 3 },
    { low: 0.75, high: 1, count: 1, confidence: 1, accuracy: 1 },
  ]);
  t.true(Math.abs(ece - Math.abs(2 - 2.125) / 4) < 1e-15);
});

test('sure and right is 0, sure and wrong is 1, one class is always right', (t) => {
  t.is(calibration({ probabilities: [1, 0, 0, 1], labels: [0, 1], classes: 2 }).ece, 0);
  t.is(calibration({ probabilities: [1, 0, 0, 1], labels: [1, 0], classes: 2 }).ece, 1);
  t.is(calibration({ probabilities: [1, 1], labels: [0, 0], classes: 1 }).ece, 0);
});

test('with one bin it is the gap between mean confidence and accuracy; with more it is no smaller', (t) => {
  const rows = fc.array(fc.tuple(fc.integer({ min: 0, max: 100 }), fc.nat(1)), { minLength: 1, maxLength: 30 });
  fc.assert(fc.property(rows, fc.integer({ min: 1, max: 20 }), (given, bins) => {
    const probabilities = given.flatMap(([percent]) => [percent / 100, 1 - percent / 100]);
    const labels = given.map(([, label]) => label);
    const gap = given.reduce((sum, [percent, label]) => sum + Math.max(percent, 100 - percent) / 100 - (label === (percent >= 50 ? 0 : 1) ? 1 : 0), 0) / given.length;
    const all = { probabilities, labels, classes: 2 };
    t.true(Math.abs(calibration({ ...all, bins: 1 }).ece - Math.abs(gap)) < 1e-12);
    const { ece, bins: found } = calibration({ ...all, bins });
    t.true(ece >= Math.abs(gap) - 1e-12 && ece <= 1);
    t.is(found.reduce((sum, { count }) => sum + count, 0), given.length);
  }));
});

test('what is no distribution, and what is no class, is told by its place', (t) => {
  const refused = (probabilities: number[], labels: number[], message: RegExp) => t.throws(() => calibration({ probabilities, labels, classes: 2 }), { message });
  refused([0.5, 0.5, 2.5, -1.5], [0, 0], /^the probability of class 0 for example 1 is 2.5; give probabilities, not logits$/);
  refused([0.5, 0.25], [0], /^the probabilities of example 0 add up to 0.75, not to 1$/);
  refused([0.5, NaN], [0], /NaN/);
  refused([0.5, 0.5], [2], /^the label of example 0 is 2, which is not a class in 0\.\.1$/);
  refused([0.5, 0.5], [-1], /^the label of example 0 is -1/);
  refused([0.5, 0.5], [0, 1], /^the probabilities of 1 examples cannot be held against 2 labels$/);
  refused([], [], /^there is no example to calibrate$/);
  t.throws(() => calibration({ probabilities: [1, 0], labels: [0], classes: 2, bins: 0 }), { message: 'bins must be a whole number from 1, not 0' });
});
