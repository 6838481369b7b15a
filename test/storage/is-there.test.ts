import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { isThere } from '../../src/storage/is-there.ts';
import { temporaryFolder } from './temporary-folder.ts';

test('files and folders are there, nothing else is', async (t) => {
  const folder = await temporaryFolder(t);
  await writeFile(join(folder, 'file'), '');
  t.deepEqual(await Promise.all([folder, join(folder, 'file'), join(folder, 'none'), join(folder, 'file', 'below')].map(isThere)), [true, true, false, false]);
});
