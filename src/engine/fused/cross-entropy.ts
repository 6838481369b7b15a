/**
 * The two losses between a row of logits and a distribution, per row, by log-softmax with the maximum subtracted:
 * cross-entropy -Σ q log p and divergence Σ q (log q - log p), p = softmax(student / T), q = softmax(teacher / T).
 * No averaging, no T²: that belongs to the objective. Teachers get no gradient.
 */
import * as tf from '../tf.ts';
import { type FusedOp, present, runFused } from './fused-op.ts';

const crossEntropyName = 'RetortSoftmaxCrossEntropy';
const divergenceName = 'RetortSoftmaxDivergence';

/** logits [N, C], targets [N, C] (rows that sum to 1, or all-zero rows for loss 0) -> [N], in nats. */
export function softmaxCrossEntropy(logits: tf.Tensor, targets: tf.Tensor): tf.Tensor1D {
  return runFused(crossEntropyName, { logits, targets });
}

/** KL(teacher ‖ student) of the softened rows: logits [N, C] both -> [N], in nats. */
export function softmaxDivergence(studentLogits: tf.Tensor, teacherLogits: tf.Tensor, { temperature }: { temperature: number }): tf.Tensor1D {
  return runFused(divergenceName, { student: studentLogits, teacher: teacherLogits }, { temperature });
}

function perRow(dy: tf.Tensor | tf.Tensor[]): tf.Tensor {
  return tf.expandDims(dy as tf.Tensor, -1); // [N] -> [N, 1]
}

export const softmaxCrossEntropyOp: FusedOp = {
  name: crossEntropyName,
  composite: (inputs) => tf.neg(tf.sum(tf.mul(present(inputs.targets, 'targets'), tf.logSoftmax(present(inputs.logits, 'logits'))), -1)),
  gradient: {
    inputsToSave: ['logits', 'targets'],
    gradFunc: (dy, saved) => {
      const [logits, targets] = [present(saved[0], 'logits'), present(saved[1], 'targets')];
      return {
        logits: () => {
          const mass = tf.sum(targets, -1, true); // 1, or 0 for a row that does not count
          return tf.mul(perRow(dy), tf.sub(tf.mul(tf.softmax(logits), mass), targets));
        },
        targets: () => tf.zerosLike(targets),
      };
    },
  },
};

export const softmaxDivergenceOp: FusedOp = {
  name: divergenceName,
  composite: (inputs, { temperature }) => {
    const [student, teacher] = [present(inputs.student, 'student'), present(inputs.teacher, 'teacher')];
    const logTeacher = tf.logSoftmax(tf.div(teacher, Number(temperature)));
    const logStudent = tf.logSoftmax(tf.div(student, Number(temperature)));
    return tf.sum(tf.mul(tf.exp(logTeacher), tf.sub(logTeacher, logStudent)), -1);
  },
  gradient: {
    inputsToSave: ['student', 'teacher'],
    gradFunc: (dy, saved, attributes) => {
      const [student, teacher] = [present(saved[0], 'student'), present(saved[1], 'teacher')];
      const temperature = Number((attributes as { temperature: number }).temperature);
      const softened = (logits: tf.Tensor) => tf.softmax(tf.div(logits, temperature));
      return {
        student: () => tf.mul(tf.div(perRow(dy), temperature), tf.sub(softened(student), softened(teacher))),
        teacher: () => tf.zerosLike(teacher),
      };
    },
  },
};
