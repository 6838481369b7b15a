/** Every rule of the house on small trees, good and bad: a rule that cannot fail would hold nothing. */
import test from 'ava';
import { checkCycles, checkFloors, checkRecipes, checkRooms, floorOf } from './floors.ts';
import { checkMap, checkMirror, mapEntries, untested } from './map.ts';
import { checkRight, rights } from './rights.ts';
import { checkBarrels, checkHeights, checkNames, checkOpenings, checkPapers, linesOf } from './shape.ts';
import { resolveImport, sourceOf } from './source.ts';
import type { Files } from './source.ts';

const tree = (files: Record<string, string>): Files => new Map(Object.entries(files));

test('every form of import is read, and none inside comments and strings', (t) => {
  const { imports } = sourceOf('src/nn/a.ts', `
    import a from './1.ts'; import type { B } from "./2.ts"; import './3.ts'; import * as c
      from './4.ts';
    export * from './5.ts'; export type { D } from './6.ts'; export { e, type F } from './7.ts';
    const lazy = await import('./8.ts'); type G = import('./9.ts').G; import h = require('./10.ts'); require('./11.ts');
    // import x from './no.ts';
    /** import('./no.ts') */
    const text = "import x from './no.ts'"; const other = \`import('./no.ts')\`; const pattern = /import '.\\/no.ts'/;
  `);
  t.deepEqual(imports.map(({ specifier }) => specifier).sort(), ['1', '10', '11', '2', '3', '4', '5', '6', '7', '8', '9'].map((name) => `./${name}.ts`).sort());
  t.deepEqual(imports.filter(({ typeOnly }) => typeOnly).map(({ specifier }) => specifier), ['./2.ts', './6.ts', './9.ts']);
});

test('code is what is left without comments and strings, in its place', (t) => {
  const text = 'const a = "dataSync"; // dataSync\n/** dataSync */ call(`x${b}y`, /z/);';
  const { code } = sourceOf('src/nn/a.ts', text);
  t.is(code.length, text.length);
  t.is(code.replaceAll(/ +/g, ' '), 'const a = ; \n call( b , );'.replaceAll(/ +/g, ' '));
});

test('imports lead to paths', (t) => {
  t.is(resolveImport('src/nn/deep/a.ts', '../../text/b.ts'), 'src/text/b.ts');
  t.is(resolveImport('recipes/a.ts', 'retort-distill'), 'src/index.ts');
  t.is(resolveImport('src/engine/tf.ts', '#gradients'), 'src/engine/gradients.ts');
  t.is(resolveImport('src/nn/a.ts', 'zod'), undefined);
});

test('rooms: a fourteenth, a missing one and a stray file are told', (t) => {
  const rooms = Object.fromEntries([...floorOf.keys()].map((room) => [`src/${room}/a.ts`, '']));
  t.deepEqual(checkRooms(tree({ ...rooms, 'src/index.ts': '' })), { looked: 13, faults: [] });
  const { 'src/nn/a.ts': _, ...less } = rooms;
  t.is(checkRooms(tree(less)).faults.length, 1);
  t.is(checkRooms(tree({ ...rooms, 'src/attic/a.ts': '' })).faults.length, 1);
  t.is(checkRooms(tree({ ...rooms, 'src/stray.ts': '' })).faults.length, 1);
});

for (const [importing, target] of [
  ['import type { A } from "../models/a.ts";', 'src/models/a.ts'], // upward, type only
  ['import { a } from "../text/a.ts";', 'src/text/a.ts'], // sideways
  ['type A = import("../decode/a.ts").A;', 'src/decode/a.ts'],
  ['export { a } from "../index.ts";', 'src/index.ts'],
  ['await import("retort-distill");', 'src/index.ts'],
  ['import a from "./gone.ts";', 'src/text/a.ts'], // to nowhere
  ['import a from "../../scripts/a.ts";', 'scripts/a.ts'], // out of the house
] as const) {
  test(`floors: from nn/, ${importing} is told`, (t) => {
    const { looked, faults } = checkFloors(tree({ 'src/nn/b.ts': importing, [target]: '' }));
    t.is(looked, 1);
    t.is(faults.length, 1);
  });
}

test('floors: down, within the room, out of index.ts and to packages is fine', (t) => {
  const files = tree({
    'src/nn/a.ts': 'import "../engine/a.ts"; import "./b.ts"; import "zod"; import "node:path"; import "../../package.json";',
    'src/nn/b.ts': '', 'src/engine/a.ts': 'import "#gradients";', 'src/engine/gradients.ts': '', 'src/cli/a.ts': 'import "../report/a.ts";',
    'src/report/a.ts': '', 'src/index.ts': 'export * from "./cli/a.ts";',
  });
  t.deepEqual(checkFloors(files), { looked: 6, faults: [] });
});

test('recipes: only the package\'s own name', (t) => {
  t.deepEqual(checkRecipes(tree({ 'recipes/a.ts': 'import "retort-distill"; import "zod"; import "./b.ts";' })), { looked: 3, faults: [] });
  t.is(checkRecipes(tree({ 'recipes/deep/a.ts': 'import "../../src/index.ts";' })).faults.length, 1);
});

