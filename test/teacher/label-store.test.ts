import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { readJson, writeJson } from '../../src/storage/json.ts';
import { writeLogitShard } from '../../src/storage/arrow-rows.ts';
import { type LabelHeader, type LabelSource } from '../../src/teacher/label-header.ts';
import { LabelWriter, openLabels } from '../../src/teacher/label-store.ts';
import { temporaryFolder } from '../storage/temporary-folder.ts';

const source: LabelSource = { teacher: 'aa', tokenizer: 'bb', corpus: 'cc', maxTokens: 13, labels: ['no', 'yes'] };
const shards = [['a', 'b', 'c'], ['d', 'e', 'f'], ['ä']] as const;
const logitsOf = (ids: readonly string[]) => Float32Array.from(ids.flatMap((id) => [id.codePointAt(0) ?? 0, -0.1]));
const append = (writer: LabelWriter, ids: readonly string[]) => writer.append(ids, logitsOf(ids));

/** A store with the first `count` of the three shards. */
async function stored(root: string, count = 3): Promise<string> {
  const writer = await LabelWriter.open(root, source, 7);
  for (const ids of shards.slice(0, count)) await append(writer, ids);
  return writer.folder;
}
const headerOf = async (folder: string) => (await readJson(join(folder, 'header.json'))) as LabelHeader;

test('what is appended shard by shard is read back in one piece, by id', async (t) => {
  const root = await temporaryFolder(t);
  const writer = await LabelWriter.open(root, source, 7);
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
  const writer = await LabelWriter.open(stopped, source, 7);
  t.deepEqual([writer.stored, writer.complete], [3, false]);
  for (const ids of shards.slice(1)) await append(writer, ids);
  for (const file of ['header.json', 'shard-00000.arrow', 'shard-00001.arrow', 'shard-00002.arrow']) t.deepEqual(await readFile(join(writer.folder, file)), await readFile(join(whole, file)), file);
});

test('killed between shard and header: the shard is not counted and is written again', async (t) => {
  const root = await temporaryFolder(t);
  const folder = await stored(root, 1);
  await writeLogitShard(join(folder, 'shard-00001.arrow'), { ids: ['x'], logits: Float32Array.of(9, 9), classes: 2 });
  const writer = await LabelWriter.open(root, source, 7);
  t.is(writer.stored, 3);
  for (const ids of shards.slice(1)) await append(writer, ids);
  t.deepEqual((await openLabels(folder)).logits, logitsOf(shards.flat()));
});

test('two sources live side by side; the same one finds its own again', async (t) => {
  const root = await temporaryFolder(t);
  const folder = await stored(root);
  const other = await LabelWriter.open(root, { ...source, teacher: 'ab' }, 7);
  t.not(other.folder, folder);
  t.is(other.stored, 0);
  t.true((await LabelWriter.open(root, source, 7)).complete);
});

test('a store made from something else is refused with both sides', async (t) => {
  const root = await temporaryFolder(t);
  const folder = await stored(root);
  await t.throwsAsync(openLabels(folder, { teacher: 'ab', maxTokens: 13 }), { message: `${folder}: these labels do not fit; label the corpus anew (retort label)\n  teacher: stored "aa", wanted "ab"` });
  await writeJson(join(folder, 'header.json'), { ...(await headerOf(folder)), source: { ...source, corpus: 'moved here by hand' } });
  await t.throwsAsync(LabelWriter.open(root, source, 7), { message: /corpus: stored "moved here by hand", wanted "cc"/ });
  await writeJson(join(folder, 'header.json'), { ...(await headerOf(folder)), source, examples: 9 });
  await t.throwsAsync(LabelWriter.open(root, source, 7), { message: `${folder}: this store is of 9 examples, not of 7; delete it and label again` });
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
  for (const opening of [() => openLabels(folder), () => LabelWriter.open(root, source, 7)]) {
    await t.throwsAsync(opening, { message: `${file}: the checksum is not the one in the store's header: the file was changed or damaged. Delete it and label again` });
  }
  await rm(file); // as the message says
  const writer = await LabelWriter.open(root, source, 7);
  t.is(writer.stored, 3);
  for (const ids of shards.slice(1)) await append(writer, ids);
  t.deepEqual((await openLabels(folder)).logits, logitsOf(shards.flat()));
});

test('an example labelled twice is refused by its id', async (t) => {
  const root = await temporaryFolder(t);
  const writer = await LabelWriter.open(root, source, 4);
  await append(writer, ['a', 'b']);
  await append(writer, ['c', 'a']);
  await t.throwsAsync(openLabels(writer.folder), { message: `${join(writer.folder, 'shard-00001.arrow')}: example a is labelled twice` });
});

test('what is no header, and what is not there, is told by its file', async (t) => {
  const root = await temporaryFolder(t);
  const folder = await stored(root);
  await writeFile(join(folder, 'header.json'), '{"format": "else"}');
  for (const opening of [() => openLabels(folder), () => LabelWriter.open(root, source, 7)]) {
    const error = await t.throwsAsync(opening);
    t.true(error.message.startsWith(`${join(folder, 'header.json')}: not the header of a label store`), error.message);
  }
  await t.throwsAsync(openLabels(join(root, 'absent')), { message: /header\.json/ });
});
