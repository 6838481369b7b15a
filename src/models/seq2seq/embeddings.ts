/**
 * What stands below the first layer of either side: words, which both share, and positions where these are not relative.
 */
import { dropout } from '../../engine/fused/dropout.ts';
import { embedding } from '../../engine/fused/embedding.ts';
import { layerNorm } from '../../engine/fused/layer-norm.ts';
import * as tf from '../../engine/tf.ts';
import { dropoutAt, type Mode } from '../../nn/mode.ts';
import type { Parameters, ParameterSpec } from '../../nn/parameters.ts';
import { Sinusoids } from '../../nn/sinusoids.ts';
import { type Seq2SeqConfig, type Side, sideOf } from './config.ts';
import { seq2seqFamilies } from './families.ts';
import { initialOf, normSpecsOf } from './layers.ts';

export function sharedSpecs(config: Seq2SeqConfig): ParameterSpec[] {
  const { names, padsEmbeddings, startsFromZero } = seq2seqFamilies[config.family];
  return [{ name: `${names.shared}.weight`, shape: [config.vocabulary, config.width], initial: initialOf(config, 'shared'), ...(padsEmbeddings && { zeroRow: config.padId, holdsZeroRow: startsFromZero }) }];
}

/** Of one side. */
export function positionSpecs(config: Seq2SeqConfig, side: Side): ParameterSpec[] {
  const { positions, embeddingNorm, relative } = seq2seqFamilies[config.family].names;
  const { heads } = sideOf(config, side);
  return [
    ...(positions === undefined ? [] : [{ name: `${positions.module(side)}.weight`, shape: [(config.positions ?? 0) + positions.offset, config.width], initial: 'normal' } as const]),
    ...(embeddingNorm === undefined ? [] : normSpecsOf(config, embeddingNorm(side))),
    ...(relative === undefined || config.relative === undefined ? [] : [{ name: `${relative(side)}.weight`, shape: [config.relative.buckets, heads], initial: initialOf(config, 'relative') }]),
  ];
}

/** Computed positions by their width: alike for all models. */
const sinusoids = new Map<number, Sinusoids>();

function computedPositions(width: number, from: number, length: number): tf.Tensor {
  const known = sinusoids.get(width) ?? new Sinusoids(width);
  sinusoids.set(width, known);
  return tf.tensor2d(known.rows(from, length), [length, width]);
}

/** ids [B, T], which stand at `from` and after -> [B, T, H]. Call it in a scope. @throws where a text is longer than there are positions. */
export function embedSide(config: Seq2SeqConfig, parameters: Parameters, side: Side, { ids, from = 0 }: { readonly ids: tf.Tensor2D; readonly from?: number }, mode: Mode): tf.Tensor {
  const { names, padsEmbeddings, sinusoids: computes } = seq2seqFamilies[config.family];
  const { width, positions, padId, normEpsilon } = config;
  const length = ids.shape[1];
  if (positions !== undefined && from + length > positions) throw new Error(`a text of the ${side} is ${from + length} tokens long, but the model has only ${positions} positions`);
  const found = embedding(parameters.get(`${names.shared}.weight`), ids, padsEmbeddings ? { padId } : {}); // [B, T, H]
  const words = config.scalesEmbeddings ? tf.mul(found, Math.sqrt(width)) : found;
  const table = names.positions;
  const place = computes
    ? computedPositions(width, from, length) // [T, H]
    : table && tf.slice(parameters.get(`${table.module(side)}.weight`), [from + table.offset, 0], [length, width]);
  const sum = place === undefined ? words : tf.add(words, place);
  const normed = names.embeddingNorm === undefined ? sum : layerNorm(sum, { ...parameters.pair(names.embeddingNorm(side)), epsilon: normEpsilon });
  return dropout(normed, dropoutAt(mode, 'embeddings', config.hiddenDropout));
}
