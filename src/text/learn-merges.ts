// Merges of the most frequent neighbours (Sennrich et al. 2016, https://arxiv.org/abs/1508.07909), with every tie decided, so that the same
// counts give the same tokens: what WordPiece and byte-pair vocabularies have in common. How words are cut is the caller's business.
import { PairQueue } from './pair-queue.ts';

export interface MergeOptions {
  /** Tokens in all, those of the alphabet included. */
  readonly most: number;
  /** A pair that occurs more rarely is not merged. */
  readonly minFrequency: number;
  /** The tokens of the alphabet that a word begins as. */
  readonly symbolsOf: (word: string) => readonly string[];
  /** How the token of a pair is spelled. */
  readonly join: (left: string, right: string) => string;
}

export interface Merges {
  /** The alphabet followed by the tokens that merging adds. */
  readonly tokens: readonly string[];
  /** As learned. */
  readonly merges: readonly (readonly [left: string, right: string])[];
}

/** @param counts how often each word occurs. Equal pairs go to the one whose tokens came first. */
export function learnMerges(counts: ReadonlyMap<string, number>, alphabet: readonly string[], { most, minFrequency, symbolsOf, join }: MergeOptions): Merges {
  const tokens = [...alphabet];
  const merges: [string, string][] = [];
  const ids = new Map(tokens.map((token, id) => [token, id]));
  const words = Array.from(counts.keys(), (word) => symbolsOf(word).map((symbol) => ids.get(symbol) ?? 0));
  const weights = Array.from(counts.values());
  const queue = new PairQueue();
  const add = (word: number, sign: 1 | -1): void => {
    const symbols = words[word] ?? [];
    for (let i = 1; i < symbols.length; i++) queue.add(symbols[i - 1] ?? 0, symbols[i] ?? 0, sign * (weights[word] ?? 0), word);
  };
  for (let word = 0; word < words.length; word++) add(word, 1);
  while (tokens.length < most) {
    const best = queue.takeBest();
    if (best === undefined || best.count < minFrequency) break;
    const [left, right] = [tokens[best.left] ?? '', tokens[best.right] ?? ''];
    const token = join(left, right);
    merges.push([left, right]);
    // Two ways of merging can spell the same token: `ab` + `c` and `a` + `bc`.
    const id = ids.get(token) ?? tokens.push(token) - 1;
    ids.set(token, id);
    for (const word of best.words) {
      add(word, -1);
      words[word] = replacePair(words[word] ?? [], best.left, best.right, id);
      add(word, 1);
    }
  }
  return { tokens, merges };
}

function replacePair(symbols: readonly number[], left: number, right: number, id: number): number[] {
  const merged: number[] = [];
  for (let i = 0; i < symbols.length; i++) {
    const isPair = symbols[i] === left && symbols[i + 1] === right;
    merged.push(isPair ? id : (symbols[i] ?? 0));
    if (isPair) i += 1;
  }
  return merged;
}
