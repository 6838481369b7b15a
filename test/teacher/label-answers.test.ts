import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import type { Answers } from '../../src/teacher/answers.ts';
import { answerSource, labelFromAnswers, requireKnown } from '../../src/teacher/label-answers.ts';
import { recordedTeacher } from '../../src/teacher/recorded.ts';
import { read } from '../engine/numbers.ts';
import { tinyBatch } from '../models/tiny-model.ts';
import { temporaryFolder } from '../storage/temporary-folder.ts';
import { startEngine } from '../engine-under-test.ts';

test.before(startEngine);

const answersOf = (entries: readonly (readonly [string, readonly number[] | undefined])[], print = 'ff'): Answers => ({
  file: 'answers.jsonl', task: 'single-label', labels: ['no', 'yes'], fingerprint: print, kinds: { logits: 0, probabilities: 0, label: 0 },
  byId: new Map(entries.map(([id, logits]) => [id, logits && Float32Array.from(logits)])),
});
const answers = answersOf([['e1', [10, 11]], ['e0', [0, 1]], ['e2', undefined], ['other', [5, 5]]]);
const corpus = { exampleIds: () => ['e0', 'e1', 'e2'], corpus: 'cc' };

test('answers are joined by id and spoken like any teacher\'s; the silent are counted', async (t) => {
  const labels = await labelFromAnswers(answers, corpus, { root: await temporaryFolder(t), shardRows: 1 });
  t.like(labels.header, { examples: 3, silent: 1, voice: 'answers.jsonl', source: { teacher: 'ff', tokenizer: null, maxTokens: null, corpus: 'cc', task: 'single-label', labels: ['no', 'yes'] } });
  t.is(labels.header.shards.length, 2);
  const { logits } = await recordedTeacher(labels).says({ ...tinyBatch([[2, 3], [2, 3]]), exampleIds: ['e1', 'e0'] }, { logits: true });
  t.deepEqual(await read(logits), [10, 11, 0, 1]);
  await t.throwsAsync(recordedTeacher(labels).says({ ...tinyBatch([[2, 3]]), exampleIds: ['e2'] }, { logits: true }), { message: 'example e2 is not in the label store' });
});

test('once stored, nothing is written again; other answers have another store', async (t) => {
  const root = await temporaryFolder(t);
  const first = await labelFromAnswers(answers, corpus, { root });
  const header = await readFile(join(first.folder, 'header.json'));
  t.is((await labelFromAnswers(answers, corpus, { root })).folder, first.folder);
  t.deepEqual(await readFile(join(first.folder, 'header.json')), header);
  t.not((await labelFromAnswers({ ...answers, fingerprint: 'ee' }, corpus, { root })).folder, first.folder);
  t.is((await readdir(root)).length, 2);
  t.deepEqual(answerSource(answers, corpus), first.header.source);
});

test('a store that was stopped between two shards goes on where it was, to the same bytes', async (t) => {
  const many = answersOf(Array.from({ length: 7 }, (_, i) => [`e${i}`, i === 3 ? undefined : [i, 1]] as const));
  const asked = { exampleIds: () => [...many.byId.keys()], corpus: 'cc' };
  const [stopped, whole] = [await temporaryFolder(t), await temporaryFolder(t)];
  const { folder } = await labelFromAnswers(many, asked, { root: whole, shardRows: 2 });
  const begun = await labelFromAnswers(many, asked, { root: stopped, shardRows: 2 });
  await rm(join(begun.folder, 'shard-00001.arrow'));
  const header = JSON.parse(await readFile(join(begun.folder, 'header.json'), 'utf8')) as { shards: unknown[] };
  await writeFile(join(begun.folder, 'header.json'), JSON.stringify({ ...header, shards: header.shards.slice(0, 1) }));
  const { rows } = await labelFromAnswers(many, asked, { root: stopped, shardRows: 2 });
  t.deepEqual([...rows.keys()], ['e0', 'e1', 'e2', 'e4', 'e5', 'e6']);
  for (const file of await readdir(folder)) t.deepEqual(await readFile(join(begun.folder, file)), await readFile(join(folder, file)), file);
});

test('missing answers are refused with their number, or allowed', async (t) => {
  const root = await temporaryFolder(t);
  const more = { exampleIds: () => ['e0', 'x1', 'x2', 'x3', 'x4', 'e1'], corpus: 'dd' };
  await t.throwsAsync(labelFromAnswers(answers, more, { root }), { message: 'answers.jsonl: 4 of 6 examples have no line (x1, x2, x3, …); answer them, or leave them out with --allow-missing' });
  t.deepEqual(await readdir(root), []);
  const { header, rows } = await labelFromAnswers(answers, more, { root, allowMissing: true });
  t.deepEqual([header.silent, [...rows.keys()]], [4, ['e0', 'e1']]);
  await t.throwsAsync(labelFromAnswers(answers, { exampleIds: () => ['e2'], corpus: 'ee' }, { root }), { message: 'answers.jsonl: none of the 1 examples has an answer' });
});

test('answers about strangers are refused with their number', async (t) => {
  await t.notThrowsAsync(requireKnown(answers, ['e0', 'e1', 'e2', 'other', 'more']));
  await t.throwsAsync(requireKnown(answers, ['e0', 'e1', 'e2']), { message: 'answers.jsonl: 1 of its 4 answers is about examples that the corpus does not have (other); mend the ids, or pass over them with --allow-unknown' });
  await t.throwsAsync(requireKnown(answers, []), { message: /4 of its 4 answers are about examples .* \(e1, e0, e2, …\)/ });
});

test('a store that was begun with other text in its header is refused', async (t) => {
  const root = await temporaryFolder(t);
  const { folder } = await labelFromAnswers(answers, corpus, { root });
  const file = join(folder, 'header.json');
  await writeFile(file, (await readFile(file, 'utf8')).replace('"cc"', '"zz"'));
  await t.throwsAsync(labelFromAnswers(answers, corpus, { root }), { message: /corpus: stored "zz", wanted "cc"/ });
});