test('cycles: of one, of two and of three files, by types too', (t) => {
  t.deepEqual(checkCycles(tree({ 'src/nn/a.ts': 'import "./a.ts";' })).faults, ['src/nn/a.ts -> src/nn/a.ts']);
  t.is(checkCycles(tree({ 'src/nn/a.ts': 'import type { B } from "./b.ts";', 'src/nn/b.ts': 'export * from "./a.ts";' })).faults.length, 1);
  const ring = tree({ 'src/nn/a.ts': 'import "./b.ts";', 'src/nn/b.ts': 'import "./c.ts";', 'src/nn/c.ts': 'import("./b.ts");' });
  t.deepEqual(checkCycles(ring).faults, ['src/nn/b.ts -> src/nn/c.ts -> src/nn/b.ts']);
  const diamond = tree({ 'src/nn/a.ts': 'import "./b.ts"; import "./c.ts";', 'src/nn/b.ts': 'import "./d.ts";', 'src/nn/c.ts': 'import "./d.ts";', 'src/nn/d.ts': '' });
  t.deepEqual(checkCycles(diamond), { looked: 4, faults: [] });
});

/** For each right, in its order: what breaks it, and what merely looks so. */
const examples: readonly { breaks: readonly string[]; keeps: readonly string[]; room: string; free?: string }[] = [
  {
    room: 'nn', free: 'engine',
    breaks: ['import type * as tf from "@tensorflow/tfjs-core";', 'require("../x.node");', 'load("build/retort.node");', 'process.dlopen(m, p);'],
    keeps: ['// @tensorflow/tfjs-core', 'const name = "@tensorflow/tfjs-core";', 'const ending = ".node";'],
  },
  { room: 'train', free: 'storage', breaks: ['import { open } from "node:fs/promises";', 'import fs from "fs";', 'await import("node:fs");'], keeps: ['import "node:path";', '// node:fs'] },
  {
    room: 'report', free: 'cli',
    breaks: ['process.env.HOME;', 'process.argv;', 'process?.env;', 'const { env } = process;', 'process["env"];', 'import { argv } from "node:process";'],
    keeps: ['process.stderr;', 'options.env;', '// process.env', 'const text = "process.env";', 'process.pid;'],
  },
  { room: 'train', free: 'report', breaks: ['console.log(1);', 'console?.warn(1);', 'process.stdout.write("");', 'const { stderr } = process;'], keeps: ['// console.log', 'a("console.log");', 'process.pid;'] },
  { room: 'cli', breaks: ['t.dataSync();', 'await t.arraySync();', 'const { readSync } = backend;', 'super.readSync(id);'], keeps: ['/** never dataSync */', 't.data();', 'const text = "arraySync";', 'class B extends A { override readSync() {} }'] },
  { room: 'cli', breaks: ['Math.random();', 'const draw = Math.random;'], keeps: ['// Math.random', 'rng.random();'] },
  { room: 'objectives', free: 'report', breaks: ['Date.now();', 'const now = Date.now;'], keeps: ['now();', '// Date.now()'] },
];

rights.forEach((right, index) => {
  test(`rights: ${right.name}`, (t) => {
    t.is(examples.length, rights.length);
    const { breaks, keeps, room, free } = examples[index]!;
    for (const line of breaks) t.is(checkRight(tree({ [`src/${room}/a.ts`]: line }), right).faults.length, 1, line);
    for (const line of keeps) t.deepEqual(checkRight(tree({ [`src/${room}/a.ts`]: line }), right), { looked: 1, faults: [] }, line);
    if (free !== undefined) for (const line of breaks) t.deepEqual(checkRight(tree({ [`src/${free}/a.ts`]: line }), right).faults, [], line);
  });
});

test('heights: a line too many is told, recipes have less room', (t) => {
  t.deepEqual(['', 'a', 'a\n', 'a\nb', 'a\n\n'].map(linesOf), [1, 1, 1, 2, 2]);
  const tall = (lines: number): string => 'x\n'.repeat(lines);
  t.deepEqual(checkHeights(tree({ 'src/nn/a.ts': tall(400), 'recipes/a.ts': tall(80), 'src/nn/a.cc': tall(999) })), { looked: 2, faults: [] });
  for (const path of ['src/nn/a.ts', 'test/a.test.ts', 'scripts/a.ts']) t.is(checkHeights(tree({ [path]: tall(401) })).faults.length, 1, path);
  t.is(checkHeights(tree({ 'recipes/a.ts': tall(81) })).faults.length, 1);
});

test('names: drawers are told, as files, folders and parts of names', (t) => {
  for (const path of ['src/nn/utils.ts', 'src/helpers/a.ts', 'src/nn/base.ts', 'src/nn/label-manager.ts', 'test/common/a.ts', 'scripts/misc.py', 'src/engine/native/tensor_util.cc']) {
    t.is(checkNames(tree({ [path]: '' })).faults.length, 1, path);
  }
  t.deepEqual(checkNames(tree({ 'src/nn/baseline.ts': '', 'test/fixtures/bert-base/config.json': '', 'src/nn/database.ts': '' })).faults, []);
});

