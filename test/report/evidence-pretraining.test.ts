import test from 'ava';
import { contendersOf } from '../../src/report/evidence-contenders.ts';
import type { Evidence } from '../../src/report/evidence-file.ts';
import { pretrainingRows } from '../../src/report/evidence-pretraining.ts';
import { evidenceTable } from '../../src/report/evidence-table.ts';
import { recordedRun } from './recorded-run.ts';

function pretrained(seed: number, loss: number): Evidence {
  const hashes = { corpus: 'a'.repeat(64), heldOut: 'b'.repeat(64), teacher: null };
  return {
    ...recordedRun({ arm: 'triple-loss', seed }),
    pretraining: { objective: 'distilbert', blocks: 12_000, maxTokens: 128, steps: 1000, rowsPerStep: 32, learningRate: 5e-4, hashes, lossBefore: 10, loss, minutes: 30 * seed, losses: [10.5] },
  };
}

test('what a model had learned of running text before: means over seeds, perplexity of the mean loss', (t) => {
  const runs = [recordedRun({ student: 'teacher', arm: 'teacher' }), recordedRun(), pretrained(1, 2), pretrained(2, 3)];
  const [text = '', ...others] = pretrainingRows(contendersOf(runs, 'fine-tuning'));
  t.is(others.length, 0);
  t.deepEqual(text.split('\n').slice(2), ['| cut | triple-loss | 10.000 | 2.500 | 12.2 | 12,000 blocks of 128 | 1,000 of 32 | 45.0 |']);
  t.true(evidenceTable(runs, { baseline: 'fine-tuning' }).includes(text));
});

test('runs that read nothing before have no such table', (t) => {
  t.deepEqual(pretrainingRows(contendersOf([recordedRun()], 'fine-tuning')), []);
});
