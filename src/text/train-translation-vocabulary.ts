// Trains one vocabulary for both languages of parallel text, the same one every time: byte-level byte-pair encoding (Sennrich et al. 2016,
// https://arxiv.org/abs/1508.07909, over bytes as in Radford et al. 2019), so that no text is unknown and decoding restores each to the byte.
// Not Unigram: the native trainer's takes no size and gives other scores at every run.
import { quoted } from '../storage/quoted.ts';
import type { Corpus } from './corpus.ts';
import { learnMerges } from './learn-merges.ts';
import type { StreamedCorpus } from './streamed-corpus.ts';
import { readTokenizerConfig } from './tokenizer-config.ts';
import { Tokenizer } from './tokenizer.ts';
import { sharedTokenizers, type TranslationTokenizers } from './translation-tokenizers.ts';
import type { TokenizerDefinition } from './word-piece.ts';

export interface TranslationVocabularyOptions {
  /** Tokens in the vocabulary, the special ones and 256 bytes included; fewer if the text runs out of pairs. */
  readonly size: number;
  /** A pair that occurs more rarely is not merged. Default 2. */
  readonly minFrequency?: number;
}

/** Where Marian's own tools have them, and readers of its models expect them: the end at 0, what is unknown at 1, padding last. */
const specials = { eos: '</s>', unk: '<unk>', pad: '<pad>' } as const;
const specialTokens = Object.values(specials);

/**
 * A vocabulary of the texts and their translations; encoding appends `</s>`, and the decoder starts with `<pad>`. Special tokens spelled out
 * in a text are taken for what they name. Throws an Error for an example without a translation and for a size that cannot hold the bytes.
 */
export async function trainTranslationVocabulary(corpus: Corpus | StreamedCorpus, { size, minFrequency = 2 }: TranslationVocabularyOptions): Promise<TranslationTokenizers> {
  const alphabet = byteCharacters();
  const least = specialTokens.length + alphabet.length;
  if (!Number.isInteger(size) || size < least) throw new Error(`a vocabulary of ${size} cannot hold ${specialTokens.length} special tokens and ${alphabet.length} bytes; give a size of at least ${least}`);
  // Words are counted with the pre-tokeniser that will encode.
  const cutter = tokenizerOf(alphabet, []);
  const counts = new Map<string, number>();
  for await (const { id, text, pair } of 'read' in corpus ? corpus.read() : corpus.examples) {
    if (pair === undefined) throw new Error(`example ${quoted(id)} of ${corpus.name} (${corpus.split}) has no translation; open the corpus by openParallel`);
    for (const side of [text, pair]) for (const word of cutter.words(side)) counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  const { tokens, merges } = learnMerges(counts, alphabet, { most: size - specialTokens.length, minFrequency, symbolsOf: (word) => Array.from(word), join: (left, right) => left + right });
  return sharedTokenizers(tokenizerOf(tokens, merges));
}

/** The characters that byte-level tokenizers write bytes 0 to 255 as: those that print as themselves, the others from U+0100 on. */
function byteCharacters(): string[] {
  const prints = (byte: number) => (byte > 32 && byte < 127) || (byte > 160 && byte !== 173);
  let next = 256;
  return Array.from({ length: 256 }, (_, byte) => String.fromCharCode(prints(byte) ? byte : next++));
}

function tokenizerOf(tokens: readonly string[], merges: readonly (readonly [string, string])[]): Tokenizer {
  const byteLevel = { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: true };
  const sequence = (id: string) => ({ Sequence: { id, type_id: 0 } });
  const end = { SpecialToken: { id: specials.eos, type_id: 0 } };
  const vocabulary = [specials.eos, specials.unk, ...tokens, specials.pad];
  const idOf = (token: string) => vocabulary.indexOf(token);
  const definition: TokenizerDefinition = {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: specialTokens.map((content) => ({ id: idOf(content), content, single_word: false, lstrip: false, rstrip: false, normalized: false, special: true })),
    normalizer: null,
    pre_tokenizer: byteLevel,
    post_processor: {
      type: 'TemplateProcessing',
      single: [sequence('A'), end],
      pair: [sequence('A'), end, sequence('B'), end],
      special_tokens: { [specials.eos]: { id: specials.eos, ids: [idOf(specials.eos)], tokens: [specials.eos] } },
    },
    decoder: byteLevel,
    model: {
      type: 'BPE',
      dropout: null,
      unk_token: null,
      continuing_subword_prefix: null,
      end_of_word_suffix: null,
      fuse_unk: false,
      byte_fallback: false,
      ignore_merges: false,
      vocab: Object.fromEntries(vocabulary.map((token, id) => [token, id])),
      merges,
    },
  };
  // Python would tidy spaces before punctuation away.
  const published = { clean_up_tokenization_spaces: false, ...Object.fromEntries(Object.entries(specials).map(([role, token]) => [`${role}_token`, token])) };
  return new Tokenizer(definition, readTokenizerConfig(definition, published, undefined));
}
