/** The front page is a map, and true; the tests mirror the sources. */
import { floorOf } from './floors.ts';
import type { Files, Verdict } from './source.ts';

/** A line of the map: a path from the root, folders with a slash at the end, and what is said of it. */
export type Entry = { path: string; words: string };

/**
 * The entries of the first fenced block under a heading that says `map`. A line is `name  words`, indented (by spaces or drawn
 * branches) under the folder it lies in; lines that start with neither `folder/` nor `file.ext` continue the words above.
 */
export function mapEntries(readme: string): Entry[] {
  const block = /^#+[^\n]*\bmap\b[^\n]*\n(?:(?!^#)[^])*?^```[^\n]*\n([^]*?)^```/im.exec(readme)?.[1] ?? '';
  const entries: Entry[] = [];
  const folders: { indent: number; path: string }[] = [];
  for (const line of block.split('\n')) {
    const [, indent = '', name, words = ''] = /^([\s│├└─|`+-]*)([\w@.-]+\/?)(?=\s|$)\s*(.*)$/.exec(line) ?? [];
    if (name === undefined || !/\/$|\.[a-z]+$/.test(name)) continue;
    while (folders.length > 0 && folders.at(-1)!.indent >= indent.length) folders.pop();
    const path = `${folders.at(-1)?.path ?? ''}${name}`;
    if (name.endsWith('/')) folders.push({ indent: indent.length, path });
    entries.push({ path, words: words.trim() });
  }
  return entries;
}

/** The map lists the rooms and the top folders that exist, no others, each with words; files it names exist. */
export function checkMap(files: Files): Verdict {
  const entries = mapEntries(files.get('README.md') ?? '');
  const named = new Set(entries.map(({ path }) => path));
  const folders = new Set([...files.keys()].flatMap((path) => {
    const [top, room, ...rest] = path.split('/');
    return room === undefined ? [] : [`${top!}/`, ...(top === 'src' && rest.length > 0 ? [`src/${room}/`] : [])];
  }));
  const exists = (path: string): boolean => (path.endsWith('/') ? [...files.keys()].some((file) => file.startsWith(path)) : files.has(path));
  const faults = [
    ...[...folders].filter((folder) => !named.has(folder)).map((folder) => `README.md: the map does not show ${folder}`),
    ...[...named].filter((path) => !exists(path)).map((path) => `README.md: the map shows ${path}, which does not exist`),
    ...entries.filter(({ path, words }) => path.endsWith('/') && words === '' && path !== 'src/').map(({ path }) => `README.md: the map says nothing of ${path}`),
  ];
  return { looked: entries.length, faults };
}

/** Tests that look across the files of a room or at the addon's C++, and why they have no file of their own. */
export const acrossFiles: ReadonlyMap<string, string> = new Map([
  ['test/objectives/contract.test.ts', 'holds every objective of the catalogue to one contract'],
  ['test/engine/conformance.test.ts', 'holds every engine to the operations the house calls'],
  ['test/engine/torch/chosen-rows.test.ts', 'tests native/chosen_rows.h'],
  ['test/engine/torch/huge-pages.test.ts', 'tests native/huge_pages.cc'],
  ['test/engine/torch/library-attention.test.ts', 'tests what native/ops_attention.cc leaves to LibTorch'],
  ['test/engine/torch/kept-packing.test.ts', 'tests the products of native/dense.h'],
  ['test/engine/torch/late-rows.test.ts', 'tests native/late_rows.cc'],
]);

/** test/ROOM/NAME.test.ts tests src/ROOM/NAME.ts, in sub-folders too. `looked` counts the tests that stand in a room. */
export function checkMirror(files: Files): Verdict {
  const tests = [...files.keys()].filter((path) => path.endsWith('.test.ts') && floorOf.has(path.split('/')[1]!));
  const faults = tests
    .filter((path) => !acrossFiles.has(path) && !files.has(sourceFor(path)))
    .map((path) => `${path} tests ${sourceFor(path)}, which does not exist`);
  return { looked: tests.length, faults };
}

/** The files of src in a room that no test mirrors: told, not forbidden. */
export function untested(files: Files): string[] {
  const tested = new Set([...files.keys()].map(sourceFor));
  return [...files.keys()].filter((path) => /^src\/.+\/.+\.ts$/.test(path) && !tested.has(path));
}

const sourceFor = (test: string): string => (test.endsWith('.test.ts') ? test.replace(/^test\//, 'src/').replace(/\.test\.ts$/, '.ts') : '');
