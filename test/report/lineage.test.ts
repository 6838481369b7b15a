import test from 'ava';
import { drawLineage } from '../../src/report/lineage.ts';
import type { Lineage } from '../../src/report/lineage.ts';

const training = { corpus: 'opinions', labelledRows: 2000, unlabelledRows: 11_000, objective: 'soft-label', steps: 400, rowsPerStep: 64, learningRate: 5e-3, seeds: [1, 2] };
const lineage: Lineage = {
  models: [
    { name: 'student', role: 'student', startsAs: 'fresh, size 1x32:4', training, teachers: ['recorded a', 'recorded b'] },
    { name: 'alone', startsAs: 'fresh', training: { ...training, unlabelledRows: 0 }, teachers: [] },
    { name: 'teacher', role: 'teacher', startsAs: 'runs/teacher/model', teachers: [] },
  ],
  materials: [{ split: 'train', corpus: 'opinions', rows: 2000, sha256: 'ab'.repeat(32), readBy: ['student', 'alone'] }, { split: 'test', corpus: 'opinions', rows: 60, sha256: 'cd'.repeat(32), readBy: [] }],
  tokenizer: 'ef'.repeat(32),
};

test('each model with its start, its rows, its teachers, its updates and seeds; fingerprints in full', (t) => {
  const text = drawLineage(lineage)?.text ?? '';
  const rows = [...text.matchAll(/<tr><th scope="row".*?<\/tr>/gs)].map(([row]) => row.replaceAll(/<[^>]*>/g, '|').replaceAll(/\|+/g, '|'));
  t.deepEqual(rows, [
    '|student|fresh, size 1x32:4|2,000 labelled and 11,000 unlabelled rows|recorded a|recorded b|soft-label|400 of 64 rows, rate up to 0.005|1, 2|',
    '|alone|fresh|2,000 labelled rows|labels only|soft-label|400 of 64 rows, rate up to 0.005|1, 2|',
    '|teacher|runs/teacher/model|not trained in this run|',
  ]);
  for (const hash of ['ab', 'cd', 'ef']) t.true(text.includes(hash.repeat(32)));
  t.true(text.includes('2,000 rows of opinions, learned from by student, alone<code>') && text.includes('60 rows of opinions<code>'));
});

test('without anything there is no section', (t) => {
  t.is(drawLineage({ models: [], materials: [] }), undefined);
});
