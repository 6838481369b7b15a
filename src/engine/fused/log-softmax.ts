/**
 * Log-probabilities of scores along the last axis, in one pass where the engine has a kernel for it. Where a gradient is recorded
 * TensorFlow.js's own operation serves, which is differentiable.
 */
import * as tf from '../tf.ts';
import { isRecording } from './fused-op.ts';

const name = 'LogSoftmax';

/** Any shape. */
export function logSoftmax<T extends tf.Tensor>(logits: T): T {
  const kernel = tf.getKernel(name, tf.getBackend()) as tf.KernelConfig | undefined;
  if (kernel === undefined || isRecording()) return tf.logSoftmax(logits);
  return tf.engine().runKernel<T>(name, { logits }, { axis: logits.rank - 1 });
}
