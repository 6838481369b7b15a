// A WordPiece vocabulary as BERT uses it, written as the object that a tokenizer.json holds.
// For a bare vocab.txt and for vocabularies trained here; it neither reads files nor tokenises.

/** What a tokenizer.json holds; only the parts that this house looks at are named. */
export interface TokenizerDefinition {
  readonly model: { readonly type?: string; readonly [part: string]: unknown };
  readonly added_tokens?: readonly { readonly id: number; readonly content: string }[];
  readonly normalizer?: unknown;
  readonly [part: string]: unknown;
}

export interface WordPieceOptions {
  readonly lowercase: boolean;
  /** null: as `lowercase` says. */
  readonly stripAccents?: boolean | null;
  /** Whether each Chinese character is a word of its own. */
  readonly splitChinese?: boolean;
}

/** The special tokens of a vocabulary trained here, at ids 0 to 4. */
export const wordPieceSpecials = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]'] as const;

/** Longer words are unknown; 100 is what BERT and every loader of its files assume. */
export const longestWordCharacters = 100;

/**
 * The tokenizer.json of a BERT vocabulary: `[CLS] A [SEP]`, or `[CLS] A [SEP] B [SEP]` with type 1 for the second text.
 * @param vocabulary tokens in the order of their ids. Throws an Error if one of the five special tokens is missing.
 */
export function wordPieceDefinition(vocabulary: readonly string[], options: WordPieceOptions): TokenizerDefinition {
  const ids = new Map(vocabulary.map((token, id) => [token, id]));
  const special = (content: string): { id: number; content: string } => {
    const id = ids.get(content);
    if (id === undefined) throw new Error(`the vocabulary has no ${content}; a WordPiece vocabulary holds ${wordPieceSpecials.join(' ')}`);
    return { id, content };
  };
  const specials = wordPieceSpecials.map(special).sort((a, b) => a.id - b.id);
  const flags = { single_word: false, lstrip: false, rstrip: false, normalized: false, special: true };
  const token = (id: string, type: number) => ({ SpecialToken: { id, type_id: type } });
  const sequence = (id: string, type: number) => ({ Sequence: { id, type_id: type } });
  const single = [token('[CLS]', 0), sequence('A', 0), token('[SEP]', 0)];
  const framing = ['[CLS]', '[SEP]'].map((name) => [name, { id: name, ids: [special(name).id], tokens: [name] }] as const);
  return {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: specials.map(({ id, content }) => ({ id, content, ...flags })),
    normalizer: {
      type: 'BertNormalizer',
      clean_text: true,
      handle_chinese_chars: options.splitChinese ?? true,
      strip_accents: options.stripAccents ?? null,
      lowercase: options.lowercase,
    },
    pre_tokenizer: { type: 'BertPreTokenizer' },
    post_processor: {
      type: 'TemplateProcessing',
      single,
      pair: [...single, sequence('B', 1), token('[SEP]', 1)],
      special_tokens: Object.fromEntries(framing),
    },
    decoder: { type: 'WordPiece', prefix: '##', cleanup: true },
    model: {
      type: 'WordPiece',
      unk_token: '[UNK]',
      continuing_subword_prefix: '##',
      max_input_chars_per_word: longestWordCharacters,
      vocab: Object.fromEntries(ids),
    },
  };
}
