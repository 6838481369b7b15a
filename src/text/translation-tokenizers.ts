// The two tokenizers of a translator: what its sources and its translations are read and written with, and the tokens its decoder needs.
// Where they come from: open-translation-tokenizers.ts.
import type { Tokenizer } from './tokenizer.ts';

/** One side: texts to ids, each closed by the end-of-sentence token, and back. A `Tokenizer` whose template adds that token is one. */
export type SideTokenizer = Pick<Tokenizer, 'encode' | 'decode' | 'decodeBatch' | 'idOf' | 'fingerprint' | 'vocabularySize'>;

export interface TranslationTokenizers {
  readonly source: SideTokenizer;
  /** The same object where one serves both. */
  readonly target: SideTokenizer;
  /** What the decoder is fed first. */
  readonly startId: number;
  readonly padId: number;
  readonly eosId: number;
  readonly unkId: number;
  /** Files of the folder they were read from, by name, where they are written as they were. */
  readonly published?: ReadonlyMap<string, Uint8Array>;
}

/**
 * One tokenizer for both sides; the decoder starts with its padding token, as Marian's and T5's do.
 * Throws an Error for one without an end-of-sentence, a padding or an unknown token.
 */
export function sharedTokenizers(tokenizer: Tokenizer): TranslationTokenizers {
  const { padId } = tokenizer;
  return { source: tokenizer, target: tokenizer, startId: padId, padId, eosId: tokenizer.specialId('eos'), unkId: tokenizer.specialId('unk') };
}
