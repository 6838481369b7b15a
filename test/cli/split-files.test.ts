import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { findSplit, splitFile } from '../../src/cli/split-files.ts';

let folder: string;
test.beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'retort-splits-'));
});
test.afterEach.always(() => rm(folder, { recursive: true, force: true }));

test.serial('a split is the one file of its name', async (t) => {
  for (const name of ['train.csv', 'dev.jsonl', 'transfer.txt', 'test.txt']) await writeFile(join(folder, name), '');
  await mkdir(join(folder, 'test.tsv'));
  const found = await Promise.all(['train', 'dev', 'transfer', 'test'].map((split) => findSplit(folder, split)));
  t.deepEqual(found, [join(folder, 'train.csv'), join(folder, 'dev.jsonl'), join(folder, 'transfer.txt'), undefined]);
  t.is(await splitFile(folder, 'test'), join(folder, 'test.tsv'));
});

test.serial('two files for one split are refused', async (t) => {
  for (const name of ['train.tsv', 'train.jsonl']) await writeFile(join(folder, name), '');
  await t.throwsAsync(findSplit(folder, 'train'), { message: `${folder}: train.tsv and train.jsonl are both there; keep the one that is meant` });
});
