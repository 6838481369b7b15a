/** The tree as it stands on disk: every file that git would keep, with the text of those the rules read. */
import { readdirSync, readFileSync } from 'node:fs';
import type { Files } from './source.ts';

const root = new URL('../../', import.meta.url);

/** Top folders that git ignores, and those that start with a dot, are no part of the house. */
export function readTree(): Files {
  const ignored = readFileSync(new URL('.gitignore', root), 'utf8').split('\n').map((line) => line.replace(/\/$/, ''));
  const files = new Map<string, string>();
  const walk = (folder: string): void => {
    for (const entry of readdirSync(new URL(folder, root), { withFileTypes: true })) {
      const path = `${folder}${entry.name}`;
      if (entry.name.startsWith('.') || ignored.includes(entry.name)) continue;
      if (entry.isDirectory()) walk(`${path}/`);
      else files.set(path, isRead(path) ? readFileSync(new URL(encodeURI(path), root), 'utf8') : '');
    }
  };
  walk('');
  return files;
}

const isRead = (path: string): boolean => path === 'README.md' || (path.endsWith('.ts') && !path.startsWith('test/fixtures/'));
