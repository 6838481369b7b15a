/** Thirteen rooms on seven floors: a file imports from its own room and from lower floors, and no imports form a ring. */
import { resolveImport, sourcesIn } from './source.ts';
import type { Files, Verdict } from './source.ts';

export const floorOf: ReadonlyMap<string, number> = new Map(
  [['storage', 'engine'], ['text', 'nn', 'decode'], ['models'], ['teacher', 'objectives'], ['train', 'evaluate'], ['strategies', 'report'], ['cli']]
    .flatMap((rooms, floor) => rooms.map((room) => [room, floor] as const)),
);

/** The room of a file of src; the empty text for `src/index.ts`, which stands in none. */
export function roomOf(path: string): string {
  const [, room, ...rest] = path.split('/');
  return rest.length === 0 ? '' : room!;
}

/** The rooms are the thirteen, each with at least one file, and nothing but index.ts lies beside them. */
export function checkRooms(files: Files): Verdict {
  const paths = [...files.keys()].filter((path) => path.startsWith('src/'));
  const rooms = new Set(paths.map(roomOf));
  rooms.delete('');
  const faults = [
    ...[...rooms].filter((room) => !floorOf.has(room)).map((room) => `src/${room}/ is none of the thirteen rooms`),
    ...[...floorOf.keys()].filter((room) => !rooms.has(room)).map((room) => `src/${room}/ is missing or empty`),
    ...paths.filter((path) => roomOf(path) === '' && path !== 'src/index.ts').map((path) => `${path} stands in no room`),
  ];
  return { looked: rooms.size, faults };
}

/** Every import of src leads to a file of src on a lower floor or in the same room. Types count. `looked` counts imports between files. */
export function checkFloors(files: Files): Verdict {
  const verdict: Verdict = { looked: 0, faults: [] };
  for (const { path, imports } of sourcesIn(files, 'src/')) {
    for (const { specifier } of imports) {
      const target = resolveImport(path, specifier);
      if (target === undefined) continue;
      verdict.looked += 1;
      if (target.startsWith('src/') && files.has(target)) verdict.faults.push(...faultBetween(path, target, specifier));
      // The version is read from package.json; any other file outside src would be missing from a user's copy.
      else if (target !== 'package.json') verdict.faults.push(`${path} imports ${target}, which is not a file of src/`);
    }
  }
  return verdict;
}

function faultBetween(path: string, target: string, specifier: string): string[] {
  const [room, targetRoom] = [roomOf(path), roomOf(target)];
  if (room === '' || room === targetRoom) return [];
  if (room === 'cli' && specifier === 'retort-distill') return []; // the door hands the surface to recipes, by the name they know
  if (targetRoom === '') return [`${path} imports src/index.ts, which is for users: name the file itself`];
  const [floor, targetFloor] = [floorOf.get(room) ?? NaN, floorOf.get(targetRoom) ?? NaN];
  return targetFloor < floor ? [] : [`${path} (floor ${floor}) imports ${target} (floor ${targetFloor}): only lower floors may be imported`];
}

/** Recipes reach the house by the package's name, as a user's copy would. `looked` counts their imports. */
export function checkRecipes(files: Files): Verdict {
  const verdict: Verdict = { looked: 0, faults: [] };
  for (const { path, imports } of sourcesIn(files, 'recipes/')) {
    for (const { specifier } of imports) {
      verdict.looked += 1;
      if (specifier.startsWith('.') && !resolveImport(path, specifier)!.startsWith('recipes/')) {
        verdict.faults.push(`${path} imports ${specifier}: a recipe imports 'retort-distill', as a user's copy would`);
      }
    }
  }
  return verdict;
}

/** No chain of imports, inside a room or across, types included, comes back to where it began. `looked` counts files. */
export function checkCycles(files: Files): Verdict {
  const neighbours = new Map(
    sourcesIn(files, 'src/').map(({ path, imports }) => [
      path,
      imports.flatMap(({ specifier }) => resolveImport(path, specifier) ?? []).filter((target) => files.has(target)),
    ]),
  );
  const faults: string[] = [];
  const done = new Set<string>();
  const walk = (path: string, trail: readonly string[]): void => {
    const seenAt = trail.indexOf(path);
    if (seenAt >= 0) faults.push([...trail.slice(seenAt), path].join(' -> '));
    if (seenAt >= 0 || done.has(path)) return;
    for (const next of neighbours.get(path) ?? []) walk(next, [...trail, path]);
    done.add(path);
  };
  for (const path of neighbours.keys()) walk(path, []);
  return { looked: neighbours.size, faults };
}
