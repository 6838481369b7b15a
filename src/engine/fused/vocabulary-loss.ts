/**
 * The losses of word prediction over a whole vocabulary, from the decoder's input and weights rather than from its logits: the softened
 * divergence from a teacher at every real token and the cross-entropy of the words to predict. An engine may form logits of a few rows at
 * a time and take the gradient along while they are there: the loss is one number, so its gradient is known up to a factor.
 */
import * as tf from '../tf.ts';
import { type FusedOp, isRecording, present, runFused } from './fused-op.ts';

const name = 'RetortVocabularyLoss';
const scaledName = 'RetortScaled';

/** Token logits as the product they are: input Wᵀ + b. */
export interface Decoder {
  /** [B, T, H] */
  readonly input: tf.Tensor;
  /** [V, H] */
  readonly weight: tf.Tensor;
  /** [V] */
  readonly bias: tf.Tensor;
}

export interface VocabularyLossOptions {
  /** Absent: no soft term. */
  readonly teacher?: Decoder | undefined;
  /** int32 [B, T]: the word to predict, below 0 = none. */
  readonly words: tf.Tensor;
  /** [B, T], 1 = a real token. */
  readonly mask: tf.Tensor;
  /** T of the soft term. */
  readonly temperature: number;
  /** How much the mean divergence counts (any T² is the caller's), and how much the mean cross-entropy does. */
  readonly softWeight: number;
  readonly maskedWeight: number;
}

export interface VocabularyLoss {
  /** softWeight · soft + maskedWeight · masked; the only one that has a gradient. */
  readonly loss: tf.Scalar;
  /** Mean KL(teacher ‖ student) at the temperature over real tokens, in nats; 0 without a teacher. */
  readonly soft: tf.Scalar;
  /** Mean -log p(word) over real tokens with a word to predict, in nats. */
  readonly masked: tf.Scalar;
}

export function vocabularyLoss(student: Decoder, { teacher, words, mask, temperature, softWeight, maskedWeight }: VocabularyLossOptions): VocabularyLoss {
  const inputs = {
    input: student.input, weight: student.weight, bias: student.bias, words, mask,
    ...(teacher && { teacherInput: teacher.input, teacherWeight: teacher.weight, teacherBias: teacher.bias }),
  };
  const [loss, soft, masked, ...gradients] = runFused<tf.Tensor[]>(name, inputs, { temperature, softWeight, maskedWeight, teacherWidth: teacher?.weight.shape[1] ?? 0, gradient: isRecording() });
  tf.dispose(gradients); // the tape keeps its own references
  return { loss: present(loss, 'loss') as tf.Scalar, soft: present(soft, 'soft') as tf.Scalar, masked: present(masked, 'masked') as tf.Scalar };
}

function flattened(x: tf.Tensor): tf.Tensor2D {
  return tf.reshape(x, [-1, x.shape.at(-1) ?? 1]);
}

/** [N, H] [V, H] -> [N, V] */
function logitsOf(input: tf.Tensor, weight: tf.Tensor, bias: tf.Tensor): tf.Tensor2D {
  return runFused('RetortLinear', { x: flattened(input), weight, bias });
}

/** -> [loss, soft, masked], and where the gradient is asked for [.., dinput, dweight, dbias] of the loss. */
export const vocabularyLossOp: FusedOp = {
  name,
  composite: (inputs, attributes) => {
    const [input, weight, bias] = [present(inputs.input, 'input'), present(inputs.weight, 'weight'), present(inputs.bias, 'bias')];
    const { temperature, softWeight, maskedWeight, gradient } = attributes as { temperature: number; softWeight: number; maskedWeight: number; gradient: boolean };
    const real = tf.reshape(present(inputs.mask, 'mask'), [-1]); // [N]
    const words = tf.reshape(present(inputs.words, 'words'), [-1]);
    const predicted = tf.mul(tf.cast(tf.greaterEqual(words, tf.scalar(0, 'int32')), 'float32'), real); // [N]
    const [realShare, predictedShare] = [real, predicted].map((counts) => tf.div(counts, tf.maximum(tf.sum(counts), 1))) as [tf.Tensor, tf.Tensor];
    const logits = logitsOf(input, weight, bias); // [N, V]
    const logProbabilities = tf.logSoftmax(logits);
    const targets = tf.cast(tf.equal(tf.expandDims(words, 1), tf.expandDims(tf.range(0, logits.shape[1], 1, 'int32'), 0)), 'float32'); // none for words below 0
    const masked = tf.neg(tf.sum(tf.mul(tf.sum(tf.mul(logProbabilities, targets), -1), predictedShare)));
    let soft: tf.Tensor = tf.scalar(0);
    let dlogits: tf.Tensor = tf.mul(tf.sub<tf.Tensor>(tf.exp(logProbabilities), targets), tf.expandDims(tf.mul(predictedShare, maskedWeight), 1));
    if (inputs.teacherInput !== undefined) {
      const softened = (x: tf.Tensor) => tf.logSoftmax(tf.div(x, temperature));
      const said = softened(logitsOf(inputs.teacherInput, present(inputs.teacherWeight, 'teacherWeight'), present(inputs.teacherBias, 'teacherBias')));
      const [logStudent, probabilities] = [softened(logits), tf.exp(said)];
      soft = tf.sum(tf.mul(tf.sum(tf.mul(probabilities, tf.sub(said, logStudent)), -1), realShare));
      dlogits = tf.add(dlogits, tf.mul(tf.sub(tf.exp(logStudent), probabilities), tf.expandDims(tf.mul(realShare, softWeight / temperature), 1)));
    }
    const outputs = [tf.add(tf.mul(soft, softWeight), tf.mul(masked, maskedWeight)), soft, masked];
    if (!gradient) return outputs;
    const x = flattened(input);
    return [
      ...outputs,
      tf.reshape(runFused<tf.Tensor>('RetortLinearInputGradient', { dy: dlogits, weight }), input.shape),
      runFused<tf.Tensor>('RetortLinearWeightGradient', { dy: dlogits, x }),
      runFused<tf.Tensor>('RetortLinearBiasGradient', { dy: dlogits }),
    ];
  },
  gradient: {
    inputsToSave: ['words', 'mask'],
    outputsToSave: [false, false, false, true, true, true],
    gradFunc: (dy, saved, attributes) => {
      const [words, mask, dinput, dweight, dbias] = saved;
      const { teacherWidth } = attributes as { teacherWidth: number };
      const scaled = (x: tf.Tensor | undefined) => () => runFused<tf.Tensor>(scaledName, { x: present(x, 'gradient'), by: present((dy as tf.Tensor[])[0], 'dy') });
      const constant = (x: tf.Tensor | undefined) => () => tf.zerosLike(present(x, 'input'));
      return {
        input: scaled(dinput), weight: scaled(dweight), bias: scaled(dbias), words: constant(words), mask: constant(mask),
        teacherInput: () => tf.zeros([...present(dinput, 'dinput').shape.slice(0, -1), teacherWidth]),
        teacherWeight: () => tf.zeros([present(dbias, 'dbias').size, teacherWidth]),
        teacherBias: () => tf.zeros([present(dbias, 'dbias').size]),
      };
    },
  },
};

/** (x, a scalar) -> their product; an engine may give x itself where the scalar is 1. */
export const scaledOp: FusedOp = {
  name: scaledName,
  composite: (inputs) => tf.mul(present(inputs.x, 'x'), present(inputs.by, 'by')),
};
