// One side of an OPUS-MT translator (Tiedemann and Thottingal 2020): the side's sentencepiece model cuts a text into pieces, and vocab.json,
// which both sides may share, gives their ids; those of the sentencepiece model mean nothing. What it lacks is unknown. As Python's
// MarianTokenizer: `>>code<<` before a text stays whole, and `</s>` closes it. Files: open-translation-tokenizers.ts.
import { fingerprint } from '../storage/hash.ts';
import { quoted } from '../storage/quoted.ts';
import { spaceMark } from './sentence-piece.ts';
import type { Encoding, EncodeOptions, TextInput, Tokenizer } from './tokenizer.ts';
import { refusePairs, type SideTokenizer } from './translation-tokenizers.ts';

export interface MarianSpecials {
  readonly eos: string;
  readonly unk: string;
  readonly pad: string;
}

interface MarianSide {
  /** The side's sentencepiece model, without special tokens around a text. */
  readonly pieces: Tokenizer;
  /** vocab.json: ids of pieces, special tokens and language codes. */
  readonly vocabulary: ReadonlyMap<string, number>;
  readonly specials: MarianSpecials;
}

/** The library takes no more than this; here texts are cut once their codes and ends stand. */
const unlimited = 2 ** 31 - 1;

export class MarianTokenizer implements SideTokenizer {
  readonly fingerprint: string;
  readonly vocabularySize: number;
  readonly eosId: number;
  readonly padId: number;
  readonly unkId: number;
  readonly #pieces: Tokenizer;
  readonly #vocabulary: ReadonlyMap<string, number>;
  readonly #tokens: ReadonlyMap<number, string>;
  readonly #specials: ReadonlySet<string>;
  /** The id in the vocabulary of each id of the sentencepiece model. */
  readonly #idOfPiece: ReadonlyMap<number, number>;
  readonly #unknownPiece: number;

  /** Throws an Error for a special token that the vocabulary lacks, and where two tokens share an id. */
  constructor({ pieces, vocabulary, specials }: MarianSide) {
    const idOf = (token: string): number => {
      const id = vocabulary.get(token);
      if (id === undefined) throw new Error(`the vocabulary has no ${quoted(token)}; name its special tokens as eos_token, unk_token and pad_token in tokenizer_config.json`);
      return id;
    };
    [this.eosId, this.padId, this.unkId] = [idOf(specials.eos), idOf(specials.pad), idOf(specials.unk)];
    this.#tokens = new Map(Array.from(vocabulary, ([token, id]) => [id, token]));
    const shared = Array.from(vocabulary).find(([token, id]) => this.#tokens.get(id) !== token);
    if (shared !== undefined) throw new Error(`${quoted(shared[0])} and ${quoted(this.#tokens.get(shared[1]))} have the same id, ${shared[1]}, in the vocabulary`);
    this.#pieces = pieces;
    this.#vocabulary = vocabulary;
    this.#specials = new Set(Object.values(specials) as string[]);
    this.#idOfPiece = new Map(pieces.vocabulary().map(([piece, id]) => [id, vocabulary.get(piece) ?? this.unkId]));
    this.#unknownPiece = pieces.specialId('unk');
    this.vocabularySize = Array.from(vocabulary.values()).reduce((most, id) => Math.max(most, id + 1), 0);
    this.fingerprint = fingerprint({ pieces: pieces.fingerprint, vocabulary: Object.fromEntries(vocabulary), specials: { ...specials } });
  }

  idOf(token: string): number | undefined {
    return this.#vocabulary.get(token);
  }

  /** Throws an Error for a limit that leaves no room for a text, and for a pair: each side of it is a text of its own here. */
  async encode(inputs: readonly TextInput[], { maxTokens }: EncodeOptions): Promise<Encoding[]> {
    if (!Number.isInteger(maxTokens) || maxTokens < 2) throw new Error(`maxTokens is ${maxTokens}; it must be a whole number above 1, the end-of-sentence token`);
    refusePairs(inputs);
    const parted = inputs.map(({ text }) => partCode(text));
    const encodings = await this.#pieces.encode(parted.map(({ text }) => ({ text })), { maxTokens: unlimited });
    const unknown = await this.#unknownPieces(parted, encodings);
    return encodings.map(({ ids }, i) => {
      const surfaces = unknown.get(i);
      const body = Array.from(ids, (id, at) => (id === this.#unknownPiece ? this.#vocabulary.get(surfaces?.[at] ?? '') : this.#idOfPiece.get(id)) ?? this.unkId);
      const code = parted[i]?.code;
      const all = code === undefined ? body : [this.#vocabulary.get(code) ?? this.unkId, ...body];
      const kept = Int32Array.from([...all.slice(0, maxTokens - 1), this.eosId]);
      return { ids: kept, typeIds: new Int32Array(kept.length), truncated: all.length >= maxTokens };
    });
  }

  /** Pieces joined; special tokens and the unknown one are left out, or part the text as Python's decoder has it. */
  decode(ids: ArrayLike<number>, { skipSpecialTokens = true }: { readonly skipSpecialTokens?: boolean } = {}): Promise<string> {
    const parts: string[] = [];
    let begins = true;
    for (const token of Array.from(ids, (id) => this.#tokens.get(id) ?? '')) {
      const special = this.#specials.has(token);
      if (special && skipSpecialTokens) continue;
      parts.push(special ? `${token} ` : (begins && token.startsWith(spaceMark) ? token.slice(spaceMark.length) : token).replaceAll(spaceMark, ' '));
      begins = special;
    }
    return Promise.resolve(parts.join('').trim());
  }

  decodeBatch(lists: readonly ArrayLike<number>[], options?: { readonly skipSpecialTokens?: boolean }): Promise<string[]> {
    return Promise.all(lists.map((ids) => this.decode(ids, options)));
  }

  /** What stands in the texts where their sentencepiece model knows nothing: the other side's pieces may have it. */
  async #unknownPieces(texts: readonly TextInput[], encodings: readonly Encoding[]): Promise<Map<number, string[]>> {
    const rows = encodings.flatMap(({ ids }, row) => (ids.includes(this.#unknownPiece) ? [row] : []));
    const inspected = await this.#pieces.inspect(rows.map((row) => ({ text: texts[row]?.text ?? '' })));
    return new Map(rows.map((row, i) => [row, inspected[i]?.tokens ?? []]));
  }
}

/** The language that a text is to be translated into, where it begins with one. */
function partCode(text: string): { readonly code?: string; readonly text: string } {
  const end = text.startsWith('>>') ? text.indexOf('<<') : -1;
  return end < 0 ? { text } : { code: text.slice(0, end + 2), text: text.slice(end + 2) };
}
