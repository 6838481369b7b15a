// Writes the counting corpus: train, dev and test as two files of as many lines, the same bytes for the same seed on every machine.
// usage: npx tsx corpora/counting/prepare.ts [--out FOLDER] [--seed N]
// The sentences come from grammar.ts; this file deals them into splits, no source twice, and prints the counts that card.md lists.

import { createHash } from 'node:crypto';
import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { type Pair, sentence } from './grammar.ts';

/** Test first: its sentences then stay the same when the size of another split is changed. */
const sizes = { test: 200, dev: 100, train: 2000 } as const;

/** mulberry32 (Tommy Ettinger, public domain): 32-bit integer operations only, hence equal on every machine. */
function mulberry32(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

function main(): void {
  const { values } = parseArgs({ options: { out: { type: 'string' }, seed: { type: 'string', default: '1' } } });
  const seed = Number(values.seed);
  if (!Number.isInteger(seed)) throw new Error(`--seed takes a whole number, not "${values.seed}"`);
  const out = values.out ?? join(dirname(fileURLToPath(import.meta.url)), 'sample');
  mkdirSync(out, { recursive: true });
  const random = mulberry32(seed);
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)]!;
  const seen = new Set<string>();
  for (const [split, size] of Object.entries(sizes)) {
    const pairs: Pair[] = [];
    while (pairs.length < size) {
      const number = 2 + Math.floor(random() * 998);
      if (number % 100 === 1) continue;
      const pair = sentence(pick, number);
      if (seen.has(pair.english)) continue;
      seen.add(pair.english);
      pairs.push(pair);
    }
    for (const [ending, side] of [['en', 'english'], ['de', 'german']] as const) {
      const text = `${pairs.map((pair) => pair[side]).join('\n')}\n`;
      const path = join(out, `${split}.${ending}`);
      writeFileSync(`${path}.partial`, text);
      renameSync(`${path}.partial`, path);
      const words = pairs.reduce((sum, pair) => sum + pair[side].split(' ').length, 0);
      console.log(`| ${split}.${ending} | ${size.toLocaleString('en-US')} | ${Buffer.byteLength(text).toLocaleString('en-US')} | ${(words / size).toFixed(2)} | ${createHash('sha256').update(text).digest('hex')} |`);
    }
  }
}

main();
