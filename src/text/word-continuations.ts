// Which tokens of a vocabulary go on with the word of the token before them, and which can be a word of their own.
import type { Tokenizer } from './tokenizer.ts';

/** Ġ of byte-level BPE and ▁ of SentencePiece: a word begins. */
const begins = /^[\u0120\u2581]/;

/** By id, 1 where a token goes on with a word: it has WordPiece's prefix, or no mark of a new word where the vocabulary marks those. Throws an Error where nothing is marked. */
export function wordContinuations(tokenizer: Tokenizer): Uint8Array {
  const tokens = tokenizer.tokens();
  const prefix = tokenizer.definition.model.continuing_subword_prefix;
  if (typeof prefix === 'string' && prefix !== '') return Uint8Array.from(tokens, (token = '') => (token.startsWith(prefix) ? 1 : 0));
  if (!tokens.some((token = '') => begins.test(token))) throw new Error('whole words cannot be told in this vocabulary: none of its tokens is marked as a beginning or a continuation');
  return Uint8Array.from(tokens, (token = '') => (begins.test(token) ? 0 : 1));
}

/** By id, the word that a token is by itself: it begins one, holds a letter or a digit, and is not special. */
export async function wordTokens(tokenizer: Tokenizer): Promise<readonly (string | undefined)[]> {
  const [continues, special] = [wordContinuations(tokenizer), tokenizer.specialIds()];
  const texts = await tokenizer.decodeBatch(tokenizer.tokens().map((_, id) => [id]));
  return texts.map((text, id) => (continues[id] === 1 || special.has(id) || !isWord(text) ? undefined : text.trim()));
}

export function isWord(text: string): boolean {
  return /[\p{L}\p{N}]/u.test(text);
}
