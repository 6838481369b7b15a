/** Holds the house to its rules. Each rule is a pure function over the tree; `house/rules.test.ts` shows that every one can fail. */
import test from 'ava';
import type { ExecutionContext } from 'ava';
import { checkCycles, checkFloors, checkRecipes, checkRooms } from './house/floors.ts';
import { checkMap, checkMirror, untested } from './house/map.ts';
import { checkRight, rights } from './house/rights.ts';
import { checkBarrels, checkHeights, checkNames, checkOpenings, checkPapers, hardLimits, heightsOf, softLimit } from './house/shape.ts';
import type { Verdict } from './house/source.ts';
import { readTree } from './house/tree.ts';

const files = readTree();
const countIn = (folder: string): number => [...files.keys()].filter((path) => path.startsWith(folder) && path.endsWith('.ts')).length;
const sourceCount = countIn('src/');

/** Passes when nothing is wrong and the rule looked at exactly, or at least, as many things as there are. */
function hold(t: ExecutionContext, { looked, faults }: Verdict, { exactly, atLeast }: { exactly?: number; atLeast?: number }): void {
  t.deepEqual(faults, []);
  if (exactly !== undefined) t.is(looked, exactly);
  if (atLeast !== undefined) t.true(looked >= atLeast, `looked at ${looked} things, expected ${atLeast} or more`);
}

test('the tree was found', (t) => {
  t.true(sourceCount > 13, `only ${sourceCount} sources`);
  t.true(files.has('test/house.test.ts') && files.has('package.json'));
  t.false([...files.keys()].some((path) => path.startsWith('node_modules/')));
});

test('the rooms are the thirteen', (t) => hold(t, checkRooms(files), { exactly: 13 }));
test('a file imports from its own room and from lower floors', (t) => hold(t, checkFloors(files), { atLeast: sourceCount / 2 }));
test('recipes import the package by its name', (t) => hold(t, checkRecipes(files), { atLeast: countIn('recipes/') }));
test('no imports form a ring', (t) => hold(t, checkCycles(files), { exactly: sourceCount }));

for (const right of rights) test(right.name, (t) => hold(t, checkRight(files, right), { exactly: sourceCount }));

test('no file is taller than its limit', (t) => {
  const folders = Object.keys(hardLimits);
  const verdict = checkHeights(files);
  const heights = heightsOf(files);
  const sources = heights.filter(({ path }) => path.startsWith('src/'));
  t.log(`src: ${sources.length} files, median ${sources[Math.floor(sources.length / 2)]!.lines} lines`);
  for (const { path, lines } of heights.filter((height) => height.lines > softLimit)) t.log(`above the soft limit of ${softLimit}: ${path}, ${lines} lines`);
  hold(t, verdict, { exactly: folders.reduce((sum, folder) => sum + countIn(`${folder}/`), 0) });
});

test('no name is a drawer for anything', (t) => hold(t, checkNames(files), { atLeast: sourceCount }));
test('every source opens with what it is for, in eight lines or fewer', (t) => hold(t, checkOpenings(files), { exactly: sourceCount }));
test('there is no barrel but src/index.ts', (t) => hold(t, checkBarrels(files), { exactly: sourceCount }));
test('every objective names its paper', (t) => hold(t, checkPapers(files), { atLeast: 3 }));
test('the map in README.md is true', (t) => hold(t, checkMap(files), { atLeast: 13 + 5 }));

test('tests mirror sources', (t) => {
  const bare = untested(files);
  t.log(`${bare.length} of ${sourceCount} sources have no test of their own: ${bare.map((path) => path.slice('src/'.length)).join(' ')}`);
  hold(t, checkMirror(files), { atLeast: 13 });
});
