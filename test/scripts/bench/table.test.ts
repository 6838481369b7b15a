/** The table a person reads. */
import test from 'ava';
import { errorRow, measuredRow } from '../../../scripts/bench/row.ts';
import { benchTable, formatTime } from '../../../scripts/bench/table.ts';
import { factsOf } from './fake-side.ts';

test('times carry the unit that suits them', (t) => {
  t.deepEqual([0.00142, 0.84, 247.26, 3284.6, null].map(formatTime), ['1.42 µs', '0.84 ms', '247.3 ms', '3,285 ms', '–']);
});

test('one line a row; what has no figures has its reason below', (t) => {
  const context = { case: 'op-overhead', precision: 'fp32', engine: 'torch', settings: {} } as const;
  const measurement = { ours: { ms: [0.001], stepsPerTurn: 1 }, peer: { ms: [0.002], stepsPerTurn: 1 } };
  const row = measuredRow(context, { name: 'add', itemsPerStep: 10, repeatsPerStep: 10 }, measurement, { ours: factsOf({}), peer: factsOf({}) }, { peerName: 'torch', agreement: {} });
  const lines = benchTable([row, errorRow({ ...context, case: 'label' }, { device: 'cpu', threads: 2 }, 'onnxruntime', 'they differ')]).split('\n');
  t.is(lines.length, 6);
  t.regex(lines[2] ?? '', /^op-overhead: add +fp32 +torch cpu x2 +1\.00 µs +1,000,000 +100 MB +torch +2\.00 µs +100 MB +0\.500$/);
  t.regex(lines[3] ?? '', /^label +fp32 +torch cpu x2 +error/);
  t.is(lines[5], 'label fp32 against onnxruntime: they differ');
});
