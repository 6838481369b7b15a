/** Medians, ratios over pairs, agreement of the two sides, and the fields of a row. */
import test from 'ava';
import { agreementBounds, disagreement, errorRow, loneRow, measuredRow, pairedRatio } from '../../../scripts/bench/row.ts';
import { factsOf } from './fake-side.ts';

const context = { case: 'kd-mini', precision: 'fp32', engine: 'torch', settings: { rows: 32 } } as const;
const part = { name: 'step', itemsPerStep: 32 };

test('the ratio is the median of the pairs, not the ratio of the medians', (t) => {
  // A slow minute falls on both sides of a pair and leaves its ratio alone.
  t.is(pairedRatio([100, 500, 120], [200, 1000, 200]), 0.5);
  t.is(pairedRatio([90, 100], [100, 100]), 0.95);
});

test('an unfinished pair does not count', (t) => {
  t.is(pairedRatio([100, 900], [200]), 0.5);
  t.throws(() => pairedRatio([100], []));
});

test('disagreement is relative, and a broken number is infinitely far', (t) => {
  t.is(disagreement([1, 2], [1, 2], 'each'), 0);
  t.true(Math.abs(disagreement([1.01, 200], [1, 200], 'each') - 0.01) < 1e-12);
  t.true(Math.abs(disagreement([1.01, 200], [1, 200], 'largest') - 0.01 / 200) < 1e-12);
  t.is(disagreement([0], [0], 'each'), 0);
  t.is(disagreement([1e-9], [0], 'each'), Infinity);
  for (const [ours, peer] of [[[NaN], [1]], [[1], [NaN]], [[1], [1, 2]], [[], []], [[1], [Infinity]]] as const) t.is(disagreement(ours, peer, 'each'), Infinity);
  t.deepEqual(agreementBounds, { fp32: 1e-4, bf16: 5e-2 });
});

test('a row has the fields the JSON file promises', (t) => {
  const measurement = { ours: { ms: [90, 100, 110], stepsPerTurn: 3 }, peer: { ms: [200, 200, 200], stepsPerTurn: 2 } };
  const facts = { ours: factsOf({ peakRssMB: 700, settings: { dropout: 0.1 } }), peer: factsOf({ threads: 1, peakRssMB: 900 }) };
  const { settings, ...row } = measuredRow(context, part, measurement, facts, { peerName: 'torch', agreement: { bound: 1e-4 } });
  t.deepEqual(row, {
    case: 'kd-mini', precision: 'fp32', engine: 'torch', device: 'cpu', threads: 2, minMs: 90, medianMs: 100, perSecond: 320, peakRssMB: 700,
    peer: 'torch', peerMinMs: 200, peerMedianMs: 200, peerPeakRssMB: 900, ratio: 0.5,
  });
  t.like(settings, { rows: 32, part: 'step', pairs: 3, peerPerSecond: 160, agreement: { bound: 1e-4 }, ours: { threads: 2, dropout: 0.1 }, peer: { threads: 1 } });
});

test('of a repeated operation the rate counts operations', (t) => {
  const operation = { name: 'add', itemsPerStep: 1000, repeatsPerStep: 1000 };
  t.is(loneRow(context, operation, { ms: [0.002], stepsPerTurn: 5 }, factsOf({})).perSecond, 500_000);
});

test('a row without a peer, and one without figures', (t) => {
  const alone = loneRow(context, part, { ms: [100, 300], stepsPerTurn: 1 }, factsOf({}));
  t.like(alone, { medianMs: 200, minMs: 100, peer: null, ratio: null });
  const error = errorRow(context, { device: 'cpu', threads: 2 }, 'torch', 'they differ', { agreement: { bound: 1e-4 } });
  t.like(error, { peer: 'torch', medianMs: null, ratio: null, error: 'they differ' });
  t.deepEqual(Object.keys(error).filter((key) => key !== 'error').sort(), Object.keys(alone).filter((key) => key !== 'perSecond').sort());
});
