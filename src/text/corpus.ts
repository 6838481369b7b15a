// A corpus in memory: named examples of one split, their label space and a fingerprint that changes when any of them does.
// Readers (tsv.ts, csv.ts, jsonl.ts, plain-lines.ts, glue.ts) yield examples one at a time; this file only gathers them.
import { createHash } from 'node:crypto';
import { basename, dirname, extname, resolve } from 'node:path';
import type { Example, LabelSpace } from './example.ts';
import { quoted } from '../storage/quoted.ts';

export interface Corpus {
  readonly name: string;
  readonly split: string;
  readonly examples: readonly Example[];
  /** Absent: nothing here is labelled. */
  readonly labels?: LabelSpace;
  /** Lines left out because they were damaged; 0 unless the reader was told to tolerate them. */
  readonly skipped: number;
  /** sha256 (hex) over ids, texts and labels, in order. */
  readonly fingerprint: string;
}

export interface CorpusFacts {
  readonly name: string;
  readonly split: string;
  readonly labels?: LabelSpace;
  readonly skipped?: number;
}

/** What every reader of a file is told. */
export interface ReadOptions {
  /** Ids begin with it. Default: the file's name without its ending. */
  readonly split?: string;
  /** Hears the line number of each row that is left out. */
  readonly onSkip?: (line: number) => void;
}

/** A corpus of these examples. Throws an Error for an id that stands twice and for a corpus without examples. */
export function makeCorpus(examples: readonly Example[], facts: CorpusFacts): Corpus {
  if (examples.length === 0) throw new Error(`corpus ${facts.name} (${facts.split}) holds no example`);
  const digest = new ExampleDigest();
  const ids = new Set<string>();
  for (const example of examples) {
    if (ids.has(example.id)) throw new Error(`corpus ${facts.name} (${facts.split}): two examples have the id ${quoted(example.id)}`);
    ids.add(example.id);
    digest.add(example);
  }
  return { skipped: 0, ...facts, examples, fingerprint: digest.fingerprint() };
}

/** The fingerprint of a corpus, example by example. */
export class ExampleDigest {
  readonly #hash = createHash('sha256');

  add({ id, text, pair, label }: Example): void {
    this.#hash.update(`${JSON.stringify([id, text, pair ?? null, label ?? null])}\n`);
  }

  /** Of the examples so far; nothing can be added afterwards. */
  fingerprint(): string {
    return this.#hash.digest('hex');
  }
}

/** Name and split of a corpus file where the caller gives none: `opinions/train.tsv` is split `train` of `opinions`. */
export function factsFromPath(path: string): { name: string; split: string } {
  const plain = uncompressed(path);
  return { name: basename(dirname(resolve(path))), split: basename(plain, extname(plain)) };
}

/** The path without the ending of compression: `train.txt` of `train.txt.gz`. */
export function uncompressed(path: string): string {
  return path.endsWith('.gz') ? path.slice(0, -'.gz'.length) : path;
}
