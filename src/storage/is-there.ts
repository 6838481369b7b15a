/**
 * Whether a path leads to something: a file, a folder, whatever it is.
 */
import { access } from 'node:fs/promises';

export async function isThere(path: string): Promise<boolean> {
  return access(path).then(() => true, () => false);
}
