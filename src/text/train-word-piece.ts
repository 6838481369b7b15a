// Trains a WordPiece vocabulary, the same one every time: merges of the most frequent neighbours, as the Hugging Face trainer
// does it (Sennrich et al. 2016, https://arxiv.org/abs/1508.07909, with BERT's `##`), but with every tie decided.
// Not Schuster and Nakajima's likelihood criterion, which no public trainer implements.
import { Tokenizer } from './tokenizer.ts';
import { longestWordCharacters, wordPieceDefinition, wordPieceSpecials } from './word-piece.ts';
import { readTokenizerConfig } from './tokenizer-config.ts';
import { learnMerges } from './learn-merges.ts';

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
  const { tokens } = learnMerges(counts, alphabet, {
    most: size - wordPieceSpecials.length,
    minFrequency,
    symbolsOf: (word) => Array.from(word, (character, i) => (i === 0 ? character : `##${character}`)),
    join: (left, right) => `${left}${right.slice('##'.length)}`,
  });
  return tokenizerOf([...wordPieceSpecials, ...tokens]);
}

/** Every character, plain and with `##`, in code-point order; no `##` form for those that are always words of their own (punctuation). */
function alphabetOf(words: Iterable<string>, cutter: Tokenizer): string[] {
  const characters = new Set<string>();
  for (const word of words) for (const character of word) characters.add(character);
  const sorted = [...characters].sort((a, b) => (a.codePointAt(0) ?? 0) - (b.codePointAt(0) ?? 0));
  const inner = sorted.filter((character) => cutter.words(`a${character}a`).length === 1);
  return [...sorted, ...inner.map((character) => `##${character}`)];
}
