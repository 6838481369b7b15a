/**
 * Sizes of encoder-decoders a person can type, `6+2x512` or `6+6x512:8:2048`, and the configuration of a fresh model of one.
 */
import { parseSize, type Size } from '../size.ts';
import type { Seq2SeqConfig, Seq2SeqFamilyName } from './config.ts';
import { seq2seqFamilies } from './families.ts';

export interface Seq2SeqSize extends Size {
  readonly encoderLayers: number;
}

/** Layers of the encoder + of the decoder (one number stands for both) x width : heads : feed-forward width, alike on both sides. */
export function parseSeq2SeqSize(text: string): Seq2SeqSize {
  const [, encoder, decoder, rest = ''] = /^(\d+)\+(\d+)(x.*)$/.exec(text) ?? [];
  if (encoder === undefined || decoder === undefined) {
    const size = parseSize(text);
    return { ...size, encoderLayers: size.layers };
  }
  return { ...parseSize(`${decoder}${rest}`), encoderLayers: parseSize(`${encoder}${rest}`).layers };
}

export interface FreshSeq2SeqOptions {
  /** Default: Marian. */
  readonly family?: Seq2SeqFamilyName;
  /** V, shared by both sides. */
  readonly vocabulary: number;
  readonly padId: number;
  readonly eosId: number;
  /** What the decoder is fed first; by default as the family's published models: the padding token, BART's the end token. */
  readonly startId?: number;
  /** Longest text of either side, in tokens. Default 512; no matter to T5. */
  readonly positions?: number;
  /** As `dropoutRates` takes it. Default 0.1. */
  readonly dropout?: number;
  /** Standard deviation of fresh embeddings, about 1/√width unless given; to T5 a factor of its own deviations, 1. */
  readonly initializerRange?: number;
}

/** One rate as published models have it: of embeddings and of what each part of a layer adds; T5's is of probabilities and inner values, too. */
export function dropoutRates({ relative }: Pick<Seq2SeqConfig, 'relative'>, rate: number): Pick<Seq2SeqConfig, 'hiddenDropout' | 'attentionDropout' | 'activationDropout'> {
  const inner = relative === undefined ? 0 : rate;
  return { hiddenDropout: rate, attentionDropout: inner, activationDropout: inner };
}

/** Its translations are searched for with four beams. */
export function freshSeq2SeqConfig(size: Seq2SeqSize, { family = 'marian', vocabulary, padId, eosId, positions = 512, dropout = 0.1, ...options }: FreshSeq2SeqOptions): Seq2SeqConfig {
  const { fresh } = seq2seqFamilies[family];
  const { layers, encoderLayers, width, heads, feedForwardWidth } = size;
  const startId = options.startId ?? (family === 'bart' ? eosId : padId);
  const usualRange = fresh.relative === undefined ? Math.max(0.02, Math.min(0.15, 1 / Math.sqrt(width))) : 1;
  return {
    family,
    task: 'translation',
    labels: [],
    layers,
    encoderLayers,
    width,
    heads,
    encoderHeads: heads,
    feedForwardWidth,
    encoderFeedForwardWidth: feedForwardWidth,
    ...fresh,
    ...(fresh.relative === undefined && { positions }),
    vocabulary,
    padId,
    startId,
    initializerRange: options.initializerRange ?? usualRange,
    ...dropoutRates(fresh, dropout),
    generation: {
      startId, eosIds: [eosId], maxNewTokens: positions - 1, beams: 4, lengthPenalty: 1, earlyStopping: false,
      badWordsIds: [[padId]], forcedEosId: eosId, renormalize: true, source: {},
    },
    source: {},
  };
}
