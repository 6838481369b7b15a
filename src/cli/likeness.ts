/**
 * How a student's answers on the test split meet its teacher's, counted for the pictures of a report: which class meets which, how
 * often they agree by how sure the teacher is, and the examples on which they differ most.
 */
import { predictedClasses } from '../evaluate/classification.ts';
import type { Bin } from '../report/bin-plot.ts';
import type { Disagreement } from '../report/disagreements.ts';
import type { Likeness } from '../report/likeness.ts';
import type { Example } from '../text/example.ts';

export interface Answers {
  /** [N, C] each, of the same examples in the same order. */
  readonly student: ArrayLike<number>;
  readonly teacher: ArrayLike<number>;
  /** C */
  readonly names: readonly string[];
}

const bins = 10;

/** @param student and @param teacher the names of both. */
export function likenessOf({ student, teacher, names }: Answers, { studentName, teacherName }: { studentName: string; teacherName: string }): Likeness {
  const classes = names.length;
  const [said, taught] = [predictedClasses(student, classes), predictedClasses(teacher, classes)];
  const answers = names.map(() => names.map(() => 0));
  const counted = Array.from({ length: bins }, () => ({ count: 0, same: 0 }));
  for (const [row, answer] of taught.entries()) {
    const other = said[row] ?? 0;
    const cells = answers[answer];
    if (cells !== undefined) cells[other] = (cells[other] ?? 0) + 1;
    const confidence = classProbabilities(teacher, row, classes)[answer] ?? 0;
    const bin = counted[Math.min(bins - 1, Math.floor(confidence * bins))];
    if (bin === undefined) continue;
    bin.count += 1;
    if (other === answer) bin.same += 1;
  }
  const agreement = counted.map(({ count, same }, place): Bin => ({ low: place / bins, high: (place + 1) / bins, count, ratio: count === 0 ? 0 : same / count }));
  return { student: studentName, teacher: teacherName, classes: names, answers, agreement };
}

/** The `most` examples whose two distributions lie furthest apart, by total variation distance. */
export function disagreementsOf({ student, teacher, names }: Answers, examples: readonly Example[], most: number): Disagreement[] {
  const classes = names.length;
  const both = examples.map((example, row) => ({ example, student: classProbabilities(student, row, classes), teacher: classProbabilities(teacher, row, classes) }));
  return both
    .map((pair) => ({ ...pair, distance: pair.student.reduce((sum, probability, index) => sum + Math.abs(probability - (pair.teacher[index] ?? 0)), 0) / 2 }))
    .sort((a, b) => b.distance - a.distance)
    .slice(0, most)
    .map(({ example: { text, pair, label }, ...said }) => {
      const [ours, theirs] = [likeliest(said.student), likeliest(said.teacher)];
      return {
        text: pair === undefined ? text : `${text} / ${pair}`,
        ...(typeof label === 'string' && { label }),
        student: names[ours.index] ?? '', studentProbability: ours.probability,
        teacher: names[theirs.index] ?? '', teacherProbability: theirs.probability,
      };
    });
}

/** softmax of one row of [N, C]. */
function classProbabilities(logits: ArrayLike<number>, row: number, classes: number): number[] {
  const own = Array.from({ length: classes }, (_, index) => logits[row * classes + index] ?? NaN);
  const largest = Math.max(...own);
  const powers = own.map((logit) => Math.exp(logit - largest));
  const mass = powers.reduce((sum, power) => sum + power, 0);
  return powers.map((power) => power / mass);
}

function likeliest(probabilities: readonly number[]): { index: number; probability: number } {
  const probability = Math.max(...probabilities);
  return { index: probabilities.indexOf(probability), probability };
}
