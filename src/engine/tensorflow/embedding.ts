/**
 * Embedding lookup by TensorFlow's GatherV2 as it is. TensorFlow.js's own kernel of that name reads the ids back first, to look at each:
 * that would wait for the device in every step. TensorFlow itself refuses an id outside the table on the CPU, and gives zeros on a GPU.
 */
import * as tf from '../tf.ts';
import { registerRawKernel, withRawOps } from './raw-ops.ts';

export function installEmbedding(): void {
  registerRawKernel('RetortEmbedding', ({ inputs: { table, ids } }, backend) => withRawOps(backend, (raw) => {
    const axis = tf.scalar(0, 'int32');
    try {
      return raw.tensor(raw.one('GatherV2', [raw.of(table!), raw.of(ids!), raw.of(axis)], [raw.float('Tparams'), raw.whole('Tindices'), raw.whole('Taxis')]));
    } catch (error) {
      const [, id, rows] = /= (-?\d+) is not in \[0, (\d+)\)/.exec(String(error)) ?? [];
      throw id === undefined ? error : new Error(`embedding: id ${id} is outside a table of ${rows ?? ''} rows`, { cause: error });
    } finally {
      axis.dispose();
    }
  }));
}
