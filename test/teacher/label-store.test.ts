import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { readJson, writeJson } from '../../src/storage/json.ts';
import { writeRows } from '../../src/storage/arrow-rows.ts';
import { narrowToFp16 } from '../../src/storage/halves.ts';
import { type LabelHeader, type LabelSource } from '../../src/teacher/label-header.ts';
import { findLabels, type LabelPlan, LabelWriter, openLabels, storeOnce } from '../../src/teacher/label-store.ts';
import { temporaryFolder } from '../storage/temporary-folder.ts';

const source: LabelSource = { teacher: 'aa', tokenizer: 'bb', corpus: 'cc', maxTokens: 13, task: 'single-label', labels: ['no', 'yes'] };
const plan: LabelPlan = { source, voice: 'a teacher', examples: 7 };
const shards = [['a', 'b', 'c'], ['d', 'e', 'f'], ['ä']] as const;
const logitsOf = (ids: readonly string[]) => Float32Array.from(ids.flatMap((id) => [id.codePointAt(0) ?? 0, -0.1]));
const append = (writer: LabelWriter, ids: readonly string[]) => writer.append(ids, { logits: { values: logitsOf(ids) } });

/** A store with the first `count` of the three shards. */
async function stored(root: string, count = 3): Promise<string> {
  const writer = await LabelWriter.open(root, plan);
  for (const ids of shards.slice(0, count)) await append(writer, ids);
  return writer.folder;
}
const headerOf = async (folder: string) => (await readJson(join(folder, 'header.json'))) as LabelHeader;

test('what is appended shard by shard is read back in one piece, by id', async (t) => {
  const root = await temporaryFolder(t);
  const writer = await LabelWriter.open(root, plan);
  t.deepEqual([writer.stored, writer.complete], [0, false]);
  for (const [i, ids] of shards.entries()) {
    await append(writer, ids);
    t.deepEqual([writer.stored, writer.complete], [[3, 6, 7][i], i === 2]);
  }
  const { header, rows, logits } = await openLabels(writer.folder, source);
  t.deepEqual([...rows], shards.flat().map((id, row) => [id, row]));
  t.deepEqual(logits, logitsOf(shards.flat()));
  t.deepEqual(header.shards.map(({ file, rows: count }) => [file, count]), [['shard-00000.arrow', 3], ['shard-00001.arrow', 3], ['shard-00002.arrow', 1]]);
});

test('a labelling that stopped goes on behind its last whole shard, with the same bytes', async (t) => {
  const [whole, stopped] = [await stored(await temporaryFolder(t)), await temporaryFolder(t)];
  await stored(stopped, 1);
  const writer = await LabelWriter.open(stopped, plan);
  t.deepEqual([writer.stored, writer.complete], [3, false]);
  for (const ids of shards.slice(1)) await append(writer, ids);
  for (const file of ['header.json', 'shard-00000.arrow', 'shard-00001.arrow', 'shard-00002.arrow']) t.deepEqual(await readFile(join(writer.folder, file)), await readFile(join(whole, file)), file);
});

test('killed between shard and header: the shard is not counted and is written again', async (t) => {
  const root = await temporaryFolder(t);
  const folder = await stored(root, 1);
  await writeRows(join(folder, 'shard-00001.arrow'), { ids: ['x'], columns: [{ name: 'logits', dtype: 'float32', width: 2, values: Float32Array.of(9, 9) }] });
  const writer = await LabelWriter.open(root, plan);
  t.is(writer.stored, 3);
  for (const ids of shards.slice(1)) await append(writer, ids);
  t.deepEqual((await openLabels(folder)).logits, logitsOf(shards.flat()));
});

test('two sources live side by side; the same one finds its own again', async (t) => {
  const root = await temporaryFolder(t);
  const folder = await stored(root);
  const other = await LabelWriter.open(root, { ...plan, source: { ...source, teacher: 'ab' } });
  t.not(other.folder, folder);
  t.is(other.stored, 0);
  t.true((await LabelWriter.open(root, plan)).complete);
});

test('a store made from something else is refused with both sides', async (t) => {
  const root = await temporaryFolder(t);
  const folder = await stored(root);
  await t.throwsAsync(openLabels(folder, { teacher: 'ab', maxTokens: 13 }), { message: `${folder}: these labels do not fit; label the corpus anew (retort label)\n  teacher: stored "aa", wanted "ab"` });
  await writeJson(join(folder, 'header.json'), { ...(await headerOf(folder)), source: { ...source, corpus: 'moved here by hand' } });
  await t.throwsAsync(LabelWriter.open(root, plan), { message: /corpus: stored "moved here by hand", wanted "cc"/ });
  await writeJson(join(folder, 'header.json'), { ...(await headerOf(folder)), source, examples: 9 });
  await t.throwsAsync(LabelWriter.open(root, plan), { message: `${folder}: this store is of 9 examples, not of 7 examples; delete it and label again` });
});

test('an incomplete store is not read, and says how to go on', async (t) => {
  const folder = await stored(await temporaryFolder(t), 2);
  await t.throwsAsync(openLabels(folder), { message: `${folder}: only 6 of 7 examples are labelled; run the labelling again, it goes on where it stopped` });
});

test('a shard of other bytes is refused by name; deleted, it is written again', async (t) => {
  const root = await temporaryFolder(t);
  const folder = await stored(root);
  const file = join(folder, 'shard-00001.arrow');
  const bytes = await readFile(file);
  const at = bytes.indexOf(Buffer.from(logitsOf(['d']).buffer));
  t.true(at > 0);
  bytes.writeUInt8(bytes.readUInt8(at + 1) ^ 1, at + 1);
  await writeFile(file, bytes);
  for (const opening of [() => openLabels(folder), () => LabelWriter.open(root, plan)]) {
    await t.throwsAsync(opening, { message: `${file}: the checksum is not the one in the store's header: the file was changed or damaged. Delete it and label again` });
  }
  await rm(file); // as the message says
  const writer = await LabelWriter.open(root, plan);
  t.is(writer.stored, 3);
  for (const ids of shards.slice(1)) await append(writer, ids);
  t.deepEqual((await openLabels(folder)).logits, logitsOf(shards.flat()));
});

