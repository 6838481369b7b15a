import test from 'ava';
import { evidenceTable } from '../../src/report/evidence-table.ts';
import { recordedRun } from './recorded-run.ts';

const but = (every: number, count = 200) => Array.from({ length: count }, (_, i) => i % every !== 0);
const teacher = recordedRun({ student: 'teacher', arm: 'teacher', right: but(20) });
const runs = [
  teacher,
  ...[1, 2].map((seed) => recordedRun({ seed, right: but(5) })),
  ...[1, 2].map((seed) => recordedRun({ arm: 'pkd', seed, right: but(10) })),
  ...[1, 2].map((seed) => recordedRun({ arm: 'minilm', seed, right: but(5).map((right, at) => (at === 0 ? true : at === 1 ? false : right)) })),
];

test('scores, differences and what is kept stand in a row each; what does not separate is said in words', (t) => {
  const lines = evidenceTable(runs, { baseline: 'fine-tuning' }).split('\n');
  t.is(lines[0], '| student | arm | seeds | dev, accuracy % | dev, better than fine-tuning by | keeps of the teacher above chance %, dev | agrees with the teacher % | KL to the teacher |');
  t.is(lines[2], '| teacher |  | 1 | 95.0 |  |  |  |  |');
  t.is(lines[3], '| cut | fine-tuning | 2 | 80.0 ± 0.0 |  | 66.7 | 75.0 ± 0.0 | 0.1000 ± 0.0000 |');
  t.regex(lines[4] ?? '', /^\| cut \| minilm \| 2 \| 80\.0 ± 0\.0 \| 0\.0 \[-1\.5, 1\.5\], does not separate \| 66\.7 /);
  t.regex(lines[5] ?? '', /^\| cut \| pkd \| 2 \| 90\.0 ± 0\.0 \| \+10\.0 \[\d\.\d, 1\d\.\d\] \| 88\.9 /);
  t.true(lines.includes('dev, cut: pkd is better than fine-tuning; minilm is not to be told from fine-tuning.'));
  t.true(lines.includes('| cut | pkd | 12,345 | 49.4 kB | 1.3 | 60 labelled, 40 not | 200 of 32 | 600 | 2.0 |'), lines.join('\n'));
  t.regex(lines.at(-1) ?? '', /^7 runs on wasm cpu fp32 1 thread \(a processor\)\. dev: 200 examples, chance 50\.0\. ± is .*\[low, high\] holds 95 %/);
  t.is(evidenceTable(runs, { baseline: 'fine-tuning' }), lines.join('\n'));
});

test('arms may be chosen; a single seed has an interval over examples alone', (t) => {
  const text = evidenceTable(runs.filter(({ seed }) => seed === 1), { baseline: 'fine-tuning', arms: ['fine-tuning', 'pkd'] });
  t.notRegex(text, /minilm/);
  t.regex(text, /\| cut \| pkd \| 1 \| 90\.0 \| \+10\.0 \[/);
});

test('of times a run that shared its machine weighs no more than another', (t) => {
  const disturbed = [[1, 2], [2, 90], [3, 2.2]].map(([seed, minutes]) => ({ ...recordedRun({ seed: seed!, right: but(5) }), minutes: minutes!, latencyMs: 4 * minutes! }));
  t.regex(evidenceTable([teacher, ...disturbed], { baseline: 'fine-tuning' }), /\| cut \| fine-tuning \| 12,345 \| 49\.4 kB \| 8\.8 \|.*\| 660 \| 2\.2 \|/);
});

test('without a student there is one line, and a changed run changes the table', (t) => {
  t.is(evidenceTable([], { baseline: 'fine-tuning' }), 'No run is recorded yet.');
  t.is(evidenceTable([teacher], { baseline: 'fine-tuning' }), 'No run is recorded yet.');
  const changed = runs.map((run) => (run.arm === 'pkd' && run.seed === 2 ? recordedRun({ arm: 'pkd', seed: 2, right: but(9) }) : run));
  t.not(evidenceTable(changed, { baseline: 'fine-tuning' }), evidenceTable(runs, { baseline: 'fine-tuning' }));
});
