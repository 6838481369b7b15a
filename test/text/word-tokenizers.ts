// The tokenizers of a translator whose words are single letters, for tests of what stands around them.
import { Tokenizer } from '../../src/text/tokenizer.ts';
import type { TranslationTokenizers } from '../../src/text/translation-tokenizers.ts';

const specials = ['<pad>', '</s>', '<unk>'];

/** Ids: 0 pad, 1 end of sentence, 2 unknown, then the letters of `letters`. `closes`: whether `</s>` is appended. */
export function letterTokenizer(letters: string, { closes = true }: { readonly closes?: boolean } = {}): Tokenizer {
  const vocab = Object.fromEntries([...specials, ...letters].map((token, id) => [token, id]));
  const end = { SpecialToken: { id: '</s>', type_id: 0 } };
  const sequence = { Sequence: { id: 'A', type_id: 0 } };
  const single = closes ? [sequence, end] : [sequence];
  return new Tokenizer(
    {
      version: '1.0',
      added_tokens: specials.map((content, id) => ({ id, content, single_word: false, lstrip: false, rstrip: false, normalized: false, special: true })),
      normalizer: null,
      pre_tokenizer: { type: 'WhitespaceSplit' },
      post_processor: { type: 'TemplateProcessing', single, pair: single, special_tokens: { '</s>': { id: '</s>', ids: [1], tokens: ['</s>'] } } },
      decoder: null,
      model: { type: 'WordLevel', vocab, unk_token: '<unk>' },
    },
    { specialTokens: { pad: '<pad>', eos: '</s>', unk: '<unk>' }, published: {} },
  );
}

export function letterTokenizers(source: string, target = source): TranslationTokenizers {
  return { source: letterTokenizer(source), target: letterTokenizer(target), startId: 0, padId: 0, eosId: 1, unkId: 2 };
}
