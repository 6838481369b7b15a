/**
 * The npm packages that some packages need to run, as package-lock.json resolved them, and which of their files: no maps, no
 * declarations, no builds for other systems or for browsers.
 */
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

interface Locked {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

export type Lock = Readonly<Record<string, Locked>>;

/** One package: where it lies in the tree, and where it goes. */
export interface Placed {
  readonly from: string;
  readonly to: string;
}

export async function readLock(root: string): Promise<Lock> {
  return (JSON.parse(await readFile(join(root, 'package-lock.json'), 'utf8')) as { packages: Lock }).packages;
}

/**
 * Everything that `names` need, themselves included. A package that lies inside another because its place was taken moves up where the
 * taker is not among them.
 * @param isHere whether an optional package is installed.
 */
export function closure(lock: Lock, names: readonly string[], isHere: (path: string) => boolean = existsSync): Placed[] {
  const found = new Set<string>();
  const add = (name: string, from: string, optional = false): void => {
    const path = resolved(lock, name, from);
    if (path === undefined || (optional && !isHere(path))) {
      if (!optional) throw new Error(`package-lock.json has no ${name}, which ${from === '' ? 'the bundle' : from} needs`);
      return;
    }
    if (found.has(path)) return;
    found.add(path);
    const { dependencies = {}, optionalDependencies = {} } = lock[path] ?? {};
    for (const dependency of Object.keys(dependencies)) if (!(dependency in optionalDependencies)) add(dependency, path);
    for (const dependency of Object.keys(optionalDependencies)) add(dependency, path, true);
  };
  for (const name of names) add(name, '');
  return [...found].sort().map((from) => {
    const top = `node_modules/${nameOf(from)}`;
    const others = [...found].filter((path) => nameOf(path) === nameOf(from));
    return { from, to: from === top || others.length > 1 ? from : top };
  });
}

/** As Node looks for it: in the package's own node_modules, then in those above. */
function resolved(lock: Lock, name: string, from: string): string | undefined {
  for (let folder = from; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf('/node_modules/')))) {
    const path = `${folder === '' ? '' : `${folder}/`}node_modules/${name}`;
    if (path in lock) return path;
    if (folder === '') return undefined;
  }
}

const nameOf = (path: string): string => path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);

/** Files of a package that nothing loads on Linux x86-64. */
const idle = [
  /\.(map|md|markdown|d\.[cm]?ts|flow)$/,
  /^tokenizers\/tokenizers\.(?!linux-x64-gnu)[\w-]+\.node$/,
  /^@tensorflow\/tfjs-[\w-]+\/(src\/|dist\/tf-[\w-]+\.(min|es2017|es2017\.min|fesm|fesm\.min)\.js$)/,
];

/** Whether a file, named from its package's name on, belongs into a bundle. */
export function isLoaded(file: string): boolean {
  return !idle.some((pattern) => pattern.test(file));
}

/** Files of a package that belong into a bundle, relative to its folder. */
export async function packageFiles(root: string, { from }: Placed): Promise<string[]> {
  const entries = await readdir(join(root, from), { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name).slice(join(root, from).length + 1));
  return files.filter((file) => !file.startsWith('node_modules/') && isLoaded(`${nameOf(from)}/${file}`)).sort();
}
