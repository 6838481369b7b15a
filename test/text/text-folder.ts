// A folder for the files of one test file: `put` writes one, and all are gone at the end.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import test from 'ava';

export interface TextFolder {
  readonly folder: string;
  /** Writes a file and gives its path. */
  readonly put: (name: string, content: string | Uint8Array) => Promise<string>;
}

export async function textFolder(): Promise<TextFolder> {
  const folder = await mkdtemp(join(tmpdir(), 'retort-text-'));
  test.after.always(() => rm(folder, { recursive: true, force: true }));
  return {
    folder,
    put: async (name, content) => {
      await mkdir(dirname(join(folder, name)), { recursive: true });
      await writeFile(join(folder, name), content);
      return join(folder, name);
    },
  };
}

/** Everything a reader gives. */
export async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const gathered: T[] = [];
  for await (const item of items) gathered.push(item);
  return gathered;
}
