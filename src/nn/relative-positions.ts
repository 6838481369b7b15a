/**
 * T5's learned bias of relative positions (Raffel et al. 2020, section 2.1; Shaw et al. 2018): distances fall into buckets, exact ones up to
 * half of them, then ones that widen with the logarithm up to a largest distance; each head has a number for each bucket.
 */
import { embedding } from '../engine/fused/embedding.ts';
import * as tf from '../engine/tf.ts';

export interface Buckets {
  readonly buckets: number;
  /** Everything from here on shares the last bucket. */
  readonly maxDistance: number;
  /** Whether a token sees those after it: then half of the buckets are theirs. */
  readonly bothWays: boolean;
}

/** The bucket of a key's position minus the query's. The logarithm is rounded to float32, as the reference's is. */
export function bucketOf(offset: number, { buckets: all, maxDistance, bothWays }: Buckets): number {
  const buckets = bothWays ? Math.floor(all / 2) : all;
  const first = bothWays && offset > 0 ? buckets : 0;
  const distance = bothWays ? Math.abs(offset) : Math.max(0, -offset);
  const exact = Math.floor(buckets / 2);
  if (distance < exact) return first + distance;
  const f = Math.fround;
  const grown = f(f(f(Math.log(f(distance / exact))) / f(Math.log(maxDistance / exact))) * (buckets - exact));
  return first + Math.min(buckets - 1, exact + Math.trunc(grown));
}

/** table [buckets, A] -> [1, A, queries, keys]; the queries are the last of the keys' positions. */
export function relativeBias(table: tf.Tensor, { queries, keys }: { readonly queries: number; readonly keys: number }, form: Buckets): tf.Tensor {
  const indices = new Int32Array(queries * keys);
  for (let query = 0; query < queries; query++) for (let key = 0; key < keys; key++) indices[query * keys + key] = bucketOf(key - (keys - queries + query), form);
  return tf.tidy(() => tf.expandDims(tf.transpose(embedding(table, tf.tensor2d(indices, [queries, keys], 'int32')), [2, 0, 1]), 0)); // [Q, K, A] -> [1, A, Q, K]
}
