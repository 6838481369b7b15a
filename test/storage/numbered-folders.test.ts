import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { keepNewest, numberedFolder, numbersIn } from '../../src/storage/numbered-folders.ts';
import { temporaryFolder } from './temporary-folder.ts';

async function make(root: string, ...names: string[]): Promise<void> {
  for (const name of names) {
    await mkdir(join(root, name), { recursive: true });
    await writeFile(join(root, name, 'file'), 'x');
  }
}

test('names sort as their numbers do', (t) => {
  t.is(numberedFolder('root', 'step', 7), join('root', 'step-00000007'));
  const names = [3, 20, 100, 99_999_999].map((n) => numberedFolder('root', 'step', n));
  t.deepEqual([...names].sort(), names);
});

test('numbers are found in order, also past the padding; other names are not', async (t) => {
  const root = await temporaryFolder(t);
  await make(root, ...[123_456_789, 20, 3].map((n) => numberedFolder('.', 'step', n)), 'step-7', 'step-00000001x', 'other-00000009', '.step-00000008.1-a.partial', 'laststep-00000002');
  t.deepEqual(await numbersIn(root, 'step'), [3, 20, 123_456_789]);
  t.deepEqual(await numbersIn(join(root, 'absent'), 'step'), []);
});

test('a root that cannot be read is told, not taken for empty', async (t) => {
  const root = await temporaryFolder(t);
  await writeFile(join(root, 'file'), 'x');
  await t.throwsAsync(numbersIn(join(root, 'file'), 'step'), { code: 'ENOTDIR' });
});

test('the newest stay, everything else under the root too', async (t) => {
  const root = await temporaryFolder(t);
  await make(root, 'step-00000001', 'step-00000010', 'step-00000002', 'other-00000000', 'step-3');
  await keepNewest(root, 'step', 2);
  t.deepEqual((await readdir(root)).sort(), ['other-00000000', 'step-00000002', 'step-00000010', 'step-3']);
  await keepNewest(root, 'step', 5);
  t.deepEqual(await numbersIn(root, 'step'), [2, 10]);
  await keepNewest(root, 'step', 0);
  t.deepEqual(await numbersIn(root, 'step'), []);
  await t.notThrowsAsync(keepNewest(join(root, 'absent'), 'step', 2));
});
