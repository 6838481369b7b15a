/**
 * An encoder-decoder's configuration in one form for all families. config-file.ts reads it from Hugging Face's config.json and writes it
 * back; how it searches for translations is said in generation.ts.
 */
import type { Activation } from '../../nn/activation.ts';
import type { ModelFacts } from '../facts.ts';
import type { GenerationSettings } from './generation.ts';

/** As `model_type` in config.json; families/ has a file for each. */
export type Seq2SeqFamilyName = 'marian' | 't5' | 'bart';

/** Which of the two stacks. */
export type Side = 'encoder' | 'decoder';

export interface Seq2SeqConfig extends ModelFacts {
  readonly family: Seq2SeqFamilyName;
  readonly task: 'translation';
  readonly labels: readonly [];
  /** H, of both sides. */
  readonly width: number;
  /** L of the decoder. */
  readonly layers: number;
  readonly encoderLayers: number;
  /** A of the decoder. */
  readonly heads: number;
  readonly encoderHeads: number;
  /** What the heads divide among them, where that is not H. */
  readonly bottleneck?: { readonly width: number };
  /** F of the decoder. */
  readonly feedForwardWidth: number;
  readonly encoderFeedForwardWidth: number;
  readonly activation: Activation;
  /** Whether the activation is multiplied by a second expansion. */
  readonly gated: boolean;
  readonly normEpsilon: number;
  /** Longest text of either side, in tokens; absent where positions are relative. */
  readonly positions?: number;
  /** Of relative positions. */
  readonly relative?: { readonly buckets: number; readonly maxDistance: number };
  /** V, of both sides. */
  readonly vocabulary: number;
  readonly padId: number;
  /** What the decoder is fed first. */
  readonly startId: number;
  /** Whether word embeddings are multiplied by √H. */
  readonly scalesEmbeddings: boolean;
  /** Whether the last product is one with the word embeddings. */
  readonly tied: boolean;
  /** Standard deviation of fresh embeddings, layers being drawn by width and depth; of T5 the factor before all that follow from its widths. */
  readonly initializerRange: number;
  readonly hiddenDropout: number;
  readonly attentionDropout: number;
  /** Within the feed-forward block. */
  readonly activationDropout: number;
  readonly generation: GenerationSettings;
}

export interface SideFacts {
  readonly layers: number;
  readonly heads: number;
  readonly feedForwardWidth: number;
}

export function sideOf({ layers, encoderLayers, heads, encoderHeads, feedForwardWidth, encoderFeedForwardWidth }: Seq2SeqConfig, side: Side): SideFacts {
  return side === 'decoder' ? { layers, heads, feedForwardWidth } : { layers: encoderLayers, heads: encoderHeads, feedForwardWidth: encoderFeedForwardWidth };
}
