/**
 * How faithfully a student repeats its teacher, whatever the labels say: top-1 agreement and the mean predictive divergence
 * (Stanton, Izmailov, Kirichenko, Alemi, Wilson 2021, "Does Knowledge Distillation Really Work?", arXiv:2106.05945, section 3).
 * Both are taken at temperature 1 and in float64. This file compares logits; it does not produce them.
 */
import { predictedClasses, rowsOf } from './classification.ts';
import { logSoftmax } from './softmax.ts';

/** `agreement` is a ratio, `klNats` the mean over examples of KL(teacher || student) in nats. */
export type Fidelity = { agreement: number; klNats: number };

/**
 * Compares the logits of both, each `[B C]` row-major, over the same examples in the same order.
 * Throws on unequal sizes, on no example and on NaN; a class the student rules out (-Infinity) but the teacher does not costs Infinity.
 */
export function fidelity({ student, teacher, classes }: { student: ArrayLike<number>; teacher: ArrayLike<number>; classes: number }): Fidelity {
  const examples = rowsOf(student, classes);
  if (rowsOf(teacher, classes) !== examples) {
    throw new Error(`the student speaks of ${examples} examples and the teacher of ${teacher.length / classes}: they cannot be compared`);
  }
  if (examples === 0) throw new Error('there is no example to compare');
  const studentClasses = predictedClasses(student, classes);
  const teacherClasses = predictedClasses(teacher, classes);
  let agreements = 0;
  let divergence = 0;
  for (let row = 0; row < examples; row++) {
    if (studentClasses[row] === teacherClasses[row]) agreements += 1;
    divergence += divergenceOf(logSoftmax(student, row, classes), logSoftmax(teacher, row, classes));
  }
  return { agreement: agreements / examples, klNats: divergence / examples };
}

/** KL(teacher || student) of one example in nats, from log-probabilities `[C]`; a class the teacher rules out costs nothing. */
function divergenceOf(student: Float64Array, teacher: Float64Array): number {
  let sum = 0;
  teacher.forEach((logProbability, index) => {
    if (logProbability > -Infinity) sum += Math.exp(logProbability) * (logProbability - student[index]!);
  });
  // Rounding may leave a hair below zero where the two are equal, and a divergence is never negative.
  return Math.max(0, sum);
}
