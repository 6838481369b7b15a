/**
 * What one example costs in floating-point operations, from a model's configuration and the example's length: its matrix products, a
 * multiplication and an addition counting as two. With T tokens, L layers of width H and feed-forward width F, the encoder takes
 * L (2 T (4 H² + 2 H F) + 4 T² H): the projections and the feed-forward, then scores and mixing of attention. A head takes 2 H² + 2 H C
 * (pooler and classifier, on one token) or 2 T (H² + H V) (masked LM). Embeddings, biases, norms, activations and softmax, some per
 * cent, are left out, and padding counts as tokens. A training step takes about three times as much (forward, and twice that back).
 */
import type { EncoderConfig } from '../models/config.ts';

/** What the formula looks at. */
export type Dimensions = Pick<EncoderConfig, 'family' | 'layers' | 'width' | 'feedForwardWidth' | 'vocabulary' | 'task' | 'labels'>;

/** Floating-point operations of one forward pass over one example of `tokens` tokens. */
export function flopsPerExample(dimensions: Dimensions, tokens: number): number {
  if (!(tokens >= 1 && tokens < Infinity)) throw new Error(`the length of an example must be a number from 1, not ${tokens}`);
  const { layers, width, feedForwardWidth } = dimensions;
  const projections = 2 * tokens * (4 * width ** 2 + 2 * width * feedForwardWidth);
  const attention = 4 * tokens ** 2 * width;
  return layers * (projections + attention) + headFlops(dimensions, tokens);
}

/** The mean over examples of these lengths, each alone and unpadded. */
export function meanFlops(dimensions: Dimensions, lengths: ArrayLike<number>): number {
  if (lengths.length === 0) throw new Error('there is no example to count the operations of');
  return Array.from(lengths).reduce((sum, tokens) => sum + flopsPerExample(dimensions, tokens), 0) / lengths.length;
}

function headFlops({ family, width, vocabulary, task, labels }: Dimensions, tokens: number): number {
  if (task === 'masked-lm') return 2 * tokens * (width ** 2 + width * vocabulary);
  if (task === 'none') return family === 'bert' ? 2 * width ** 2 : 0; // a bare DistilBERT has no pooler
  return 2 * width ** 2 + 2 * width * labels.length;
}
