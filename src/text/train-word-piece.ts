// Trains a WordPiece vocabulary, the same one every time: merges of the most frequent neighbours, as the Hugging Face trainer
// does it (Sennrich et al. 2016, https://arxiv.org/abs/1508.07909, with BERT's `##`), but with every tie decided.
// Not Schuster and Nakajima's likelihood criterion, which no public trainer implements.
import { Tokenizer } from './tokenizer.ts';
import { longestWordCharacters, wordPieceDefinition, wordPieceSpecials } from './word-piece.ts';
import { readTokenizerConfig } from './tokenizer-config.ts';
import { PairQueue } from './pair-queue.ts';

export interface TrainOptions {
  /** Tokens in the vocabulary, the five special ones included; fewer if the text runs out of pairs. */
  readonly size: number;
  readonly lowercase: boolean;
  /** A pair that occurs more rarely is not merged. Default 2. */
  readonly minFrequency?: number;
}

/**
 * A BERT-like tokeniser for these texts. Every character of them is in the vocabulary, both at the start of a word and inside,
 * so no word of known characters is unknown (words above 100 characters are, as in BERT).
 * Equal counts go to the pair whose symbols came first: characters in code-point order, then merges as learned.
 * Throws an Error if `size` cannot hold the characters.
 */
export async function trainWordPiece(
  texts: Iterable<string> | AsyncIterable<string>,
  { size, lowercase, minFrequency = 2 }: TrainOptions,
): Promise<Tokenizer> {
  const tokenizerOf = (vocabulary: readonly string[]): Tokenizer => {
    const definition = wordPieceDefinition(vocabulary, { lowercase });
    return new Tokenizer(definition, readTokenizerConfig(definition, undefined, undefined));
  };
  // Words are counted with the normaliser and pre-tokeniser that will encode.
  const cutter = tokenizerOf(wordPieceSpecials);
  const counts = new Map<string, number>();
  for await (const text of texts) {
    for (const word of cutter.words(text)) counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  for (const word of counts.keys()) if (Array.from(word).length > longestWordCharacters) counts.delete(word);
  const alphabet = alphabetOf(counts.keys(), cutter);
  if (wordPieceSpecials.length + alphabet.length > size) {
    throw new Error(
      `a vocabulary of ${size} cannot hold the ${alphabet.length} characters of the text and ${wordPieceSpecials.length} special tokens; ` +
        `give a size of at least ${wordPieceSpecials.length + alphabet.length}`,
    );
  }
  const learned = mergePairs(counts, alphabet, { most: size - wordPieceSpecials.length, minFrequency });
  return tokenizerOf([...wordPieceSpecials, ...learned]);
}

/** Every character, plain and with `##`, in code-point order; no `##` form for those that are always words of their own (punctuation). */
function alphabetOf(words: Iterable<string>, cutter: Tokenizer): string[] {
  const characters = new Set<string>();
  for (const word of words) for (const character of word) characters.add(character);
  const sorted = [...characters].sort((a, b) => (a.codePointAt(0) ?? 0) - (b.codePointAt(0) ?? 0));
  const inner = sorted.filter((character) => cutter.words(`a${character}a`).length === 1);
  return [...sorted, ...inner.map((character) => `##${character}`)];
}

/** The alphabet followed by the tokens that merging adds, at most `most` in all. */
function mergePairs(
  counts: ReadonlyMap<string, number>,
  alphabet: readonly string[],
  { most, minFrequency }: { readonly most: number; readonly minFrequency: number },
): string[] {
  const tokens = [...alphabet];
  const ids = new Map(tokens.map((token, id) => [token, id]));
  const words = Array.from(counts.keys(), (word) => Array.from(word, (character, i) => ids.get(i === 0 ? character : `##${character}`) ?? 0));
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
    const token = `${tokens[best.left] ?? ''}${(tokens[best.right] ?? '').slice('##'.length)}`;
    // Two ways of merging can spell the same token: `ab` + `##c` and `a` + `##bc`.
    const id = ids.get(token) ?? tokens.push(token) - 1;
    ids.set(token, id);
    for (const word of best.words) {
      add(word, -1);
      words[word] = replacePair(words[word] ?? [], best.left, best.right, id);
      add(word, 1);
    }
  }
  return tokens;
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
