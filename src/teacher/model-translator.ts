/**
 * An encoder-decoder of this project as a translator: its own search settings, or changes to them, and the tokenizers it was trained with. Several of
 * one vocabulary write together as the mean of their probabilities (Freitag, Al-Onaizan & Sankaran 2017, arXiv:1702.01802).
 */
import { ensembleDecoder } from '../decode/ensemble.ts';
import type { SearchOptions } from '../decode/search.ts';
import { upload } from '../engine/batch.ts';
import type { Seq2Seq } from '../models/seq2seq/model.ts';
import { searchSettings } from '../models/seq2seq/search.ts';
import { openDecoder } from '../models/seq2seq/step-decoder.ts';
import { fingerprint } from '../storage/hash.ts';
import type { TranslationTokenizers } from '../text/translation-tokenizers.ts';
import { modelFingerprint } from './labeller.ts';
import { type OpenedDecoder, stepTranslator, type Translator } from './translator.ts';

export interface ModelTranslatorOptions {
  /** Both sides' texts: of all members. */
  readonly tokenizers: TranslationTokenizers;
  /** Changes to how the (first) model is set to search. */
  readonly search?: Partial<SearchOptions>;
  /** Tokens of a source at most. Default: the positions of the members that have a limit, else 512. */
  readonly maxTokens?: number;
  readonly name?: string;
}

/** Where a model has no end of positions of its own. */
const usualMaxTokens = 512;

/** @throws where the tokenizer is of another model, and where members differ in their vocabularies. */
export async function modelTranslator(models: Seq2Seq | readonly [Seq2Seq, ...Seq2Seq[]], { tokenizers, search = {}, maxTokens, name }: ModelTranslatorOptions): Promise<Translator> {
  const members = Array.isArray(models) ? (models as readonly [Seq2Seq, ...Seq2Seq[]]) : ([models as Seq2Seq] as const);
  const { source, target, padId } = tokenizers;
  const positions = Math.min(...members.map(({ config }) => config.positions ?? Infinity));
  const limit = maxTokens ?? (positions === Infinity ? usualMaxTokens : positions);
  if (limit > positions) throw new Error(`sources of ${limit} tokens are to be read, but the model has only ${positions} positions`);
  const sizes = [...new Set(members.map(({ config }) => config.vocabulary))];
  if (sizes.length > 1) throw new Error(`the members of an ensemble write with vocabularies of ${sizes.join(' and ')} tokens: they must share one`);
  if (target.vocabularySize > (sizes[0] ?? 0)) throw new Error(`the tokenizer has ${target.vocabularySize} tokens, the model only ${sizes[0]}: give the tokenizer that belongs to the model`);
  const prints = await Promise.all(members.map(modelFingerprint));
  return stepTranslator({
    name: name ?? members.map(({ config: { family, encoderLayers, layers, width } }) => `${encoderLayers}+${layers}x${width} ${family}`).join(' and '),
    fingerprint: prints.length === 1 ? prints[0]! : fingerprint(prints),
    maxTokens: limit,
    tokenizer: {
      fingerprint: fingerprint([source.fingerprint, target.fingerprint]),
      vocabularySize: target.vocabularySize,
      // No cut: a source that is too long is the caller's to refuse.
      encode: async (texts) => (await source.encode(texts.map((text) => ({ text })), { maxTokens: 2 ** 30 })).map(({ ids }) => ids),
      decode: (lists) => target.decodeBatch(lists),
    },
    search: searchSettings([members[0].config, ...members.slice(1).map(({ config }) => config)], search),
    open: (sources) => openTogether(members, sources, padId),
  });
}

function openTogether(members: readonly Seq2Seq[], sources: readonly Int32Array[], padId: number): OpenedDecoder {
  const [rows, width] = [sources.length, sources.reduce((most, { length }) => Math.max(most, length), 0)];
  const [inputIds, mask] = [new Int32Array(rows * width).fill(padId), new Float32Array(rows * width)];
  sources.forEach((source, row) => {
    inputIds.set(source, row * width);
    mask.fill(1, row * width, row * width + source.length);
  });
  const batch = upload({ exampleIds: sources.map((_, row) => String(row)), rows, width, inputIds, mask, typeIds: new Int32Array(rows * width) });
  const decoders: ReturnType<typeof openDecoder>[] = [];
  const dispose = () => {
    for (const decoder of decoders) decoder.dispose();
  };
  try {
    for (const model of members) decoders.push(openDecoder(model, batch));
  } catch (error) {
    dispose();
    throw error;
  } finally {
    batch.dispose();
  }
  return { decoder: decoders.length === 1 ? decoders[0]! : ensembleDecoder(decoders), dispose };
}