test('openings: none, too late and too long are told', (t) => {
  const opening = (text: string): number => checkOpenings(tree({ 'src/nn/a.ts': text })).faults.length;
  t.is(opening('/** What it is for. */\nimport "a";'), 0);
  t.is(opening(`#!/usr/bin/env node\n${'// words\n'.repeat(8)}a();`), 0);
  t.is(opening(`/**\n${' * words\n'.repeat(8)} */\na();`), 0);
  t.is(opening('import "a"; // late'), 1);
  t.is(opening('/** */ a();'), 1);
  t.is(opening('// words\n'.repeat(9)), 1);
  t.is(opening(`/**\n${' * words\n'.repeat(9)} */\na();`), 1);
});

test('barrels: passing on the house\'s own exports is told, a doorway to a package is not', (t) => {
  const barrel = (path: string, text: string): number => checkBarrels(tree({ [path]: text })).faults.length;
  t.is(barrel('src/nn/all.ts', '/** All. */ export * from "./a.ts"; export type { B } from "./b.ts";'), 1);
  t.is(barrel('src/nn/all.ts', 'import { a } from "./a.ts"; export { a };'), 1);
  t.is(barrel('src/index.ts', 'export * from "./nn/a.ts";'), 0);
  t.is(barrel('src/engine/tf.ts', 'export * from "@tensorflow/tfjs-core";'), 0);
  t.is(barrel('src/nn/a.ts', 'export * from "./b.ts"; export const own = 1;'), 0);
});

test('papers: an objective of the catalogue without one is told, and so is a catalogue that is not there', (t) => {
  const catalogue = 'import { a } from "./a.ts"; import { b } from "./b.ts"; import type { Objective } from "./objective.ts"; import "../models/c.ts";';
  const files = { 'src/objectives/catalogue.ts': catalogue, 'src/objectives/a.ts': 'const a = { paper: 1 };', 'src/objectives/objective.ts': '' };
  t.deepEqual(checkPapers(tree({ ...files, 'src/objectives/b.ts': 'const b = { paper: 1 };' })), { looked: 2, faults: [] });
  t.deepEqual(checkPapers(tree({ ...files, 'src/objectives/b.ts': '// paper: 1' })).faults, ['src/objectives/b.ts names no paper: there is no `paper:` in its code']);
  t.is(checkPapers(tree({})).faults.length, 1);
});

const readme = (block: string): string => `# Retort\n\n\`\`\`\nnot/ the one\n\`\`\`\n\n## A map of the house\n\nWords.\n\n\`\`\`text\n${block}\n\`\`\`\n`;
const goodMap = 'package.json  README.md\nsrc/\n  index.ts   the surface\n  nn/        layers    linear, norm and\n             attention\n├── recipes/ programs';
const mapped = { 'package.json': '', 'src/index.ts': '', 'src/nn/a.ts': '', 'recipes/a.ts': '' };

test('map: its entries are read with the folders they lie in', (t) => {
  t.deepEqual(mapEntries(readme('src/\n  nn/   layers\n  text/ words\nrecipes/  programs')).map(({ path }) => path), ['src/', 'src/nn/', 'src/text/', 'recipes/']);
  t.deepEqual(mapEntries(readme('src/\n├── nn/   layers\n└── index.ts surface')), [
    { path: 'src/', words: '' }, { path: 'src/nn/', words: 'layers' }, { path: 'src/index.ts', words: 'surface' },
  ]);
  t.deepEqual(mapEntries('# Retort\n```\nsrc/\n```'), []);
  t.deepEqual(mapEntries('# The map\n\nNone.\n\n# Another\n\n```\nsrc/\n```'), []);
});

test('map: what is missing, invented or unexplained is told', (t) => {
  const plainMap = goodMap.replace('├── ', '');
  const faultsOf = (block: string): number => checkMap(tree({ ...mapped, 'README.md': readme(block) })).faults.length;
  t.is(faultsOf(plainMap), 0);
  t.is(faultsOf(plainMap.replace(/ {2}nn.*/, '')), 1);
  t.is(faultsOf(`${plainMap}\nattic/  old things`), 1);
  t.is(faultsOf(plainMap.replace(' programs', '')), 1);
  t.true(checkMap(tree(mapped)).faults.length > 0);
});

test('mirror: a test of nothing is told, sub-folders count, and the rest is listed', (t) => {
  const files = tree({
    'src/nn/a.ts': '', 'src/nn/b.ts': '', 'src/engine/torch/c.ts': '', 'test/nn/a.test.ts': '', 'test/engine/torch/c.test.ts': '',
    'test/objectives/contract.test.ts': '', 'test/parity/bert.test.ts': '', 'test/house.test.ts': '',
  });
  t.deepEqual(checkMirror(files), { looked: 3, faults: [] });
  t.deepEqual(untested(files), ['src/nn/b.ts']);
  t.is(checkMirror(tree({ 'src/nn/a.ts': '', 'test/nn/b.test.ts': '' })).faults.length, 1);
  t.is(checkMirror(tree({ 'src/nn/a.ts': '', 'test/nn/deep/a.test.ts': '' })).faults.length, 1);
});
