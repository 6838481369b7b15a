/**
 * One token's attention to keys and values that lie in several arrays of rows, each row of the batch finding its own by a table: what a
 * search over a decoder needs, whose rows copy and leave each other at every token while nothing that was written moves. No gradient.
 */
import * as tf from '../tf.ts';

const name = 'RetortCachedAttention';

/** Keys and values [n, .., H] of the same shape: n rows. */
export interface CachedBlock {
  readonly key: tf.Tensor;
  readonly value: tf.Tensor;
  /** How many steps it serves; 1 unless said. */
  readonly steps?: number;
}

export interface CachedAttention {
  /** [R, 1, H] */
  readonly query: tf.Tensor;
  /** Together they serve S steps. */
  readonly blocks: readonly CachedBlock[];
  /** int32 [S, R]: the row, of the block that serves a step, that holds the step of a row of the batch; below 0 it is not seen. */
  readonly places: tf.Tensor2D;
  /** A, which divides H. */
  readonly heads: number;
  readonly scale: number;
  /** [1, A, 1, S], part of the scores. */
  readonly bias?: tf.Tensor | undefined;
}

/** -> [R, 1, H], the heads' contexts side by side. */
export function cachedAttention(asked: CachedAttention): tf.Tensor {
  const kernel = tf.getKernel(name, tf.getBackend()) as tf.KernelConfig | undefined;
  if (kernel === undefined) return cachedAttentionComposite(asked);
  const { query, places, blocks, bias, heads, scale } = asked;
  const tensors = [query, places, ...blocks.map(({ key }) => key), ...blocks.map(({ value }) => value), ...(bias === undefined ? [] : [bias])];
  const attributes = { heads, scale, counts: blocks.map(({ steps = 1 }) => steps) };
  return tf.engine().runKernel<tf.Tensor>(name, tensors as unknown as tf.NamedTensorMap, attributes);
}

/** The same in plain operations: what every row sees is gathered first. */
export function cachedAttentionComposite({ query, places, blocks, bias, heads, scale }: CachedAttention): tf.Tensor {
  return tf.tidy(() => {
    const [steps, rows] = places.shape;
    const width = query.shape.at(-1) ?? 0;
    const flat = (x: tf.Tensor) => tf.reshape(x, [-1, width]);
    // Where each block's rows begin when all are joined.
    let [row, step] = [0, 0];
    const begins = new Int32Array(steps);
    for (const { key, steps: own = 1 } of blocks) {
      begins.fill(row, step, step + own);
      row += key.size / width;
      step += own;
    }
    if (step !== steps) throw new Error(`blocks for ${step} steps of ${steps}`);
    const joined = tf.reshape(tf.add(tf.maximum(places, tf.scalar(0, 'int32')), tf.tensor2d(begins, [steps, 1], 'int32')), [-1]); // [S R]
    const seen = (arrays: readonly tf.Tensor[]) => tf.transpose(tf.reshape(tf.gather(tf.concat(arrays.map(flat), 0), joined), [steps, rows, heads, width / heads]), [1, 2, 0, 3]); // [R, A, S, D]
    const hidden = tf.mul(tf.reshape(tf.transpose(tf.cast(tf.less(places, tf.scalar(0, 'int32')), 'float32')), [rows, 1, 1, steps]), -1e9);
    const scores = tf.add(tf.matMul(tf.mul(tf.reshape(query, [rows, heads, 1, width / heads]), scale), seen(blocks.map(({ key }) => key)), false, true), hidden); // [R, A, 1, S]
    const probabilities = tf.softmax(bias === undefined ? scores : tf.add(scores, bias));
    return tf.reshape(tf.matMul(probabilities, seen(blocks.map(({ value }) => value))), [rows, 1, width]);
  });
}
