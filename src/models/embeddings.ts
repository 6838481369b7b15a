/**
 * What stands below the first layer: words, positions and token types, summed and normed; in some families narrower than the layers and
 * then projected. MobileBERT's are made of each word and its neighbours, at the layers' width (Sun et al. 2020, section 3.4).
 */
import type { Batch } from '../engine/batch.ts';
import { dropout } from '../engine/fused/dropout.ts';
import { embedding } from '../engine/fused/embedding.ts';
import { layerNorm } from '../engine/fused/layer-norm.ts';
import { linear } from '../engine/fused/linear.ts';
import * as tf from '../engine/tf.ts';
import { scaleAndShift } from '../nn/bottleneck.ts';
import { dropoutAt, type Mode } from '../nn/mode.ts';
import { linearSpecs, normSpecs, type Parameters, type ParameterSpec } from '../nn/parameters.ts';
import type { EncoderConfig } from './config.ts';
import { families, projectionOf } from './families.ts';

/** MobileBERT's linear layer over three neighbouring words. */
export const trigramModule = 'embedding_transformation';

/** Width of positions, types and norm. */
export function summedWidth({ bottleneck, embeddingWidth, width }: Pick<EncoderConfig, 'bottleneck' | 'embeddingWidth' | 'width'>): number {
  return bottleneck ? width : embeddingWidth;
}

/** Rows of the table of positions. */
export function positionRows({ family, positions, padId }: Pick<EncoderConfig, 'family' | 'positions' | 'padId'>): number {
  return positions + (families[family].positionsStartAfterPadId === true ? padId + 1 : 0);
}

export function embeddingSpecs(config: EncoderConfig): ParameterSpec[] {
  const { embeddings } = families[config.family].names;
  const summed = summedWidth(config);
  const projection = projectionOf(config);
  const table = (name: string, shape: readonly number[], zeroRow?: number): ParameterSpec => ({
    name: `${embeddings}.${name}.weight`,
    shape,
    initial: 'normal',
    ...(zeroRow === undefined ? {} : { zeroRow }),
  });
  return [
    table('word_embeddings', [config.vocabulary, config.embeddingWidth], config.padId),
    table('position_embeddings', [positionRows(config), summed]),
    ...(config.typeVocabulary > 0 ? [table('token_type_embeddings', [config.typeVocabulary, summed])] : []),
    ...(config.bottleneck ? linearSpecs(`${embeddings}.${trigramModule}`, summed, 3 * config.embeddingWidth) : []),
    ...normSpecs(`${embeddings}.LayerNorm`, summed),
    ...(projection === undefined ? [] : linearSpecs(projection, config.width, config.embeddingWidth)),
  ];
}

/** ids [B, T] -> [B, T, H] */
export function embed(config: EncoderConfig, parameters: Parameters, batch: Batch, mode: Mode): tf.Tensor {
  const { names: { embeddings: module }, positionsStartAfterPadId } = families[config.family];
  const table = (name: string) => parameters.get(`${module}.${name}_embeddings.weight`);
  const found = embedding(table('word'), batch.inputIds, { padId: config.padId }); // [B, T, E]
  const words = config.bottleneck ? linear(withNeighbours(found), parameters.pair(`${module}.${trigramModule}`)) : found;
  const positions = positionsStartAfterPadId
    ? embedding(table('position'), positionsAfterPadId(batch.inputIds, config.padId), { padId: config.padId }) // [B, T, E]
    : tf.slice(table('position'), [0, 0], [batch.width, summedWidth(config)]); // [T, E]
  const sum = withTypes(tf.add(words, positions), config, batch, () => table('token_type'));
  const norm = parameters.pair(`${module}.LayerNorm`);
  const normed = config.bottleneck ? scaleAndShift(sum, norm) : layerNorm(sum, { ...norm, epsilon: config.normEpsilon });
  const dropped = dropout(normed, dropoutAt(mode, 'embeddings', config.hiddenDropout));
  const projection = projectionOf(config);
  return projection === undefined ? dropped : linear(dropped, parameters.pair(projection)); // [B, T, E] -> [B, T, H]
}

/** One type alone is every token's, whatever the tokenizer says of pairs: RoBERTa's, whose Python tokenizer says nothing. */
function withTypes(sum: tf.Tensor, { typeVocabulary }: EncoderConfig, { typeIds }: Batch, table: () => tf.Tensor): tf.Tensor {
  if (typeVocabulary === 0) return sum;
  return tf.add(sum, typeVocabulary === 1 ? table() : embedding(table(), typeIds)); // [1, E] or [B, T, E]
}

/** ids [B, T] -> int32 [B, T]: real tokens count from the one after the padding id, padding stays at that id. */
export function positionsAfterPadId(ids: tf.Tensor2D, padId: number): tf.Tensor {
  return tf.tidy(() => {
    const real = tf.cast(tf.notEqual(ids, tf.scalar(padId, 'int32')), 'float32'); // whole numbers up to T: exact
    return tf.cast(tf.add(tf.mul(tf.cumsum(real, 1), real), padId), 'int32');
  });
}

/** [B, T, E] -> [B, T, 3 E]: the next word, the word, the one before; zeros beyond the row. */
function withNeighbours(words: tf.Tensor): tf.Tensor {
  const [rows = 0, length = 0, width = 0] = words.shape;
  const framed = tf.pad(words, [[0, 0], [1, 1], [0, 0]]); // [B, T + 2, E]
  const from = (place: number) => tf.slice(framed, [0, place, 0], [rows, length, width]);
  return tf.concat([from(2), words, from(0)], 2);
}
