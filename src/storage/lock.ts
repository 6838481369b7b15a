// One writer per folder: a small file says who is writing there. A process that was killed leaves it behind; the next one sees that its
// owner is gone and takes its place. Where the owner cannot be asked, on another machine, a lock counts while it is being touched.
//   .lock: JSON { "pid", "born": when the process started, in the system's own count, or null, "host", "token", "since" }
import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { copyFile, link, mkdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { endOwner, siblingPath, startOwner } from './partial-name.ts';
import { printable } from './quoted.ts';
import { writeError } from './write-error.ts';

export interface Lock {
  release(): Promise<void>;
}

interface Owner {
  readonly pid: number;
  readonly born: string | null;
  readonly host: string;
  readonly token: string;
  readonly since: string;
}

const touchEveryMs = 60_000;
/** A step of a large model may hold up its process for minutes. */
const forgottenAfterMs = 10 * touchEveryMs;

/**
 * Takes the folder for this process; it is created where it is missing.
 * @throws in one sentence where another living process holds it.
 */
export async function lockFolder(folder: string): Promise<Lock> {
  await mkdir(folder, { recursive: true });
  const file = join(folder, '.lock');
  const owner: Owner = { pid: process.pid, born: await birthOf(process.pid), host: hostname(), token: randomBytes(8).toString('hex'), since: new Date().toISOString() };
  const writer = startOwner();
  const own = siblingPath(file, { owner: writer, kind: 'partial' });
  try {
    await writeFile(own, JSON.stringify(owner), { flag: 'wx' }).catch((error: unknown) => {
      throw new Error(`${folder}: ${writeError(error)}`, { cause: error });
    });
    // Each round either takes the place, finds a living owner, or clears a dead one away.
    while (!(await place(own, file))) await clearDead(folder, file, own);
  } finally {
    await rm(own, { force: true });
    endOwner(writer);
  }
  const touching = setInterval(() => void utimes(file, new Date(), new Date()).catch(() => undefined), touchEveryMs).unref();
  return {
    release: async () => {
      clearInterval(touching);
      if ((await readOwner(file))?.token === owner.token) await rm(file, { force: true });
    },
  };
}

/** Removes what a killed process left in a folder that nobody needs to write in any more: its lock. Does nothing where it cannot. */
export async function forgetDeadLock(folder: string): Promise<void> {
  const found = await readOwner(join(folder, '.lock')).catch(() => undefined);
  if (found?.host === hostname() && !(await isOwnerAlive(found))) await rm(join(folder, '.lock'), { force: true }).catch(() => undefined);
}

/** Puts `own` at `file` whole, unless something is there. */
async function place(own: string, file: string): Promise<boolean> {
  const taken = (error: unknown) => {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  };
  try {
    await link(own, file);
    return true;
  } catch (error) {
    // Some file systems have no links.
    return codeOf(error) === 'EEXIST' ? false : copyFile(own, file, constants.COPYFILE_EXCL).then(() => true, taken);
  }
}

/** Removes the lock of a dead owner. @throws if its owner lives. */
async function clearDead(folder: string, file: string, own: string): Promise<void> {
  const found = await readOwner(file);
  if (found === undefined) return; // gone in the meantime
  const refused = await refusal(found, file, own);
  if (refused !== undefined) throw new Error(`${folder}: ${refused}`);
  const mover = startOwner();
  const aside = siblingPath(file, { owner: mover, kind: 'partial' });
  await rename(file, aside).catch((error: unknown) => {
    if (codeOf(error) !== 'ENOENT') throw error;
  });
  // Another process may have cleared the same one and put its own there: that one goes back.
  const moved = await readOwner(aside);
  if (moved !== undefined && moved.token !== found.token) await place(aside, file);
  await rm(aside, { force: true });
  endOwner(mover);
}

/** Why the lock holds; undefined when its owner is dead. */
async function refusal(owner: Owner, file: string, own: string): Promise<string | undefined> {
  const { pid, host, since } = owner;
  if (host === hostname()) {
    if (!(await isOwnerAlive(owner))) return undefined;
    return `another process (number ${pid}, since ${printable(since)}) is writing here; wait until it is done, or give another folder`;
  }
  const [locked, now] = [await stat(file), await stat(own)]; // one clock for both: the file system's
  if (now.mtimeMs - locked.mtimeMs > forgottenAfterMs) return undefined;
  return `a process on the machine ${printable(host)} (number ${pid}, since ${printable(since)}) is writing here; wait until it is done. If it is dead, delete ${file}`;
}

const nobody: Owner = { pid: 0, born: null, host: hostname(), token: '', since: '' };

/** Undefined where there is no lock; an unreadable one belongs to nobody. */
async function readOwner(file: string): Promise<Owner | undefined> {
  try {
    const { pid, born, host, token, since } = JSON.parse(await readFile(file, 'utf8')) as Partial<Record<keyof Owner, unknown>>;
    const isOwner = typeof pid === 'number' && (born === null || typeof born === 'string') && typeof host === 'string' && typeof token === 'string' && typeof since === 'string';
    return isOwner ? { pid, born, host, token, since } : nobody;
  } catch (error) {
    return codeOf(error) === 'ENOENT' ? undefined : nobody;
  }
}

/** Of this machine. A process of the same number that started at another time is another one. */
async function isOwnerAlive({ pid, born }: Owner): Promise<boolean> {
  return isRunning(pid) && (await birthOf(pid)) === born;
}

function isRunning(pid: number): boolean {
  if (!Number.isSafeInteger(pid) || pid < 1) return false;
  try {
    process.kill(pid, 0); // signal 0 only asks
    return true;
  } catch (error) {
    return codeOf(error) === 'EPERM';
  }
}

/** Tells two processes of one number apart, where the system says when they started (Linux: the 22nd field); else null. */
async function birthOf(pid: number): Promise<string | null> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  return text.slice(text.lastIndexOf(')') + 2).split(' ')[19] ?? null;
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error ? String(error.code) : undefined;
}
