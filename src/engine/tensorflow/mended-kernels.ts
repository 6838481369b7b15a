/**
 * The few kernels of `@tensorflow/tfjs-node` that fail in themselves: some call methods that tensors have only where TensorFlow.js's
 * chained operations are registered, and TensorFlow 2.21 rounds whole numbers to zeros.
 */
import * as tf from '../tf.ts';
import { registerRawKernel } from './raw-ops.ts';

export function installMendedKernels(): void {
  castFirst('ArgMax', 'bool', 'int32');
  castFirst('ArgMin', 'bool', 'int32');
  castFirst('Exp', 'int32', 'float32');
  const round = tf.getKernel('Round', 'tensorflow');
  registerRawKernel('Round', ({ inputs: { x } }, backend) => (x!.dtype === 'float32' ? round.kernelFunc({ inputs: { x: x! }, backend }) : tf.clone(x!)));
  registerRawKernel('Prelu', ({ inputs: { x, alpha } }) => tf.tidy(() => tf.add(tf.relu(x!), tf.mul(alpha!, tf.minimum(x!, 0)))));
}

/** The same kernel, for which inputs of a type that it cannot take are cast. */
function castFirst(name: string, from: tf.DataType, to: tf.DataType): void {
  const { kernelFunc } = tf.getKernel(name, 'tensorflow');
  registerRawKernel(name, ({ inputs: { x }, attributes }, backend) => {
    const run = (input: tf.TensorInfo) => kernelFunc({ inputs: { x: input }, backend, attrs: attributes as tf.NamedAttrMap });
    return x!.dtype === from ? tf.tidy(() => run(tf.cast(x!, to)) as tf.Tensor) : run(x!);
  });
}
