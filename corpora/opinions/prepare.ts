// Writes the opinions corpus: train, dev, test and transfer text as TSV, the same bytes for the same seed on every machine.
// usage: npx tsx corpora/opinions/prepare.ts [--out FOLDER] [--seed N]
// The sentences come from grammar.ts; this file deals them into splits, adds the annotator noise of the training labels, and
// prints the counts that card.md lists. It downloads nothing.

import { createHash } from 'node:crypto';
import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Grammar, type Dice, type Value } from './grammar.ts';

const LABELS = ['negative', 'mixed', 'positive'] as const;
type Label = (typeof LABELS)[number];
const VALUES: Readonly<Record<Label, Value>> = { negative: -1, mixed: 0, positive: 1 };

const LABELLED = { train: 8000, dev: 600, test: 2000 } as const;
const TRANSFER_ROWS = 11000;
/** The share of training labels that a careless annotator got wrong; dev and test are clean. */
const NOISE = 0.03;
const DIFFICULTY = { negation: 0.3, doubled: 0.1 };
const MAX_WORDS = 24;

interface Row {
  readonly sentence: string;
  readonly label: Label;
}

/** sfc32 (Chris Doty-Humphrey, PractRand, public domain): 32-bit integer operations only, hence equal on every machine. */
function sfc32(seed: number): () => number {
  let a = 0x9e3779b9, b = 0x243f6a88, c = seed | 0, counter = 1;
  const next = (): number => {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + sum | 0;
    return (sum >>> 0) / 4294967296;
  };
  for (let i = 0; i < 16; i++) next(); // neighbouring seeds start alike until the state is stirred
  return next;
}

function diceOf(random: () => number): Dice {
  const pick = <T>(from: readonly T[]): T => {
    const chosen = from[Math.floor(random() * from.length)];
    if (chosen === undefined) throw new Error('nothing to pick from');
    return chosen;
  };
  return {
    pick,
    chance: (probability) => random() < probability,
    weighted: <K extends string>(weights: Readonly<Record<K, number>>): K => {
      const entries = Object.entries(weights) as [K, number][];
      let left = random() * entries.reduce((sum, [, weight]) => sum + weight, 0);
      for (const [key, weight] of entries) {
        left -= weight;
        if (left < 0) return key;
      }
      throw new Error('weights must be positive');
    },
  };
}

/** Sentences that no split has seen before, the classes in turn (so exactly balanced), in shuffled order. */
function rows(grammar: Grammar, random: () => number, count: number, seen: Set<string>): Row[] {
  const made: Row[] = [];
  while (made.length < count) {
    const label = LABELS[made.length % LABELS.length] ?? 'mixed';
    const sentence = grammar.sentence(VALUES[label]);
    if (seen.has(sentence) || words(sentence).length > MAX_WORDS) continue;
    seen.add(sentence);
    made.push({ sentence, label });
  }
  for (let i = made.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    const [left, right] = [made[i], made[j]];
    if (left !== undefined && right !== undefined) [made[i], made[j]] = [right, left];
  }
  return made;
}

/** Lower-case words and punctuation marks, as a BERT tokenizer splits them. */
function words(sentence: string): string[] {
  return sentence.toLowerCase().match(/[a-z]+|[.,]/g) ?? [];
}

function writeWhole(path: string, text: string): void {
  const partial = `${path}.partial`;
  try {
    writeFileSync(partial, text);
    renameSync(partial, path);
  } catch (error) {
    rmSync(partial, { force: true });
    throw error;
  }
}

function main(): void {
  const { values } = parseArgs({ options: { out: { type: 'string' }, seed: { type: 'string', default: '1' } } });
  const seed = Number(values.seed);
  if (!Number.isInteger(seed)) throw new Error(`--seed takes a whole number, not "${values.seed}"`);
  const out = values.out ?? join(dirname(fileURLToPath(import.meta.url)), 'sample');
  mkdirSync(out, { recursive: true });

  const random = sfc32(seed);
  const dice = diceOf(random);
  const grammar = new Grammar(dice, DIFFICULTY);
  const seen = new Set<string>();
  const vocabulary = new Set<string>();

  const finish = (name: string, header: string, made: readonly Row[], line: (row: Row, id: string) => string): void => {
    const lines = made.map((row, index) => line(row, `${name}-${String(index + 1).padStart(6, '0')}`));
    const text = `${[header, ...lines].join('\n')}\n`;
    writeWhole(join(out, `${name}.tsv`), text);
    const lengths = made.map((row) => words(row.sentence).length);
    for (const row of made) for (const word of words(row.sentence)) vocabulary.add(word);
    const mean = (lengths.reduce((sum, length) => sum + length, 0) / lengths.length).toFixed(2);
    const sha256 = createHash('sha256').update(text).digest('hex');
    console.log(`${name}: ${made.length} rows, ${Buffer.byteLength(text)} bytes, mean ${mean} words, longest ${Math.max(...lengths)}, sha256 ${sha256}`);
  };

  // Test first: its sentences then stay the same when the size of another split is changed.
  for (const split of ['test', 'dev', 'train'] as const) {
    let made = rows(grammar, random, LABELLED[split], seen);
    if (split === 'train') made = made.map((row) => (dice.chance(NOISE) ? { ...row, label: dice.pick(LABELS.filter((label) => label !== row.label)) } : row));
    finish(split, 'id\tsentence\tlabel', made, (row, id) => `${id}\t${row.sentence}\t${row.label}`);
    console.log(`  ${LABELS.map((label) => `${label} ${made.filter((row) => row.label === label).length}`).join(', ')}`);
  }
  finish('transfer', 'id\tsentence', rows(grammar, random, TRANSFER_ROWS, seen), (row, id) => `${id}\t${row.sentence}`);
  console.log(`${vocabulary.size} distinct words`);
}

main();
