/**
 * A batch on the device. `text/` makes padded arrays on the host; `upload` turns them into tensors, once, for everyone who looks
 * at the batch: student, teacher and objectives.
 */
import * as tf from './tf.ts';

/** Labels of a batch as the host holds them. Absent labels: class -1, score NaN, hits -1 throughout the row. */
export type HostLabels =
  | { readonly kind: 'single-label'; readonly indices: Int32Array }
  | { readonly kind: 'multi-label'; readonly hits: Float32Array }
  | { readonly kind: 'regression'; readonly scores: Float32Array }
  | { readonly kind: 'masked-lm'; readonly tokens: Int32Array }
  | { readonly kind: 'translation'; /** [B, U], below 0 where nothing is to be said */ readonly tokens: Int32Array };

/** What the decoder of an encoder-decoder is fed: the target moved one to the right, behind the start token. */
export interface HostTarget {
  /** U: the longest target, rounded up. */
  readonly width: number;
  /** [B, U] */
  readonly inputIds: Int32Array;
  /** [B, U], 1 where a token is to be said */
  readonly mask: Float32Array;
}

/** The arrays a batch is uploaded from; `text/batches.ts` adds where its rows come from. */
export interface HostArrays {
  readonly exampleIds: readonly string[];
  /** B */
  readonly rows: number;
  /** T: the longest row, rounded up. */
  readonly width: number;
  /** [B, T] */
  readonly inputIds: Int32Array;
  /** [B, T], 1 = real, 0 = padding */
  readonly mask: Float32Array;
  /** [B, T] */
  readonly typeIds: Int32Array;
  readonly labels?: HostLabels | undefined;
  /** Of pairs of texts. */
  readonly target?: HostTarget | undefined;
  /** [B] where each row stands in the corpus. */
  readonly order?: Uint32Array;
}

export interface Target {
  /** U */
  readonly width: number;
  /** int32 [B, U] */
  readonly inputIds: tf.Tensor2D;
  /** float32 [B, U], 1 where a token is to be said */
  readonly mask: tf.Tensor2D;
}

export interface Batch {
  readonly exampleIds: readonly string[];
  /** [B] where each row stands in the corpus that is learned from, from 0; on the host. */
  readonly places?: ArrayLike<number>;
  /** B */
  readonly rows: number;
  /** T */
  readonly width: number;
  /** int32 [B, T] */
  readonly inputIds: tf.Tensor2D;
  /** float32 [B, T], 1 = real */
  readonly mask: tf.Tensor2D;
  /** int32 [B, T] */
  readonly typeIds: tf.Tensor2D;
  /** int32 [B] classes (-1 = none), float32 [B, C] hits, float32 [B] scores or int32 [B, T], of translations [B, U], tokens (< 0 = not predicted) */
  readonly labels?: { readonly kind: HostLabels['kind']; readonly values: tf.Tensor };
  /** Of pairs of texts: what the decoder is fed. */
  readonly target?: Target;
  dispose(): void;
}

/** The caller owns the result and disposes of it. */
export function upload(host: HostArrays): Batch {
  const shape: [number, number] = [host.rows, host.width];
  const inputIds = tf.tensor2d(host.inputIds, shape, 'int32');
  const mask = tf.tensor2d(host.mask, shape);
  const typeIds = tf.tensor2d(host.typeIds, shape, 'int32');
  const labels = host.labels === undefined ? undefined : { kind: host.labels.kind, values: labelTensor(host.labels, host) };
  const target = host.target && uploadTarget(host.target, host.rows);
  return {
    exampleIds: host.exampleIds,
    rows: host.rows,
    width: host.width,
    inputIds,
    mask,
    typeIds,
    ...(host.order && { places: host.order }),
    ...(labels === undefined ? {} : { labels }),
    ...(target && { target }),
    dispose: () => {
      tf.dispose([inputIds, mask, typeIds]);
      labels?.values.dispose();
      if (target !== undefined) tf.dispose([target.inputIds, target.mask]);
    },
  };
}

function uploadTarget({ width, inputIds, mask }: HostTarget, rows: number): Target {
  return { width, inputIds: tf.tensor2d(inputIds, [rows, width], 'int32'), mask: tf.tensor2d(mask, [rows, width]) };
}

function labelTensor(labels: HostLabels, { rows, width, target }: HostArrays): tf.Tensor {
  switch (labels.kind) {
    case 'single-label':
      return tf.tensor1d(labels.indices, 'int32');
    case 'multi-label':
      return tf.tensor2d(labels.hits, [rows, labels.hits.length / rows]);
    case 'regression':
      return tf.tensor1d(labels.scores);
    case 'masked-lm':
      return tf.tensor2d(labels.tokens, [rows, width], 'int32');
    case 'translation':
      return tf.tensor2d(labels.tokens, [rows, target?.width ?? labels.tokens.length / rows], 'int32');
  }
}
