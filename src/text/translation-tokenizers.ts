// The two tokenizers of a translator: what its sources and its translations are read and written with, and the tokens its decoder needs.
// Where they come from: open-translation-tokenizers.ts.
import { Tokenizer, type EncodeOptions, type Encoding, type TextInput } from './tokenizer.ts';

/** One side: single texts to ids, each closed by the end-of-sentence token, and back. Pairs are refused: a template would join them into one text. */
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
  const side = new SharedTokenizer(tokenizer.definition, tokenizer.config);
  return { source: side, target: side, startId: padId, padId, eosId: tokenizer.specialId('eos'), unkId: tokenizer.specialId('unk') };
}

class SharedTokenizer extends Tokenizer {
  override async encode(inputs: readonly TextInput[], options: EncodeOptions): Promise<Encoding[]> {
    refusePairs(inputs);
    return super.encode(inputs, options);
  }
}

/** Throws an Error for a pair: each side of it is a text of its own for a translator. */
export function refusePairs(inputs: readonly TextInput[]): void {
  const pair = inputs.find((input) => input.pair !== undefined);
  if (pair !== undefined) throw new Error(`${pair.id === undefined ? 'a text' : `example ${pair.id}`} is a pair, and a translator reads one text; encode parallel text by encodePairs`);
}
