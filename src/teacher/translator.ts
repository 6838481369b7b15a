/**
 * A teacher that writes: sources in, their N best translations out. `stepTranslator` makes one of any step-wise decoder, a tokenizer and the
 * options of a search; models with their own way of decoding are translators by shape.
 */
import type { Hypothesis } from '../decode/path.ts';
import { search as searchBy, type SearchOptions } from '../decode/search.ts';
import type { StepDecoder } from '../decode/step-decoder.ts';
import type { StoredTranslation } from '../storage/arrow-translations.ts';

export type Translation = StoredTranslation;

export interface Translator {
  /** For messages. */
  readonly name: string;
  /** Changes when any translation could: weights and configuration. */
  readonly fingerprint: string;
  /** Fingerprint of what it reads and writes with. */
  readonly tokenizer: string;
  /** How it searches, as plain JSON: part of a store's address. */
  readonly decoding: Readonly<Record<string, unknown>>;
  /** Tokens of a source at most. */
  readonly maxTokens: number;
  /** Token ids of each source, whole, with the special tokens that the model wants. */
  encode(sources: readonly string[]): Promise<Int32Array[]>;
  /** Of each source its translations, best first. */
  translate(sources: readonly Int32Array[]): Promise<Translation[][]>;
}

/** What a translator asks of a tokenizer. */
export interface TranslationTokenizer {
  readonly fingerprint: string;
  encode(sources: readonly string[]): Promise<Int32Array[]>;
  /** Texts of token ids, special tokens left out. */
  decode(lists: readonly ArrayLike<number>[]): Promise<string[]>;
  /** Token ids are below it. */
  readonly vocabularySize: number;
}

/** A decoder with its sources in it, a row each, and what frees them. */
export interface OpenedDecoder {
  readonly decoder: StepDecoder;
  readonly dispose: () => void;
}

export interface StepTranslatorOptions {
  readonly name: string;
  /** Of the model's weights and configuration. */
  readonly fingerprint: string;
  readonly maxTokens: number;
  readonly tokenizer: TranslationTokenizer;
  readonly search: SearchOptions;
  /** Encodes a batch of sources. */
  readonly open: (sources: readonly Int32Array[]) => Promise<OpenedDecoder> | OpenedDecoder;
}

/** @throws where the tokenizer has not the tokens that the search starts and ends with: it belongs to another model. */
export function stepTranslator({ name, fingerprint, maxTokens, tokenizer, search, open }: StepTranslatorOptions): Translator {
  for (const [what, id] of [['starts', search.startId], ...search.eosIds.map((eos) => ['ends', eos] as const)] as const) {
    if (!(Number.isInteger(id) && id >= 0 && id < tokenizer.vocabularySize)) throw new Error(`${name} ${what} its translations with token ${id}, but the tokenizer has only ${tokenizer.vocabularySize} tokens: give the tokenizer that belongs to the model`);
  }
  const { beams, nBest = 1 } = search;
  if (nBest > beams) throw new Error(`${nBest} translations of each source are wanted, but ${beams} ${beams === 1 ? 'beam finds only one' : 'beams find no more'}: take as many beams`);
  return {
    name,
    fingerprint,
    tokenizer: tokenizer.fingerprint,
    decoding: { ...search },
    maxTokens,
    encode: (sources) => tokenizer.encode(sources),
    translate: async (sources) => {
      const { decoder, dispose } = await open(sources);
      let found: readonly (readonly Hypothesis[])[];
      try {
        found = await searchBy(decoder, { ...search, sources: sources.length });
      } finally {
        dispose();
      }
      const texts = await tokenizer.decode(found.flatMap((own) => own.map(({ tokens }) => tokens)));
      let next = 0;
      return found.map((own) => own.map(({ tokens, logProbs, score, finished }) => ({ text: texts[next++] ?? '', tokens, logProb: logProbs.reduce((sum, one) => sum + one, 0), score, finished })));
    },
  };
}
