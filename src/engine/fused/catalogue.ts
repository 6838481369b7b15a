/**
 * Every fused operation, in one table: what `useEngine` installs and what the conformance tests walk through.
 */
import { accumulateOp } from './accumulate.ts';
import { attentionGradientOp, attentionOp } from './attention.ts';
import { softmaxCrossEntropyOp, softmaxDivergenceOp } from './cross-entropy.ts';
import { dropoutOp, residualDropoutOp } from './dropout.ts';
import { embeddingGradientOp, embeddingOp } from './embedding.ts';
import { feedForwardGradientOp, feedForwardOp } from './feed-forward.ts';
import type { FusedOp } from './fused-op.ts';
import { geluGradientOp, geluOp } from './gelu.ts';
import { layerNormGradientOp, layerNormOp, residualLayerNormGradientOp, residualLayerNormOp } from './layer-norm.ts';
import { linearBiasGradientOp, linearInputGradientOp, linearOp, linearWeightGradientOp } from './linear.ts';
import { siluGradientOp, siluOp } from './silu.ts';
import { scaledOp, vocabularyLossOp } from './vocabulary-loss.ts';

export const fusedCatalogue: readonly FusedOp[] = [
  linearOp,
  linearInputGradientOp,
  linearWeightGradientOp,
  linearBiasGradientOp,
  geluOp,
  geluGradientOp,
  siluOp,
  siluGradientOp,
  dropoutOp,
  residualDropoutOp,
  layerNormOp,
  layerNormGradientOp,
  residualLayerNormOp,
  residualLayerNormGradientOp,
  feedForwardOp,
  feedForwardGradientOp,
  embeddingOp,
  embeddingGradientOp,
  attentionOp,
  attentionGradientOp,
  softmaxCrossEntropyOp,
  softmaxDivergenceOp,
  vocabularyLossOp,
  scaledOp,
  accumulateOp,
];
