/**
 * What one example costs in floating-point operations, from a model's configuration and the example's length: its matrix products, a
 * multiplication and an addition counting as two. With T tokens, a layer of width H and feed-forward width F takes
 * 2 T (4 H² + 2 H F) + 4 T² H: the projections and the feed-forward, then scores and mixing of attention; MobileBERT's also what narrows
 * and widens. A head takes 2 H² + 2 H C (pooler and classifier, on one token) or 2 T (H W + W V) (masked LM, a decoder's input W wide).
 * A BiLSTM of N units reading words E wide takes 2 T 2 (4 N E + 4 N²), and a layer of width D above its states (of a pair twice: 4 T, and four
 * times as wide). Lookups, biases, norms, activations and softmax, some per cent, are left out, and padding counts as tokens. Every
 * layer counts whole, as published counts have it, also where the last one is asked for its first token alone and computes little else. A training
 * step takes about three times as much (forward, and twice that back).
 */
import { attentionWidth, type EncoderConfig } from '../models/config.ts';
import type { BilstmConfig } from '../models/bilstm/config.ts';
import { readWidth } from '../models/bilstm/bilstm.ts';
import { families, poolerOf, projectionOf } from '../models/families.ts';

/** What the formula looks at. */
export type Dimensions = Pick<EncoderConfig, 'family' | 'layers' | 'width' | 'embeddingWidth' | 'feedForwardWidth' | 'bottleneck' | 'vocabulary' | 'task' | 'labels'>;

/** Floating-point operations of one forward pass over one example of `tokens` tokens. */
export function flopsPerExample(dimensions: Dimensions | BilstmConfig, tokens: number): number {
  if (!(tokens >= 1 && tokens < Infinity)) throw new Error(`the length of an example must be a number from 1, not ${tokens}`);
  if (dimensions.family === 'bilstm') return bilstmFlops(dimensions, tokens);
  return 2 * tokens * embeddingProducts(dimensions) + dimensions.layers * layerFlops(dimensions, tokens) + headFlops(dimensions, tokens);
}

/** The mean over examples of these lengths, each alone and unpadded. */
export function meanFlops(dimensions: Dimensions | BilstmConfig, lengths: ArrayLike<number>): number {
  if (lengths.length === 0) throw new Error('there is no example to count the operations of');
  return Array.from(lengths).reduce((sum, tokens) => sum + flopsPerExample(dimensions, tokens), 0) / lengths.length;
}

function bilstmFlops(config: BilstmConfig, tokens: number): number {
  const { units, embeddingWidth, width, labels, pairs } = config;
  const readings = pairs ? 2 : 1; // either text of a pair by itself, the other one masked
  return readings * 2 * tokens * 2 * 4 * units * (embeddingWidth + units) + 2 * width * (readWidth(config) + labels.length);
}

/** Of one token, on its way to the first layer. */
function embeddingProducts(dimensions: Dimensions): number {
  const { width, embeddingWidth, bottleneck } = dimensions;
  if (bottleneck) return 3 * embeddingWidth * width;
  return projectionOf(dimensions) === undefined ? 0 : embeddingWidth * width;
}

function layerFlops(dimensions: Dimensions, tokens: number): number {
  const { width, feedForwardWidth, bottleneck } = dimensions;
  const inner = attentionWidth(dimensions);
  // Query, key and output at the inner width, values from the outer one; two narrowing layers and one that widens.
  const projections = bottleneck ? 3 * inner ** 2 + 4 * inner * width : 4 * width ** 2;
  const feedForward = (bottleneck?.feedForwards ?? 1) * 2 * inner * feedForwardWidth;
  return 2 * tokens * (projections + feedForward) + 4 * tokens ** 2 * inner;
}

function headFlops(dimensions: Dimensions, tokens: number): number {
  const { family, width, vocabulary, task, labels } = dimensions;
  if (task === 'masked-lm') {
    const decoded = dimensions[families[family].language.width];
    return 2 * tokens * (width * decoded + decoded * vocabulary);
  }
  return (poolerOf(dimensions) === undefined ? 0 : 2 * width ** 2) + (task === 'none' ? 0 : 2 * width * labels.length);
}
