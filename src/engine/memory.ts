/**
 * Who owns a tensor: `scope` frees everything made inside it but what it returns; `leaks` counts what a piece of work left behind.
 */
import * as tf from './tf.ts';

/** Runs `work` and frees every tensor made in it, except those in its result. Synchronous work only: an `await` would let others' tensors in. */
export function scope<T extends tf.TensorContainer>(work: () => T): T {
  return tf.tidy(work);
}

/** What `work` left behind: tensors and data buffers alive after it that were not alive before. A sound piece of work leaves 0 and 0. */
export async function leaks(work: () => Promise<void> | void): Promise<{ tensors: number; buffers: number }> {
  const before = tf.memory();
  await work();
  const after = tf.memory();
  return { tensors: after.numTensors - before.numTensors, buffers: after.numDataBuffers - before.numDataBuffers };
}
