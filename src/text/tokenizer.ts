// Text to token ids and back: the native `tokenizers` library behind settings that come only from the caller.
// Padding and truncation carried by a tokenizer.json are dropped (published ones pad to 128 silently). Files: tokenizer-files.ts.
import { Tokenizer as Native, type Encoding as NativeEncoding, type TruncationStrategy } from 'tokenizers';
import { fingerprint } from '../storage/hash.ts';
import { configBeside, specialTokensMap, type SaveOptions, type TokenizerConfig } from './tokenizer-config.ts';
import type { TokenizerDefinition } from './word-piece.ts';

export type Truncation = 'longest-first' | 'only-first' | 'only-second';

/** A text, or a pair; `id` names it in errors. An `Example` is one. */
export interface TextInput {
  readonly text: string;
  readonly pair?: string;
  readonly id?: string;
}

export interface EncodeOptions {
  /** Most tokens of an encoding, special tokens included. */
  readonly maxTokens: number;
  /** Which text of a pair is cut. Default: always the longer one, token by token. */
  readonly truncation?: Truncation;
}

export interface Encoding {
  readonly ids: Int32Array;
  /** 0 for the first text, 1 for the second (where the family tells them apart). */
  readonly typeIds: Int32Array;
  readonly truncated: boolean;
}

export interface InspectOptions {
  readonly addSpecialTokens?: boolean;
  /** Absent: nothing is cut. */
  readonly maxTokens?: number;
  readonly truncation?: Truncation;
  /** Tokens that a window shares with the one before it. */
  readonly stride?: number;
  /** Absent: no padding. `length` absent: as long as the longest. */
  readonly padding?: { readonly length?: number; readonly multipleOf?: number; readonly direction?: 'left' | 'right' };
}

/** Everything the tokeniser knows of one text. */
export interface Inspection {
  readonly ids: number[];
  readonly typeIds: number[];
  readonly attentionMask: number[];
  readonly specialTokensMask: number[];
  /** [begin, end) of each token in its text, in Unicode code points (not UTF-16 units); [0, 0] for special tokens. */
  readonly offsets: number[][];
  /** The word of each token, null for special tokens. */
  readonly wordIds: (number | null)[];
  readonly tokens: string[];
  /** The ids of the windows that follow the first one. */
  readonly overflowing: number[][];
}

const CHUNK = 1000;
// The library declares these as a const enum that is empty at run time; the plain string is what it takes.
const STRATEGIES: Readonly<Record<Truncation, string>> = {
  'longest-first': 'LongestFirst',
  'only-first': 'OnlyFirst',
  'only-second': 'OnlySecond',
};

export class Tokenizer {
  /** What its tokenizer.json holds, without padding and truncation. */
  readonly definition: TokenizerDefinition;
  /** Its special tokens and the settings that Hugging Face loaders want beside it. */
  readonly config: TokenizerConfig;
  /** sha256 (hex) of the definition: equal for tokenisers that give equal ids, whatever padding their files carry. */
  readonly fingerprint: string;
  /** The largest id plus one: the rows that an embedding needs. */
  readonly vocabularySize: number;
  private readonly native: Native;
  private turn: Promise<unknown> = Promise.resolve();

  /** Throws the library's Error for a definition that it cannot read. */
  constructor(definition: TokenizerDefinition, config: TokenizerConfig) {
    this.definition = { ...definition, truncation: null, padding: null };
    this.config = config;
    this.fingerprint = fingerprint(this.definition);
    this.native = Native.fromString(JSON.stringify(this.definition));
    this.vocabularySize = this.vocabulary().reduce((most, [, id]) => Math.max(most, id + 1), 0);
  }

  /** Every token with its id. */
  vocabulary(): [string, number][] {
    return Object.entries(this.native.getVocab(true));
  }

  /** The id of a token, or undefined. */
  idOf(token: string): number | undefined {
    return this.native.tokenToId(token) ?? undefined;
  }

