/**
 * The sum of two gradients of one tensor. The first is not needed afterwards, so an engine may add in place.
 */
import * as tf from '../tf.ts';
import { type FusedOp, present, runFused } from './fused-op.ts';

const name = 'RetortAccumulate';

/**
 * sum + more; frees both. Equal shapes.
 * @param wide the sum is float32 whatever the addends are: of many, one in bfloat16 would soon take no more of them.
 */
export function accumulated<T extends tf.Tensor>(sum: T, more: T, { wide = false }: { readonly wide?: boolean } = {}): T {
  const own = tf.engine().backend.refCount(sum.dataId) === 1; // else another tensor shares its numbers
  const total = runFused<T>(name, { sum, more }, { own, wide });
  tf.dispose([sum, more]);
  return total;
}

export const accumulateOp: FusedOp = {
  name,
  composite: (inputs) => tf.add(present(inputs.sum, 'sum'), present(inputs.more, 'more')),
};
