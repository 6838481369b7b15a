/** The shape of single files: how tall they are, what they are called, how they open, and what they must not be. */
import { resolveImport, sourceOf, sourcesIn } from './source.ts';
import type { Files, Verdict } from './source.ts';

/** Hard limits in lines by top folder. */
export const hardLimits: Readonly<Record<string, number>> = { src: 400, recipes: 80, scripts: 400, test: 400 };
export const softLimit = 250;
const openingLimit = 8;

export const linesOf = (text: string): number => text.replace(/\n$/, '').split('\n').length;

/** The TypeScript files that have a limit, tallest first. */
export function heightsOf(files: Files): { path: string; lines: number; limit: number }[] {
  return [...files]
    .flatMap(([path, text]) => {
      const limit = hardLimits[path.split('/')[0]!];
      return limit === undefined || !path.endsWith('.ts') ? [] : [{ path, lines: linesOf(text), limit }];
    })
    .sort((left, right) => right.lines - left.lines);
}

export function checkHeights(files: Files): Verdict {
  const heights = heightsOf(files);
  const faults = heights.filter(({ lines, limit }) => lines > limit).map(({ path, lines, limit }) => `${path} has ${lines} lines, above the limit of ${limit}`);
  return { looked: heights.length, faults };
}

/** No file or folder, nor a part of its name between dashes, is a drawer for anything. Fixtures carry the names of their makers. */
export function checkNames(files: Files): Verdict {
  const drawer = /^(utils?|helpers?|commons?|misc|base|managers?)$/i;
  const paths = [...files.keys()].filter((path) => !path.startsWith('test/fixtures/'));
  const faults = paths.filter((path) => path.split(/[/._-]/).some((part) => drawer.test(part))).map((path) => `${path}: a name that says nothing`);
  return { looked: paths.length, faults };
}

/** Every file of src opens with a comment of at most eight lines that hold words; a shebang may stand before it. */
export function checkOpenings(files: Files): Verdict {
  const sources = [...files].filter(([path]) => path.startsWith('src/') && path.endsWith('.ts'));
  const faults = sources.flatMap(([path, text]) => {
    const lines = openingLines(text.replace(/^#!.*\n/, ''));
    if (lines === 0) return [`${path} does not open with a comment that says what it is for`];
    return lines > openingLimit ? [`${path} opens with ${lines} lines of comment: at most ${openingLimit}`] : [];
  });
  return { looked: sources.length, faults };
}

function openingLines(text: string): number {
  const [comment] = /^(\/\*[^]*?\*\/|(\/\/.*\n?)+)/.exec(text) ?? [''];
  return comment.split('\n').filter((line) => /\p{L}/u.test(line)).length;
}

/** A barrel hides where things live; the public surface is the only one. */
export function checkBarrels(files: Files): Verdict {
  const sources = sourcesIn(files, 'src/');
  const faults = sources.filter(({ path, isBarrel }) => isBarrel && path !== 'src/index.ts').map(({ path }) => `${path} only passes on what others export`);
  return { looked: sources.length, faults };
}

/** Every objective of the catalogue names its paper. `looked` counts the files the catalogue takes values from. */
export function checkPapers(files: Files): Verdict {
  const path = 'src/objectives/catalogue.ts';
  const text = files.get(path);
  if (text === undefined) return { looked: 0, faults: [`${path} is missing`] };
  const listed = sourceOf(path, text).imports
    .filter(({ typeOnly }) => !typeOnly)
    .flatMap(({ specifier }) => resolveImport(path, specifier) ?? [])
    .filter((target) => target.startsWith('src/objectives/'));
  const faults = listed.filter((target) => !/\bpaper\s*:/.test(sourceOf(target, files.get(target) ?? '').code)).map((target) => `${target} names no paper: there is no \`paper:\` in its code`);
  return { looked: listed.length, faults };
}
