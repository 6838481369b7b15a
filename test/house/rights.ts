/** What only some rooms may do, as a table of rules over single files of src. */
import { roomOf } from './floors.ts';
import { sourcesIn } from './source.ts';
import type { Files, Source, Verdict } from './source.ts';

/** `breaks` tells what a file does against the rule; `mayBreak` says which rooms are free to. */
export type Right = { name: string; breaks: (source: Source) => boolean; mayBreak: (room: string, path: string) => boolean };

const only = (...rooms: string[]) => (room: string): boolean => rooms.includes(room);
const allBut = (...rooms: string[]) => (room: string): boolean => !rooms.includes(room);
const nobody = only();

const imports = (pattern: RegExp) => ({ imports: all }: Source): boolean => all.some(({ specifier }) => pattern.test(specifier));
const says = (pattern: RegExp) => ({ code }: Source): boolean => pattern.test(code);
const either = (...tests: ((source: Source) => boolean)[]) => (source: Source): boolean => tests.some((test) => test(source));

/** `process.NAME`, `process?.NAME`, `const { NAME } = process` and `import { NAME } from 'node:process'` are one thing. */
const processMember = (names: string) =>
  either(
    says(new RegExp(`\\bprocess\\s*(\\?\\.|\\.)\\s*(${names})\\b`)),
    says(new RegExp(`\\{[^{}]*\\b(${names})\\b[^{}]*\\}\\s*=\\s*(globalThis\\s*\\.\\s*)?process\\b`)),
    says(/\bprocess\s*(\?\.)?\s*\[/),
    imports(/^(node:)?process$/),
  );

export const rights: readonly Right[] = [
  {
    name: 'only engine/ imports TensorFlow.js or loads an addon',
    breaks: either(imports(/^@tensorflow\/|\.node$/), says(/\bdlopen\b/), ({ strings }) => strings.some((text) => /[\w)]\.node$/.test(text))),
    mayBreak: only('engine'),
  },
  {
    name: 'only text/, storage/, cli/ and report/ touch the file system',
    breaks: imports(/^(node:)?fs(\/|$)/),
    mayBreak: (room, path) => only('text', 'storage', 'cli', 'report')(room) || path === 'src/engine/torch/unchanged.ts', // what is loaded as code must be whole first
  },
  { name: 'only cli/ reads arguments and the environment', breaks: processMember('argv|env'), mayBreak: only('cli') },
  {
    name: 'only report/ and cli/ print',
    breaks: either(says(/\bconsole\s*(\?\.|\.)\s*\w|\bconsole\s*\[/), processMember('stdout|stderr')),
    mayBreak: only('report', 'cli'),
  },
  // A backend must define readSync, for TensorFlow.js itself; to call it stays forbidden.
  { name: 'nobody reads a tensor synchronously', breaks: says(/\b(dataSync|arraySync|(?<!\boverride )readSync)\b/), mayBreak: nobody },
  { name: 'nobody draws unseeded random numbers', breaks: says(/\bMath\s*\.\s*random\b/), mayBreak: nobody },
  { name: 'engine/, nn/ and objectives/ know no clock time', breaks: says(/\bDate\s*\.\s*now\b/), mayBreak: allBut('engine', 'nn', 'objectives') },
];

/** Holds every file of src to one rule. `looked` counts all of them, also those that may break it. */
export function checkRight(files: Files, { name, breaks, mayBreak }: Right): Verdict {
  const sources = sourcesIn(files, 'src/');
  const faults = sources.filter((source) => !mayBreak(roomOf(source.path), source.path) && breaks(source)).map(({ path }) => `${path}: ${name}`);
  return { looked: sources.length, faults };
}
