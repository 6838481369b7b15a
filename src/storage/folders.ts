// What folders lie in a folder.
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** Paths of the folders in `root`, sorted; none if it does not exist. */
export async function foldersIn(root: string): Promise<string[]> {
  const entries = await readdir(root, { withFileTypes: true }).catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  });
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => join(root, name)).sort();
}