  /** Every token by its id; ids that stand for none are undefined. */
  tokens(): readonly (string | undefined)[] {
    const tokens = new Array<string | undefined>(this.vocabularySize).fill(undefined);
    for (const [token, id] of Object.entries(this.native.getVocab(true))) tokens[id] = token;
    return tokens;
  }

  /** The ids of tokens that are no text: those with a role, and whatever else was added as special. */
  specialIds(): ReadonlySet<number> {
    const roles = Object.values(this.config.specialTokens).map((token) => this.idOf(token));
    const added = (this.definition.added_tokens ?? []).filter((token) => 'special' in token && token.special === true).map(({ id }) => id);
    return new Set([...roles.filter((id) => id !== undefined), ...added]);
  }

  get padId(): number {
    return this.specialId('pad');
  }

  get clsId(): number {
    return this.specialId('cls');
  }

  get sepId(): number {
    return this.specialId('sep');
  }

  get maskId(): number {
    return this.specialId('mask');
  }

  /** The id of a special token. Throws an Error if this tokeniser has none of that role. */
  specialId(role: keyof TokenizerConfig['specialTokens']): number {
    const token = this.config.specialTokens[role];
    const id = token === undefined ? undefined : this.idOf(token);
    if (id === undefined) throw new Error(`this tokenizer has no ${role} token; name one as ${role}_token in its tokenizer_config.json`);
    return id;
  }

  /**
   * Token ids of each text or pair, in order, cut to `maxTokens` and never padded.
   * Throws an Error that names the text if a cut leaves nothing (a pair whose uncut side alone is too long).
   */
  async encode(inputs: readonly TextInput[], options: EncodeOptions): Promise<Encoding[]> {
    return this.encodeNatively(inputs, options, (encoding) => ({
      ids: Int32Array.from(encoding.getIds()),
      typeIds: Int32Array.from(encoding.getTypeIds()),
      truncated: encoding.getOverflowing().length > 0,
    }));
  }

  /** Like `encode`, with offsets, words, masks, overflowing windows and padding: for aligning tokens with text, and for tests. */
  async inspect(inputs: readonly TextInput[], options: InspectOptions = {}): Promise<Inspection[]> {
    const encodings = await this.encodeNatively(inputs, options, (encoding) => encoding);
    if (options.padding) {
      const { length, multipleOf = 1, direction = 'right' } = options.padding;
      const longest = length ?? encodings.reduce((most, encoding) => Math.max(most, encoding.getLength()), 0);
      const width = Math.ceil(longest / multipleOf) * multipleOf;
      const padToken = this.config.specialTokens.pad ?? '';
      for (const encoding of encodings) encoding.pad(width, { direction, padId: this.padId, padTypeId: 0, padToken });
    }
    return encodings.map((encoding) => ({
      ids: encoding.getIds(),
      typeIds: encoding.getTypeIds(),
      attentionMask: encoding.getAttentionMask(),
      specialTokensMask: encoding.getSpecialTokensMask(),
      offsets: encoding.getOffsets(),
      wordIds: encoding.getWordIds().map((word) => word ?? null),
      tokens: encoding.getTokens(),
      overflowing: encoding.getOverflowing().map((window) => window.getIds()),
    }));
  }

  /** The text of one list of ids. */
  async decode(ids: ArrayLike<number>, { skipSpecialTokens = true }: { readonly skipSpecialTokens?: boolean } = {}): Promise<string> {
    return this.native.decode(Array.from(ids), skipSpecialTokens);
  }

  /** The texts of several lists of ids. */
  async decodeBatch(
    lists: readonly ArrayLike<number>[],
    { skipSpecialTokens = true }: { readonly skipSpecialTokens?: boolean } = {},
  ): Promise<string[]> {
    return this.native.decodeBatch(lists.map((ids) => Array.from(ids)), skipSpecialTokens);
  }

