// Reading pieces of large files by position, with errors that name the file.
import { open, type FileHandle } from 'node:fs/promises';

const maxReadLength = 2 ** 30;

/** So many bytes from `position` on, in a fresh buffer, whose offset is aligned whatever the file's is. */
export async function readBytes(file: FileHandle, position: number, length: number): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(length);
  for (let done = 0; done < length; ) {
    const { bytesRead } = await file.read(bytes, done, Math.min(maxReadLength, length - done), position + done);
    if (bytesRead === 0) throw new Error('the file became shorter while it was read');
    done += bytesRead;
  }
  return bytes;
}

/** Opens a file for reading and closes it, whatever happens. What `read` throws becomes one sentence that names the file. */
export async function withFile<T>(path: string, read: (file: FileHandle) => Promise<T>): Promise<T> {
  const file = await open(path, 'r');
  try {
    return await named(path, () => read(file));
  } finally {
    await file.close();
  }
}

/** What `work` throws becomes one sentence that names the file. */
export async function named<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw new Error(`${path}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}

/** Pieces of one file, each in a buffer of its own, in the order they are asked for. @throws naming the file where it is too short. */
export async function readPieces(path: string, pieces: readonly { readonly position: number; readonly length: number }[]): Promise<Uint8Array<ArrayBuffer>[]> {
  return withFile(path, async (file) => {
    const read: Uint8Array<ArrayBuffer>[] = [];
    for (const { position, length } of pieces) read.push(await readBytes(file, position, length));
    return read;
  });
}
