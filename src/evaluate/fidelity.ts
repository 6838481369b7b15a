/**
 * How faithfully a student repeats its teacher, whatever the labels say: top-1 agreement and the mean predictive divergence
 * (Stanton, Izmailov, Kirichenko, Alemi, Wilson 2021, "Does Knowledge Distillation Really Work?", arXiv:2106.05945, section 3), and
 * what stands for them where several classes may hold, or the answer is a score. Temperature 1, float64. It compares logits only.
 */
import type { EncodedLabels } from '../text/encoded-labels.ts';
import { predictedClasses, rowsOf } from './classification.ts';
import { pearson } from './correlation.ts';
import { predictedSets } from './multi-label.ts';
import { logSoftmax } from './softmax.ts';

/** `agreement` is a ratio, `klNats` the mean over examples of KL(teacher || student) in nats. */
export type Fidelity = { agreement: number; klNats: number };

/** Pearson's r with the teacher's scores (NaN where either does not vary), and the mean of |student - teacher|. */
export type ScoreFidelity = { teacherPearson: number; meanDifference: number };

/** Logits of both, `[B C]` row-major, of the same examples in the same order; C is 1 for a score. */
type BothLogits = { student: ArrayLike<number>; teacher: ArrayLike<number>; classes: number };

/** What of these a kind of head has. Throws as they do. */
export function fidelityOf(kind: EncodedLabels['kind'], both: BothLogits): Fidelity | ScoreFidelity {
  switch (kind) {
    case 'single-label':
      return fidelity(both);
    case 'multi-label':
      return setFidelity(both);
    case 'regression':
      return scoreFidelity(both);
  }
}

/**
 * Compares the logits of both, each `[B C]` row-major, over the same examples in the same order.
 * Throws on unequal sizes, on no example and on NaN; a class the student rules out (-Infinity) but the teacher does not costs Infinity.
 */
export function fidelity({ student, teacher, classes }: BothLogits): Fidelity {
  const examples = examplesOf({ student, teacher, classes });
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

/**
 * Several classes an example: `agreement` is the share of examples with the very same set, `klNats` the mean over examples and classes of
 * the divergence of whether the class holds, as `softLabel` averages it. Throws as `fidelity` does.
 */
export function setFidelity({ student, teacher, classes }: BothLogits): Fidelity {
  const examples = examplesOf({ student, teacher, classes });
  const [said, taught] = [predictedSets(student, classes), predictedSets(teacher, classes)];
  let [agreements, divergence] = [0, 0];
  for (let row = 0; row < examples; row++) {
    const isSame = said.subarray(row * classes, (row + 1) * classes).every((hit, index) => hit === taught[row * classes + index]);
    if (isSame) agreements += 1;
  }
  for (let at = 0; at < taught.length; at++) {
    // The sigmoid of z is the softmax of [z, 0].
    divergence += divergenceOf(logSoftmax([student[at]!, 0], 0, 2), logSoftmax([teacher[at]!, 0], 0, 2));
  }
  return { agreement: agreements / examples, klNats: divergence / taught.length };
}

/** Scores `[B]` of both. Throws on unequal lengths, on fewer than two and on one that is not finite. */
export function scoreFidelity({ student, teacher }: Pick<BothLogits, 'student' | 'teacher'>): ScoreFidelity {
  const examples = examplesOf({ student, teacher, classes: 1 });
  let distance = 0;
  for (let row = 0; row < examples; row++) {
    const one = Math.abs(student[row]! - teacher[row]!);
    if (!Number.isFinite(one)) throw new Error(`the scores of example ${row} are ${student[row]} and ${teacher[row]}: they cannot be compared`);
    distance += one;
  }
  return { teacherPearson: pearson(student, teacher), meanDifference: distance / examples };
}

function examplesOf({ student, teacher, classes }: BothLogits): number {
  const examples = rowsOf(student, classes);
  if (rowsOf(teacher, classes) !== examples) {
    throw new Error(`the student speaks of ${examples} examples and the teacher of ${teacher.length / classes}: they cannot be compared`);
  }
  if (examples === 0) throw new Error('there is no example to compare');
  return examples;
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
