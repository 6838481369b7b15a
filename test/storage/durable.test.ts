import { chmod, mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { syncFolder, syncTree } from '../../src/storage/durable.ts';
import { temporaryFolder } from './temporary-folder.ts';

test('a tree with folders, read-only files and dangling links is flushed', async (t) => {
  const folder = await temporaryFolder(t);
  await mkdir(join(folder, 'a', 'b'), { recursive: true });
  await writeFile(join(folder, 'a', 'b', 'file'), 'text');
  await chmod(join(folder, 'a', 'b', 'file'), 0o444);
  if (process.platform !== 'win32') await symlink(join(folder, 'absent'), join(folder, 'a', 'link'));
  await t.notThrowsAsync(syncTree(folder));
  await t.notThrowsAsync(syncFolder(folder));
});

test('what is not there is an error', async (t) => {
  await t.throwsAsync(syncTree(join(await temporaryFolder(t), 'absent')), { code: 'ENOENT' });
});
