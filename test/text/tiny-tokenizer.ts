/** A tokenizer for the ids of `tinyCorpus` and the tiny models: five special tokens and the letters a to x, 29 in all. */
import { Tokenizer } from '../../src/text/tokenizer.ts';
import { readTokenizerConfig } from '../../src/text/tokenizer-config.ts';
import { wordPieceDefinition, wordPieceSpecials } from '../../src/text/word-piece.ts';

export function tinyTokenizer(): Tokenizer {
  const definition = wordPieceDefinition([...wordPieceSpecials, ...'abcdefghijklmnopqrstuvwx'], { lowercase: true });
  return new Tokenizer(definition, readTokenizerConfig(definition, {}, {}));
}
