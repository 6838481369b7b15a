// Names of the temporary siblings of an atomic write: `.<name>.<pid>-<random>.partial` is being written,
// `.<name>.<pid>-<random>.replaced` is an old folder that a new one is just taking the place of.
// Says which of them a running process still owns. Touches no file.
import { randomBytes } from 'node:crypto';
import { basename, dirname, join } from 'node:path';

export type Sibling = {
  /** Name of the target file or folder. */
  readonly target: string;
  readonly owner: string;
  readonly kind: 'partial' | 'replaced';
};

/** Owners with a write under way in this process: a process id alone is no proof, a container reuses its own. */
const active = new Set<string>();

export function startOwner(): string {
  const owner = `${process.pid}-${randomBytes(6).toString('hex')}`;
  active.add(owner);
  return owner;
}

export function endOwner(owner: string): void {
  active.delete(owner);
}

export function siblingPath(path: string, { owner, kind }: Omit<Sibling, 'target'>): string {
  return join(dirname(path), `.${basename(path)}.${owner}.${kind}`);
}

/** Undefined for a name that no atomic write gives. */
export function parseSibling(name: string): Sibling | undefined {
  const [, target, owner, kind] = /^\.(.+)\.(\d+-[0-9a-f]{12})\.(partial|replaced)$/s.exec(name) ?? [];
  if (target === undefined || owner === undefined) return undefined;
  return { target, owner, kind: kind === 'partial' ? 'partial' : 'replaced' };
}

/** Whether the write may still be under way. A stranger with a dead owner's process id makes this true: litter stays, nothing is lost. */
export function isAlive(owner: string): boolean {
  const pid = Number.parseInt(owner, 10);
  if (pid === process.pid) return active.has(owner);
  try {
    process.kill(pid, 0); // signal 0 only asks
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
