/**
 * What one example costs in floating-point operations, from a model's configuration and the example's length: its matrix products, a
 * multiplication and an addition counting as two. With T tokens, a layer of width H and feed-forward width F takes
 * 2 T (4 H² + 2 H F) + 4 T² H: the projections and the feed-forward, then scores and mixing of attention; MobileBERT's also what narrows
 * and widens. A head takes 2 H² + 2 H C (pooler and classifier, on one token) or 2 T (H W + W V) (masked LM, a decoder's input W wide).
 * Lookups, biases, norms, activations and softmax, some per cent, are left out, and padding counts as tokens. A training step takes about
 * three times as much (forward, and twice that back).
 */
import { attentionWidth, type EncoderConfig } from '../models/config.ts';
import { families, poolerOf, projectionOf } from '../models/families.ts';

/** What the formula looks at. */
export type Dimensions = Pick<EncoderConfig, 'family' | 'layers' | 'width' | 'embeddingWidth' | 'feedForwardWidth' | 'bottleneck' | 'vocabulary' | 'task' | 'labels'>;

/** Floating-point operations of one forward pass over one example of `tokens` tokens. */
export function flopsPerExample(dimensions: Dimensions, tokens: number): number {
  if (!(tokens >= 1 && tokens < Infinity)) throw new Error(`the length of an example must be a number from 1, not ${tokens}`);
  return 2 * tokens * embeddingProducts(dimensions) + dimensions.layers * layerFlops(dimensions, tokens) + headFlops(dimensions, tokens);
}

/** The mean over examples of these lengths, each alone and unpadded. */
export function meanFlops(dimensions: Dimensions, lengths: ArrayLike<number>): number {
  if (lengths.length === 0) throw new Error('there is no example to count the operations of');
  return Array.from(lengths).reduce((sum, tokens) => sum + flopsPerExample(dimensions, tokens), 0) / lengths.length;
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
