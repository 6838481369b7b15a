/**
 * The losses over logits by TensorFlow's own LogSoftmax and cross-entropy operations, each one pass where TensorFlow.js composes five; the
 * cross-entropy of whole words gives its gradient along.
 */
import * as tf from '../tf.ts';
import type { NodeBackend } from './node-package.ts';
import { registerRawKernel, withRawOps } from './raw-ops.ts';

function logSoftmax(backend: NodeBackend, logits: tf.Tensor): tf.Tensor {
  return withRawOps(backend, (raw) => raw.tensor(raw.one('LogSoftmax', [raw.of(logits)], [raw.float()])));
}

/** logits [N, V], words int32 [N] in 0 .. V-1 -> -log p(word) [N], and its gradient [N, V]. */
function wordCrossEntropy(backend: NodeBackend, logits: tf.Tensor, words: tf.Tensor): [tf.Tensor, tf.Tensor] {
  return withRawOps(backend, (raw) => {
    const [losses, gradients] = raw.many('SparseSoftmaxCrossEntropyWithLogits', [raw.of(logits), raw.of(words)], [raw.float(), raw.whole('Tlabels')], 2);
    return [raw.tensor(losses!), raw.tensor(gradients!)];
  });
}

export function installLosses(): void {
  registerRawKernel('RetortSoftmaxCrossEntropy', ({ inputs: { logits, targets } }, backend) => withRawOps(backend, (raw) => {
    const [losses] = raw.many('SoftmaxCrossEntropyWithLogits', [raw.of(logits!), raw.of(targets!)], [raw.float()], 2);
    return raw.tensor(losses!);
  }));

  registerRawKernel('RetortSoftmaxDivergence', ({ inputs: { student, teacher }, attributes: { temperature } }, backend) => tf.tidy(() => {
    const [logTeacher, logStudent] = [teacher!, student!].map((logits) => logSoftmax(backend, tf.div(logits, Number(temperature)))) as [tf.Tensor, tf.Tensor];
    return tf.sum(tf.mul(tf.exp(logTeacher), tf.sub(logTeacher, logStudent)), -1);
  }));

  registerRawKernel('RetortVocabularyLoss', ({ inputs, attributes }, backend) => tf.tidy(() => vocabularyLoss(backend, inputs, attributes as unknown as Attributes)));
}

interface Attributes {
  readonly temperature: number;
  readonly softWeight: number;
  readonly maskedWeight: number;
  readonly gradient: boolean;
}

const kernel = <T extends tf.Tensor>(name: string, inputs: Record<string, tf.Tensor>): T => tf.engine().runKernel<T>(name, inputs);

/** -> [loss, soft, masked], and where the gradient is asked for [.., dinput, dweight, dbias]: as the composite in `fused/vocabulary-loss.ts`. */
function vocabularyLoss(backend: NodeBackend, inputs: Readonly<Record<string, tf.Tensor>>, { temperature, softWeight, maskedWeight, gradient }: Attributes): tf.Tensor[] {
  const { input, weight, bias } = inputs as { input: tf.Tensor; weight: tf.Tensor; bias: tf.Tensor };
  const flat = (x: tf.Tensor) => tf.reshape(x, [-1, x.shape.at(-1) ?? 1]);
  const logitsOf = (x: tf.Tensor, w: tf.Tensor, b: tf.Tensor) => kernel<tf.Tensor>('RetortLinear', { x: flat(x), weight: w, bias: b }); // [N, H] [V, H] -> [N, V]
  const real = tf.reshape(inputs.mask!, [-1]); // [N]
  const words = tf.reshape(inputs.words!, [-1]);
  const predicted = tf.mul(tf.cast(tf.greaterEqual(words, tf.scalar(0, 'int32')), 'float32'), real);
  const [realShare, predictedShare] = [real, predicted].map((counts) => tf.div(counts, tf.maximum(tf.sum(counts), 1))) as [tf.Tensor, tf.Tensor];
  const logits = logitsOf(input, weight, bias);
  const [losses, maskedGradient] = wordCrossEntropy(backend, logits, tf.maximum(words, tf.scalar(0, 'int32')));
  const masked = tf.sum(tf.mul(losses, predictedShare));
  let soft: tf.Tensor = tf.scalar(0);
  let dlogits: tf.Tensor | undefined = gradient ? tf.mul(maskedGradient, tf.expandDims(tf.mul(predictedShare, maskedWeight), 1)) : undefined;
  if (inputs.teacherInput !== undefined) {
    const softened = (x: tf.Tensor) => logSoftmax(backend, tf.div(x, temperature));
    const [said, logStudent] = [softened(logitsOf(inputs.teacherInput, inputs.teacherWeight!, inputs.teacherBias!)), softened(logits)];
    const probabilities = tf.exp(said);
    soft = tf.sum(tf.mul(tf.sum(tf.mul(probabilities, tf.sub(said, logStudent)), -1), realShare));
    if (dlogits !== undefined) dlogits = tf.add(dlogits, tf.mul(tf.sub(tf.exp(logStudent), probabilities), tf.expandDims(tf.mul(realShare, softWeight / temperature), 1)));
  }
  const outputs = [tf.add(tf.mul(soft, softWeight), tf.mul(masked, maskedWeight)), soft, masked];
  if (dlogits === undefined) return outputs;
  return [
    ...outputs,
    tf.reshape(kernel<tf.Tensor>('RetortLinearInputGradient', { dy: dlogits, weight }), input.shape),
    kernel<tf.Tensor>('RetortLinearWeightGradient', { dy: dlogits, x: flat(input) }),
    kernel<tf.Tensor>('RetortLinearBiasGradient', { dy: dlogits }),
  ];
}
