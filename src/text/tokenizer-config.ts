// What stands beside a tokenizer.json: tokenizer_config.json and special_tokens_map.json, read from and written for
// Python transformers (which rebuilds a BERT tokeniser from the config's settings) and transformers.js. No files are touched here.
import type { TokenizerDefinition } from './word-piece.ts';

const roles = ['pad', 'unk', 'cls', 'sep', 'mask', 'bos', 'eos'] as const;

export type SpecialTokens = Readonly<Partial<Record<(typeof roles)[number], string>>>;

export interface TokenizerConfig {
  readonly specialTokens: SpecialTokens;
  /** The fields of a published tokenizer_config.json that stay true wherever it is saved. */
  readonly published: Readonly<Record<string, unknown>>;
}

export interface SaveOptions {
  /** The most tokens the model beside it can take; default: what the tokeniser's own files say, else 512. */
  readonly maxTokens?: number;
  /** The class Python loads it with, `DistilBertTokenizer` say; default: as published, else by what the tokeniser is. */
  readonly tokenizerClass?: string;
  /** Whether the model beside it reads token types; default: as the class has it. */
  readonly typeIds?: boolean;
}

/** Names that published tokenisers give these tokens; used where no config says. */
const usualNames: Readonly<Record<(typeof roles)[number], readonly string[]>> = {
  pad: ['[PAD]', '<pad>'],
  unk: ['[UNK]', '<unk>'],
  cls: ['[CLS]', '<s>'],
  sep: ['[SEP]', '</s>'],
  mask: ['[MASK]', '<mask>'],
  bos: ['<s>'],
  eos: ['</s>'],
};

// Settings of one call (padding, truncation), paths of the machine that saved it, and the doors to foreign code.
const notKept = [
  'max_length', 'stride', 'truncation_side', 'truncation_strategy', 'pad_to_multiple_of', 'padding', 'truncation',
  'name_or_path', 'special_tokens_map_file', 'tokenizer_file', 'vocab_file', 'auto_map', 'processor_class', 'is_local', 'backend',
];

/** @param published tokenizer_config.json, and special_tokens_map.json where there is one, as parsed. */
export function readTokenizerConfig(definition: TokenizerDefinition, published: unknown, specialTokensMap: unknown): TokenizerConfig {
  const config = asRecord(published);
  const named = { ...asRecord(specialTokensMap), ...config };
  const added = new Set((definition.added_tokens ?? []).map(({ content }) => content));
  const tokens = roles.map((role) => {
    const token = contentOf(named[`${role}_token`]) ?? usualNames[role].find((name) => added.has(name));
    return [role, token] as const;
  });
  return {
    specialTokens: Object.fromEntries(tokens.filter(([, token]) => token !== undefined)),
    published: Object.fromEntries(Object.entries(config).filter(([field]) => !notKept.includes(field))),
  };
}

/** The special tokens as special_tokens_map.json has them: `{ pad_token: '[PAD]', ... }`. */
export function specialTokensMap({ specialTokens }: TokenizerConfig): Record<string, string> {
  return Object.fromEntries(Object.entries(specialTokens).map(([role, token]) => [`${role}_token`, token]));
}

/** The tokenizer_config.json to stand beside `definition`. */
export function configBeside(definition: TokenizerDefinition, config: TokenizerConfig, options: SaveOptions = {}): Record<string, unknown> {
  const { model_max_length: maxLength = 512, tokenizer_class: publishedClass, ...published } = config.published;
  const normalizer = asRecord(definition.normalizer);
  const isBert = definition.model.type === 'WordPiece' && normalizer.type === 'BertNormalizer';
  const bertSettings = {
    do_lower_case: normalizer.lowercase,
    strip_accents: normalizer.strip_accents,
    tokenize_chinese_chars: normalizer.handle_chinese_chars,
  };
  return {
    ...published,
    ...(isBert && bertSettings),
    ...specialTokensMap(config),
    model_max_length: options.maxTokens ?? maxLength,
    ...(options.typeIds !== undefined && { model_input_names: ['input_ids', ...(options.typeIds ? ['token_type_ids'] : []), 'attention_mask'] }),
    tokenizer_class: options.tokenizerClass ?? publishedClass ?? (isBert ? 'BertTokenizer' : 'PreTrainedTokenizerFast'),
  };
}

function contentOf(token: unknown): string | undefined {
  const content = typeof token === 'string' ? token : asRecord(token).content;
  return typeof content === 'string' ? content : undefined;
}

function asRecord(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
}
