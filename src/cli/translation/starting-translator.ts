/**
 * What a translator starts as: a fresh one of a size, a folder's, or layers cut from a teacher; with the tokenizers it reads and writes
 * with and the identity that a run remembers it by.
 */
import type { Seq2SeqFamilyName } from '../../models/seq2seq/config.ts';
import { createSeq2Seq, freshSeq2Seq, type Seq2Seq } from '../../models/seq2seq/model.ts';
import { dropoutRates, freshSeq2SeqConfig, parseSeq2SeqSize } from '../../models/seq2seq/size.ts';
import { cutSeq2Seq } from '../../models/seq2seq/student.ts';
import { layersCalled } from '../../models/layer-map.ts';
import { modelFingerprint } from '../../teacher/labeller.ts';
import type { TranslationTokenizers } from '../../text/translation-tokenizers.ts';
import { tokenLimit, usualTokens } from '../model-folder.ts';
import type { Starting } from '../starting-model.ts';
import type { TranslatorFolder } from './translator-folder.ts';

export interface StartingTranslator extends Starting<Seq2Seq> {
  readonly tokenizers: TranslationTokenizers;
}

interface Wanted {
  readonly seed: number;
  readonly dropout?: number;
  readonly maxTokens?: number;
}

export function startFreshTranslator(size: string, tokenizers: TranslationTokenizers, { family = 'marian', seed, dropout = 0.1, maxTokens = usualTokens }: Wanted & { readonly family?: Seq2SeqFamilyName }): StartingTranslator {
  const { padId, eosId, source, target } = tokenizers;
  const config = freshSeq2SeqConfig(parseSeq2SeqSize(size), { family, vocabulary: Math.max(source.vocabularySize, target.vocabularySize), padId, eosId, positions: maxTokens, dropout });
  return { origin: { size, family, dropout, seed }, start: () => Promise.resolve(freshSeq2Seq(config, { seed })), config, tokenizers, maxTokens, fresh: true, notices: [] };
}

export async function startFromTranslator(opened: TranslatorFolder, { seed, dropout, ...limit }: Wanted): Promise<StartingTranslator> {
  const model = withDropout(opened.model, dropout);
  return { origin: { model: await modelFingerprint(model), seed }, start: () => Promise.resolve(model), config: model.config, tokenizers: opened.tokenizers, maxTokens: tokenLimit(opened, limit), fresh: false, notices: opened.notices };
}

/** Layers from 0, or maps by their names. */
export interface CutLayers {
  readonly layers: readonly number[] | string;
  /** Default: all of them. */
  readonly encoderLayers?: readonly number[] | string | undefined;
}

export async function startCutTranslator(opened: TranslatorFolder, chosen: CutLayers, { seed, dropout, ...limit }: Wanted): Promise<StartingTranslator> {
  const { model: teacher, tokenizers } = opened;
  const { config } = teacher;
  const layers = layersCalled(chosen.layers, config.layers);
  const encoderLayers = chosen.encoderLayers === undefined ? undefined : layersCalled(chosen.encoderLayers, config.encoderLayers);
  const { model: cut, map } = await cutSeq2Seq(teacher, { layers, ...(encoderLayers && { encoderLayers }) });
  const model = withDropout(cut, dropout);
  const origin = { model: await modelFingerprint(model), layers, ...(encoderLayers && { encoderLayers }), seed };
  return { origin, start: () => Promise.resolve(model), config: model.config, tokenizers, maxTokens: tokenLimit(opened, limit), fresh: false, notices: [], layerMap: map };
}

function withDropout({ config, parameters }: Seq2Seq, rate: number | undefined): Seq2Seq {
  return createSeq2Seq(rate === undefined ? config : { ...config, ...dropoutRates(config, rate) }, parameters);
}