  /** The words that encoding cuts a text into before it looks at the vocabulary: normalised, then parted. */
  words(text: string): string[] {
    const normal = this.native.getNormalizer()?.normalizeString(text) ?? text;
    return this.native.getPreTokenizer()?.preTokenizeString(normal).map(([word]) => word) ?? [normal];
  }

  /** The text of its tokenizer.json. */
  tokenizerJson(): string {
    return `${JSON.stringify(this.definition, null, 2)}\n`;
  }

  /** The text of the tokenizer_config.json to stand beside it. */
  configJson(options?: SaveOptions): string {
    return `${JSON.stringify(configBeside(this.definition, this.config, options), null, 2)}\n`;
  }

  /** The text of its special_tokens_map.json. */
  specialTokensMapJson(): string {
    return `${JSON.stringify(specialTokensMap(this.config), null, 2)}\n`;
  }

  private async encodeNatively<T>(
    inputs: readonly TextInput[],
    options: InspectOptions,
    read: (encoding: NativeEncoding) => T,
  ): Promise<T[]> {
    // The library reads its settings when a queued call starts, not when it is made: one caller at a time.
    const work = this.turn.then(async () => {
      await this.setTruncation(inputs, options);
      const { addSpecialTokens = true } = options;
      const results: T[] = [];
      for (let start = 0; start < inputs.length; start += CHUNK) {
        const chunk = inputs.slice(start, start + CHUNK);
        // encodeBatch takes single texts only.
        const encodings = chunk.every(({ pair }) => pair === undefined)
          ? await this.native.encodeBatch(chunk.map(({ text }) => text), { addSpecialTokens })
          : await Promise.all(chunk.map((input, i) => this.encodeOne(input, start + i, addSpecialTokens)));
        for (const encoding of encodings) results.push(read(encoding));
      }
      return results;
    });
    this.turn = work.catch(() => undefined);
    return work;
  }

  private async encodeOne(input: TextInput, index: number, addSpecialTokens: boolean): Promise<NativeEncoding> {
    try {
      return await this.native.encode(input.text, input.pair ?? null, { addSpecialTokens });
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new Error(`${nameInput(input, index)} cannot be encoded: ${reason}`, { cause: error });
    }
  }

  /** The library overruns small limits silently and aborts the process on a large stride: both are checked here. */
  private async setTruncation(inputs: readonly TextInput[], options: InspectOptions): Promise<void> {
    this.native.disableTruncation();
    const { maxTokens, truncation = 'longest-first', stride = 0, addSpecialTokens = true } = options;
    if (maxTokens === undefined) return;
    const hasPairs = inputs.some(({ pair }) => pair !== undefined);
    const frame = addSpecialTokens ? (await this.native.encode('', hasPairs ? '' : null)).getLength() : 0;
    if (!Number.isInteger(maxTokens) || maxTokens <= frame) {
      throw new Error(`maxTokens is ${maxTokens}; it must be a whole number above ${frame}, the special tokens of ${hasPairs ? 'a pair' : 'a text'}`);
    }
    if (!Number.isInteger(stride) || stride < 0 || stride >= maxTokens - frame) {
      throw new Error(`stride is ${stride}; it must be a whole number from 0 to ${maxTokens - frame - 1}, below the tokens of text in a window`);
    }
    const single = truncation === 'only-second' ? inputs.findIndex(({ pair }) => pair === undefined) : -1;
    const input = inputs[single];
    if (input) throw new Error(`${nameInput(input, single)} is no pair, and truncation is only-second; use longest-first`);
    this.native.setTruncation(maxTokens, { strategy: STRATEGIES[truncation] as unknown as TruncationStrategy, direction: 'right', stride });
  }
}

function nameInput({ id, text }: TextInput, index: number): string {
  return `${id === undefined ? `text ${index}` : `example ${id}`} (${JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}…` : text)})`;
}
