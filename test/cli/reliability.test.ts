import test from 'ava';
import { reliabilityOf } from '../../src/cli/reliability.ts';

/** Logits whose softmax gives class 1 these probabilities. */
const logits = (...yes: number[]): Float64Array => Float64Array.from(yes.flatMap((probability) => [0, Math.log(probability / (1 - probability))]));

test('bins of all seeds together, the calibration error of each; rows without a label do not count', (t) => {
  const [model, ...rest] = reliabilityOf([{ name: 'student', role: 'student', logits: [logits(0.9, 0.9, 0.5001), logits(0.7, 0.7, 0.5001)] }], { labels: [1, 0, -1], classes: 2 });
  t.deepEqual(rest, []);
  t.is(model?.bins.reduce((sum, { count }) => sum + count, 0), 4);
  const { ece } = model ?? {};
  if (typeof ece !== 'object') return t.fail('over seeds it is a spread');
  t.is(ece.count, 2);
  t.true(Math.abs(ece.min - 0.2) < 1e-9 && Math.abs(ece.max - 0.4) < 1e-9, 'half right where 0.7 and 0.9 were said');
});

test('without labels or models there is nothing to draw', (t) => {
  t.deepEqual(reliabilityOf([{ name: 'student', role: 'student', logits: [logits(0.9)] }], { labels: [-1], classes: 2 }), []);
  t.deepEqual(reliabilityOf([], { labels: [1], classes: 2 }), []);
  t.deepEqual(reliabilityOf([{ name: 'student', role: 'student', logits: [] }], { labels: [1], classes: 2 }), []);
});
