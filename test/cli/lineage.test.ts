import test from 'ava';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ClassifierCorpus } from '../../src/cli/classifier-corpus.ts';
import { lineageOf, lineageOfAll, lineageRow, type ModelLineage, originText, readLineage, writeLineage } from '../../src/cli/lineage.ts';
import { hardLabels } from '../../src/objectives/hard-labels.ts';
import type { Teacher } from '../../src/teacher/teacher.ts';
import type { EncodedCorpus } from '../../src/text/encoded-corpus.ts';
import type { EncodedLabels } from '../../src/text/encoded-labels.ts';
import { trainDefaults } from '../../src/train/train.ts';
import { temporaryFolder } from '../storage/temporary-folder.ts';

const hash = (letter: string): string => letter.repeat(64);
const encoded = (rows: number, labels?: EncodedLabels): EncodedCorpus => ({
  exampleIds: Array.from({ length: rows }, (_, row) => `e${row}`), ids: new Int32Array(), typeIds: new Int32Array(), offsets: new Uint32Array(rows + 1),
  ...(labels && { labels }), maxTokens: 48, truncated: 0, corpus: hash('a'), tokenizer: hash('b'),
});
const split = (name: string, rows: number, letter: string) => ({ corpus: { name: 'opinions', split: name, examples: Array.from({ length: rows }, (_, row) => ({ id: `${row}`, text: '' })), skipped: 0, fingerprint: hash(letter) }, encoded: { ...encoded(rows), corpus: hash(letter) } });
const data: ClassifierCorpus = { train: split('train', 3, 'c'), dev: split('dev', 2, 'd'), test: split('test', 4, 'e'), everything: encoded(5), labels: { kind: 'single-label', names: ['no', 'yes'] }, names: ['no', 'yes'] };
const settings = { ...trainDefaults, steps: 60, rows: 16, learningRate: 1e-3, seed: 7 };
const teacher = { name: `recorded ${hash('f').slice(0, 16)}` } as Teacher;
const single: EncodedLabels = { kind: 'single-label', names: ['no', 'yes'], indices: Int32Array.from([0, 1, 1, -1, -1]) };
const made = { origin: { size: '1x32:4', dropout: 0, seed: 7 }, objective: hardLabels(), teacher, corpus: encoded(5, single), data, settings };

test('a lineage names the start, the rows with and without labels, the fingerprints and the settings that matter', async (t) => {
  t.deepEqual(await lineageOf('distilled, seed 7', made), {
    model: 'distilled, seed 7', startsAs: 'fresh, size 1x32:4, dropout 0', objective: 'hard-labels', teacher: teacher.name, labelledRows: 3, unlabelledRows: 2, maxTokens: 48,
    steps: 60, rowsPerStep: 16, learningRate: 1e-3, seed: 7, tokenizer: hash('b'),
    materials: [
      { split: 'train and transfer text', corpus: 'opinions', rows: 5, sha256: hash('a') }, { split: 'dev', corpus: 'opinions', rows: 2, sha256: hash('d') }, { split: 'test', corpus: 'opinions', rows: 4, sha256: hash('e') },
    ],
  });
});

test('training text without labels is no transfer text', async (t) => {
  const { materials } = await lineageOf('x', { ...made, corpus: data.train.encoded });
  t.deepEqual(materials[0], { split: 'train', corpus: 'opinions', rows: 3, sha256: hash('c') });
});

test('labelled rows are counted whatever a label is', async (t) => {
  const rowsOf = async (labels?: EncodedLabels) => (await lineageOf('x', { ...made, corpus: encoded(3, labels) })).labelledRows;
  t.is(await rowsOf({ kind: 'regression', scores: Float32Array.from([1, NaN, 0]) }), 2);
  t.is(await rowsOf({ kind: 'multi-label', names: ['a', 'b'], hits: Float32Array.from([0, 1, -1, -1, 0, 0]) }), 2);
  t.is(await rowsOf(), 0);
});

test('a start in words: fingerprints by their beginning, no seed', (t) => {
  t.is(originText({ model: hash('a'), seed: 1 }), 'model aaaaaaaaaaaa');
  t.is(originText({ cutFrom: hash('a'), layers: [1, 3] }), 'cut from aaaaaaaaaaaa, layers 1 3');
  t.is(originText('an encoder'), 'an encoder');
});

test('it comes back as it was written, and what is no lineage is none', async (t) => {
  const folder = await temporaryFolder(t);
  t.is(await readLineage(folder), undefined);
  const lineage = await lineageOf('x', made);
  await writeLineage(folder, lineage);
  t.deepEqual(await readLineage(folder), lineage);
  await writeFile(join(folder, 'lineage.json'), '{"model": 3}');
  t.is(await readLineage(folder), undefined);
});

test('seeds are one row with their teachers, splits are listed once with who learned from them, training text first', async (t) => {
  const seeds = await Promise.all([1, 2].map((seed): Promise<ModelLineage> => lineageOf(`distilled, seed ${seed}`, { ...made, settings: { ...settings, seed }, teacher: { ...teacher, name: `recorded ${hash(String(seed))}` } })));
  const row = lineageRow('student', 'student', seeds);
  t.deepEqual(row?.training?.seeds, [1, 2]);
  t.deepEqual(row?.teachers, ['recorded 111111111111', 'recorded 222222222222']);
  t.is(lineageRow('nobody', undefined, []), undefined);
  const teacherLineage = await lineageOf('teacher', { ...made, corpus: { ...encoded(9), corpus: hash('9') } });
  const { materials, tokenizer } = lineageOfAll([], [...seeds.map((lineage) => ({ ...lineage, of: 'student' })), { ...teacherLineage, of: 'teacher' }]);
  t.deepEqual(materials.map(({ sha256, readBy }) => [sha256[0], readBy]), [['a', ['student']], ['9', ['teacher']], ['d', []], ['e', []]]);
  t.is(tokenizer, hash('b'));
});
