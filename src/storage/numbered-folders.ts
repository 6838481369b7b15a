/**
 * Folders that count up, such as checkpoints: `<prefix>-<number>` under one root. Each is written whole (see atomic.ts), so the
 * highest number is the newest complete one.
 */
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

/** The path of number `n`; padded so that names sort as numbers do. */
export function numberedFolder(root: string, prefix: string, n: number): string {
  return join(root, `${prefix}-${String(n).padStart(8, '0')}`);
}

/** Numbers present under `root`, ascending; none if the root does not exist. */
export async function numbersIn(root: string, prefix: string): Promise<number[]> {
  const names = await readdir(root).catch((error: unknown) => {
    if ((error as { code?: string }).code === 'ENOENT') return [];
    throw error;
  });
  const pattern = new RegExp(`^${prefix}-(\\d{8,})$`);
  return names
    .flatMap((name) => pattern.exec(name)?.[1] ?? [])
    .map(Number)
    .sort((a, b) => a - b);
}

/** Removes all but the `count` highest numbers. */
export async function keepNewest(root: string, prefix: string, count: number): Promise<void> {
  const numbers = await numbersIn(root, prefix);
  for (const n of numbers.slice(0, Math.max(0, numbers.length - count))) {
    await rm(numberedFolder(root, prefix, n), { recursive: true, force: true });
  }
}