test('an example labelled twice is refused by its id', async (t) => {
  const root = await temporaryFolder(t);
  const writer = await LabelWriter.open(root, { ...plan, examples: 4 });
  await append(writer, ['a', 'b']);
  await append(writer, ['c', 'a']);
  await t.throwsAsync(openLabels(writer.folder), { message: `${join(writer.folder, 'shard-00001.arrow')}: example a is labelled twice` });
});

test('what is no header, and what is not there, is told by its file', async (t) => {
  const root = await temporaryFolder(t);
  const folder = await stored(root);
  await writeFile(join(folder, 'header.json'), '{"format": "else"}');
  for (const opening of [() => openLabels(folder), () => LabelWriter.open(root, plan)]) {
    const error = await t.throwsAsync(opening);
    t.true(error.message.startsWith(`${join(folder, 'header.json')}: not the header of a label store`), error.message);
  }
  await t.throwsAsync(openLabels(join(root, 'absent')), { message: /header\.json/ });
});

test('hidden states are stored in 16 bits and read back row by row', async (t) => {
  const root = await temporaryFolder(t);
  const states: LabelPlan = { ...plan, examples: 3, wants: { logits: true, cls: [1], hidden: [2] }, states: { width: 2, layers: 2 } };
  const writer = await LabelWriter.open(root, states);
  const halves = (...values: number[]) => narrowToFp16(Float32Array.from(values));
  await writer.append(['a', 'b'], { logits: { values: logitsOf(['a', 'b']) }, cls_1: { values: halves(1, 2, 3, 4) }, hidden_2: { values: halves(5, 6, 7, 8, 9, 10), tokens: Int32Array.of(1, 2) } });
  await writer.append(['c'], { logits: { values: logitsOf(['c']) }, cls_1: { values: halves(-1, 0.1) }, hidden_2: { values: halves(0, 1), tokens: Int32Array.of(1) } });
  const labels = await openLabels(writer.folder, source);
  t.deepEqual(labels.header.wants, states.wants);
  t.deepEqual(await labels.states.read('cls_1', [2, 0, 2]), [Float32Array.of(-1, 0.0999755859375), Float32Array.of(1, 2), Float32Array.of(-1, 0.0999755859375)]);
  t.deepEqual(await labels.states.read('hidden_2', [1, 0]), [Float32Array.of(7, 8, 9, 10), Float32Array.of(5, 6)]);
  await t.throwsAsync(labels.states.read('cls_2', [0]), { message: /no column cls_2/ });
  await rm(join(writer.folder, 'shard-00001.arrow'));
  await t.throwsAsync(labels.states.read('cls_1', [2]), { message: /shard-00001\.arrow/ });
  await t.throwsAsync(writer.append(['d'], { logits: { values: logitsOf(['d']) } }), { message: /cls_1/ });
});

test('a store that says more is found by who wants less, by its source and only when it is whole', async (t) => {
  const root = await temporaryFolder(t);
  t.is(await findLabels(join(root, 'absent'), plan), undefined);
  const more: LabelPlan = { ...plan, examples: 1, wants: { logits: true, cls: [0] }, states: { width: 1, layers: 1 } };
  const writer = await LabelWriter.open(root, more);
  await writeFile(join(root, 'a file'), '');
  t.is(await findLabels(root, plan), undefined);
  await writer.append(['a'], { logits: { values: logitsOf(['a']) }, cls_0: { values: Uint16Array.of(1) } });
  t.is((await findLabels(root, plan))?.folder, writer.folder);
  t.is((await findLabels(root, more))?.folder, writer.folder);
  t.is(await findLabels(root, { ...plan, source: { ...source, teacher: 'ab' } }), undefined);
  t.is(await findLabels(root, { ...more, wants: { logits: true, cls: [0, 1] } }), undefined);
});

test('examples that the teacher is silent about are counted, not stored', async (t) => {
  const root = await temporaryFolder(t);
  const quiet = { ...plan, silent: 2 };
  const writer = await LabelWriter.open(root, quiet);
  await append(writer, ['a', 'b', 'c']);
  await t.throwsAsync(openLabels(writer.folder), { message: /only 3 of 5 examples are labelled/ });
  await append(writer, ['d', 'e']);
  t.true(writer.complete);
  t.is((await openLabels(writer.folder)).rows.size, 5);
  await t.throwsAsync(LabelWriter.open(root, plan), { message: /this store is of 7 examples \(2 without an answer\), not of 7 examples; delete it/ });
});

test('written once; killed after the last shard, what is left is the lock, and that goes', async (t) => {
  const root = await temporaryFolder(t);
  const write = async (writer: LabelWriter) => {
    for (const ids of shards) await append(writer, ids);
  };
  const { folder } = await storeOnce(root, plan, write);
  await writeFile(join(folder, '.lock'), JSON.stringify({ pid: 2 ** 30, born: null, host: hostname(), token: 'x', since: 'then' }));
  t.is((await storeOnce(root, plan, () => Promise.reject(new Error('written again')))).folder, folder);
  t.false((await readdir(folder)).includes('.lock'));
  await t.throwsAsync(storeOnce(root, { ...plan, source: { ...source, teacher: 'ab' } }, () => Promise.reject(new Error('no'))), { message: 'no' });
});
