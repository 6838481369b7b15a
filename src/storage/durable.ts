// fsync: after these return, a power cut no longer loses the bytes (as far as the disk tells the truth).
// Windows cannot fsync a folder and flushes only through a writable handle; there the folder steps do nothing.
import { open, readdir } from 'node:fs/promises';
import { join } from 'node:path';

const onWindows = process.platform === 'win32';

/** Flushes the entries (names) of one folder, not the files in it. */
export async function syncFolder(folder: string): Promise<void> {
  if (!onWindows) await sync(folder, 'r');
}

/** Flushes every plain file below `folder`, then every folder from the inside out. */
export async function syncTree(folder: string): Promise<void> {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) await syncTree(path);
    else if (entry.isFile()) await sync(path, onWindows ? 'r+' : 'r');
  }
  await syncFolder(folder);
}

async function sync(path: string, flags: 'r' | 'r+'): Promise<void> {
  const handle = await open(path, flags);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
