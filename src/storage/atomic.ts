// Writes that are whole or absent: a temporary sibling is filled, flushed and renamed over the target.
// A killed process leaves at most hidden siblings (partial-name.ts), which `removeStalePartials` and `recoverFolder` clear.
// One writer per target at a time: nothing here locks. Parent folders are created as needed.
import { lstat, mkdir, open, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { syncFolder, syncTree } from './durable.ts';
import { endOwner, isAlive, parseSibling, siblingPath, startOwner } from './partial-name.ts';
import { writeError } from './write-error.ts';

/** Writes the file `path`, old or new at every instant. On any error the old file, or its absence, stays. */
export async function writeFileAtomically(
  path: string,
  data: string | Uint8Array | Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
): Promise<void> {
  await throughPartial(path, async (temporary) => {
    const handle = await open(temporary, 'wx');
    try {
      await writeFile(handle, data);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, path);
  });
}

/**
 * Lets `fill` write into a new, empty folder and puts that in the place of the folder `path`.
 * A folder cannot be renamed over another, so an old one steps aside first; a crash in that instant leaves `path`
 * absent and the old folder beside it, and `recoverFolder` (which this also calls first) brings it back.
 */
export async function writeFolderAtomically(path: string, fill: (temporary: string) => Promise<void>): Promise<void> {
  await recoverFolder(path);
  await isFolder(path); // a file in the way is said before the work, not after it
  await throughPartial(path, async (temporary, owner) => {
    await mkdir(temporary);
    await fill(temporary);
    await syncTree(temporary);
    const aside = siblingPath(resolve(path), { owner, kind: 'replaced' });
    const replaces = await isFolder(path);
    if (replaces) await rename(path, aside);
    try {
      await rename(temporary, path);
    } catch (error) {
      if (replaces) await rename(aside, path);
      throw error;
    }
    await syncFolder(dirname(resolve(path)));
    if (replaces) await rm(aside, { recursive: true, force: true });
  });
}

/**
 * Ends what a crash inside `writeFolderAtomically(path, ...)` left: where `path` is absent the old folder returns,
 * where it is present the old one is deleted. Call it before reading a folder that may have been replaced.
 * @returns whether an old folder was brought back.
 */
export async function recoverFolder(path: string): Promise<boolean> {
  const parent = dirname(resolve(path));
  for (const { target, owner, kind } of await siblings(parent)) {
    // Only this process's own writes are left alone: a reused process id must not keep a checkpoint hidden for ever.
    if (kind !== 'replaced' || target !== basename(resolve(path))) continue;
    if (isAlive(owner) && owner.startsWith(`${process.pid}-`)) continue;
    const aside = siblingPath(resolve(path), { owner, kind });
    if (!(await isFolder(path))) {
      await rename(aside, path);
      await syncFolder(parent);
      return true;
    }
    await rm(aside, { recursive: true, force: true });
  }
  return false;
}

/** Deletes the partial files and folders in `folder` whose process is gone. @returns their names. */
export async function removeStalePartials(folder: string): Promise<string[]> {
  const removed: string[] = [];
  for (const { target, owner, kind } of await siblings(folder)) {
    if (kind !== 'partial' || isAlive(owner)) continue;
    const path = siblingPath(join(folder, target), { owner, kind });
    await rm(path, { recursive: true, force: true });
    removed.push(basename(path));
  }
  return removed;
}

/**
 * Appends one line to a JSONL log, newline last and in a single write, so that a kill leaves at most a torn last line.
 * Such a torn line of an earlier process is cut off first: nothing may be glued to it. Not flushed: a log is worth less than a step.
 */
export async function appendLine(path: string, line: string): Promise<void> {
  if (line.includes('\n')) throw new Error(`${path}: a log line may not hold a line break: ${JSON.stringify(line.slice(0, 80))}`);
  await mkdir(dirname(resolve(path)), { recursive: true });
  const handle = await open(path, 'a+');
  try {
    const { size } = await handle.stat();
    const tail = await readTail(handle, size);
    const isWhole = tail.length > 0 && isJson(tail.toString());
    if (!isWhole && tail.length > 0) await handle.truncate(size - tail.length);
    const bytes = Buffer.from(`${isWhole ? '\n' : ''}${line}\n`);
    const { bytesWritten } = await handle.write(bytes);
    if (bytesWritten < bytes.length) throw new Error(`${path}: only ${bytesWritten} of ${bytes.length} bytes were written. Is the disk full?`);
  } finally {
    await handle.close();
  }
}

/** What follows the last newline of a file of `size` bytes. */
async function readTail(handle: Awaited<ReturnType<typeof open>>, size: number): Promise<Buffer> {
  for (let length = 1; ; length *= 4096) {
    const start = Math.max(0, size - length);
    const bytes = Buffer.alloc(size - start);
    await handle.read(bytes, 0, bytes.length, start);
    const newline = bytes.lastIndexOf(0x0a);
    if (newline >= 0 || start === 0) return bytes.subarray(newline + 1);
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** Runs `write` with a temporary path beside `path`; whatever is left there afterwards is removed. */
async function throughPartial(path: string, write: (temporary: string, owner: string) => Promise<void>): Promise<void> {
  const target = resolve(path);
  const owner = startOwner();
  const temporary = siblingPath(target, { owner, kind: 'partial' });
  try {
    await mkdir(dirname(target), { recursive: true });
    await write(temporary, owner);
    await syncFolder(dirname(target));
  } catch (error) {
    await rm(temporary, { recursive: true, force: true });
    throw error instanceof Error && 'syscall' in error ? new Error(`${path}: ${writeError(error)}`, { cause: error }) : error;
  } finally {
    endOwner(owner);
  }
}

async function siblings(folder: string) {
  const names = await readdir(folder).catch(orWhenAbsent<string[]>([]));
  return names.flatMap((name) => parseSibling(name) ?? []);
}

async function isFolder(path: string): Promise<boolean> {
  const found = await lstat(path).catch(orWhenAbsent(undefined));
  if (found !== undefined && !found.isDirectory()) throw new Error(`${path}: a file or link stands where a folder is to be written. Move it away.`);
  return found !== undefined;
}

/** A handler for `catch` that forgives only "no such file". */
function orWhenAbsent<T>(instead: T): (error: unknown) => T {
  return (error) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return instead;
    throw error;
  };
}
