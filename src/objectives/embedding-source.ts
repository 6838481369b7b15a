/**
 * One vector per example, for objectives that compare sentences: the first token's last state, the mean of the real tokens' last
 * states, or what a classification head reads.
 */
import type { Batch } from '../engine/batch.ts';
import type * as tf from '../engine/tf.ts';
import type { ModelOutput, Wants } from '../models/output.ts';
import { meanOfTokens } from '../nn/mean-pooling.ts';

export type EmbeddingSource = 'first-token' | 'mean' | 'pooled';

const last = -1;

/** The same of both sides. */
export function embeddingWants(source: EmbeddingSource): Wants {
  switch (source) {
    case 'first-token':
      return { cls: [last] };
    case 'mean':
      return { hidden: [last] };
    case 'pooled':
      return { pooled: true };
  }
}

/** [B, W] */
export function embeddingOf(output: ModelOutput, source: EmbeddingSource, { mask }: Pick<Batch, 'mask'>): tf.Tensor {
  const { cls, hidden, pooled } = output;
  const said = { 'first-token': cls?.get(last), mean: hidden?.get(last), pooled }[source];
  if (said === undefined) throw new Error(`sentence embeddings are wanted (${source}), but they were not said`);
  if (source !== 'mean') return said;
  return meanOfTokens(said, mask);
}
