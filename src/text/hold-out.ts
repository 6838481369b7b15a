// Long examples held out of a training corpus, for a test larger than the task's own. Where a corpus holds phrases of its own sentences
// (SST-2 as GLUE distributes it), every other example whose words stand in a held-out one, one after the other, is left out of training.
// Held-out examples that stand in one another are a group: they are no independent witnesses. Texts only; pairs are refused.
import { permutation, randomKey } from '../engine/random.ts';
import { type Corpus, makeCorpus } from './corpus.ts';
import type { Example } from './example.ts';
import { comparable } from './split-overlap.ts';

export interface HoldOutOptions {
  /** How many examples are held out. */
  readonly rows: number;
  /** Only examples of so many words or more are. */
  readonly minWords: number;
  /** Which of them. */
  readonly seed: number;
}

export interface HeldOut {
  /** What may still be learned from, in its old order. */
  readonly train: Corpus;
  /** Group by group. */
  readonly heldOut: Corpus;
  /** [rows] the number of each held-out example's group, from 0 upwards. */
  readonly groups: readonly number[];
  /** Training examples that stand in held-out ones. */
  readonly dropped: number;
}

/** @throws for pairs, and where not enough examples are so long or none is left to learn from. */
export function holdOutLong(corpus: Corpus, { rows, minWords, seed }: HoldOutOptions): HeldOut {
  const { examples } = corpus;
  const paired = examples.find(({ pair }) => pair !== undefined);
  if (paired !== undefined) throw new Error(`${corpus.name} holds pairs of texts (${paired.id}, for one): whether one stands in another is not decided here`);
  const words = examples.map(({ text }) => comparable(text).split(' '));
  const long = [...permutation(examples.length, randomKey(seed, 'hold out'))].filter((row) => (words[row] ?? []).length >= minWords);
  if (long.length < rows) throw new Error(`${corpus.name} has ${long.length} examples of ${minWords} words or more; ${rows} are to be held out`);
  const held = new Set(long.slice(0, rows));
  const { dropped, groupOf } = contained(words, held);

  const numbers = new Map<number, number>(); // of groups, in the order in which the corpus has them
  for (const row of [...held].sort((a, b) => a - b)) if (!numbers.has(groupOf(row))) numbers.set(groupOf(row), numbers.size);
  const numberOf = (row: number) => numbers.get(groupOf(row)) ?? 0;
  const order = [...held].sort((a, b) => numberOf(a) - numberOf(b) || a - b);
  const taken = (places: readonly number[]) => places.map((row) => examples[row]).filter((example): example is Example => example !== undefined);
  const kept = [...examples.keys()].filter((row) => !held.has(row) && !dropped.has(row));
  if (kept.length === 0) throw new Error(`${corpus.name}: nothing is left to learn from once ${rows} examples are held out; hold out fewer`);
  return {
    train: makeCorpus(taken(kept), corpus),
    heldOut: makeCorpus(taken(order), { ...corpus, split: `${corpus.split}, held out`, skipped: 0 }),
    groups: order.map(numberOf),
    dropped: dropped.size,
  };
}

/** Rows that are not held out and stand in one that is; and for each held-out row a row that names its group. */
function contained(words: readonly (readonly string[])[], held: ReadonlySet<number>): { dropped: Set<number>; groupOf: (row: number) => number } {
  const rowsOf = new Map<string, number[]>();
  for (const [row, own] of words.entries()) {
    const text = own.join(' ');
    const same = rowsOf.get(text);
    if (same === undefined) rowsOf.set(text, [row]);
    else same.push(row);
  }
  const above = new Map([...held].map((row) => [row, row]));
  const groupOf = (row: number): number => {
    const next = above.get(row) ?? row;
    return next === row ? row : groupOf(next);
  };
  const dropped = new Set<number>();
  for (const row of held) {
    for (const phrase of phrasesOf(words[row] ?? [])) {
      for (const inner of rowsOf.get(phrase) ?? []) {
        if (held.has(inner)) above.set(groupOf(inner), groupOf(row));
        else dropped.add(inner);
      }
    }
  }
  return { dropped, groupOf };
}

/** Every run of neighbouring words, the whole included. */
function* phrasesOf(words: readonly string[]): Generator<string> {
  for (let from = 0; from < words.length; from++) {
    let phrase = '';
    for (let to = from; to < words.length; to++) {
      phrase += `${to === from ? '' : ' '}${words[to] ?? ''}`;
      yield phrase;
    }
  }
}
