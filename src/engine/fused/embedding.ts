/**
 * Embedding lookup whose gradient is a scatter-add into the table. Lookups of `padId` pass no gradient, as `padding_idx` does
 * in the reference models.
 */
import * as tf from '../tf.ts';
import { type Attributes, type FusedOp, present, runFused } from './fused-op.ts';

const name = 'RetortEmbedding';
const gradientName = 'RetortEmbeddingGradient';

/** table [V, W], ids int32 [...] -> [..., W]. Ids must lie in 0 .. V-1: the batch that brings them has checked it. */
export function embedding(table: tf.Tensor, ids: tf.Tensor, { padId = -1 }: { padId?: number } = {}): tf.Tensor {
  return runFused(name, { table, ids }, { padId, rows: table.shape[0] ?? 0 });
}

export const embeddingOp: FusedOp = {
  name,
  composite: (inputs) => tf.gather(present(inputs.table, 'table'), present(inputs.ids, 'ids')),
  gradient: {
    inputsToSave: ['ids'], // not the table: saving would copy it
    gradFunc: (dy, saved, attributes) => {
      const ids = present(saved[0], 'ids');
      return {
        table: () => runFused(gradientName, { dy: dy as tf.Tensor, ids }, attributes as Attributes),
        ids: () => tf.zeros(ids.shape), // whole numbers have no gradient; tfjs wants an entry for every input
      };
    },
  },
};

/** (dy [..., W], ids [...]) -> [rows, W] */
export const embeddingGradientOp: FusedOp = {
  name: gradientName,
  composite: (inputs, { padId, rows }) => {
    const [dy, ids] = [present(inputs.dy, 'dy'), present(inputs.ids, 'ids')];
    const flatIds = tf.reshape<tf.Rank.R1>(ids, [-1]);
    const flatDy = tf.reshape(dy, [flatIds.shape[0], -1]);
    const kept = tf.cast(tf.notEqual(flatIds, tf.scalar(Number(padId), 'int32')), 'float32');
    return tf.unsortedSegmentSum(tf.mul(flatDy, tf.expandDims(kept, 1)), flatIds, Number(rows));
  },
};
