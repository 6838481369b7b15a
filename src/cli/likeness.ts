/**
 * How a student's answers on the test split meet its teacher's, counted for the pictures of a report: which class meets which, who names
 * which of several classes, how often they agree by how sure the teacher is; of scores, the pairs themselves.
 */
import { predictedClasses } from '../evaluate/classification.ts';
import { fidelityOf, scoreFidelity } from '../evaluate/fidelity.ts';
import { predictedSets } from '../evaluate/multi-label.ts';
import { probabilitiesOf } from '../evaluate/softmax.ts';
import type { Bin } from '../report/bin-plot.ts';
import type { ClassLikeness, Likeness, ScoreLikeness, SetLikeness } from '../report/likeness.ts';
import type { LabelKind } from '../text/example.ts';

export interface Answers {
  readonly kind: LabelKind;
  /** [N, C] each, of the same examples in the same order; C is 1 for a score. */
  readonly student: ArrayLike<number>;
  readonly teacher: ArrayLike<number>;
  /** C */
  readonly names: readonly string[];
}

interface Named {
  readonly studentName: string;
  readonly teacherName: string;
}

/** @param named the names of both. */
export function likenessOf(answers: Answers, named: Named): Likeness {
  switch (answers.kind) {
    case 'single-label':
      return classLikeness(answers, named);
    case 'multi-label':
      return setLikeness(answers, named);
    case 'regression':
      return scoreLikeness(answers, named);
  }
}

function classLikeness({ student, teacher, names }: Answers, { studentName, teacherName }: Named): ClassLikeness {
  const classes = names.length;
  const [said, taught] = [predictedClasses(student, classes), predictedClasses(teacher, classes)];
  const probabilities = probabilitiesOf(teacher, classes);
  const answers = names.map(() => names.map(() => 0));
  const bins = new AgreementBins();
  for (const [row, answer] of taught.entries()) {
    const other = said[row] ?? 0;
    const cells = answers[answer];
    if (cells !== undefined) cells[other] = (cells[other] ?? 0) + 1;
    bins.enter(probabilities[row * classes + answer] ?? 0, other === answer);
  }
  return { kind: 'single-label', student: studentName, teacher: teacherName, classes: names, answers, agreement: bins.bins };
}

function setLikeness({ student, teacher, names }: Answers, { studentName, teacherName }: Named): SetLikeness {
  const classes = names.length;
  const [said, taught] = [predictedSets(student, classes), predictedSets(teacher, classes)];
  const counts = names.map((name) => ({ name, both: 0, teacherOnly: 0, studentOnly: 0 }));
  const bins = new AgreementBins();
  for (const [at, answer] of taught.entries()) {
    const own = counts[at % classes];
    const other = said[at] ?? 0;
    if (own !== undefined && answer + other > 0) own[answer === other ? 'both' : answer === 1 ? 'teacherOnly' : 'studentOnly'] += 1;
    bins.enter(1 / (1 + Math.exp(-Math.abs(teacher[at] ?? 0))), other === answer);
  }
  const examples = taught.length / classes;
  const { agreement } = fidelityOf('multi-label', { student, teacher, classes }) as { agreement: number };
  return { kind: 'multi-label', student: studentName, teacher: teacherName, examples, same: Math.round(agreement * examples), classes: counts, agreement: bins.bins };
}

/** A picture bears no more dots. */
const mostPoints = 500;

function scoreLikeness({ student, teacher }: Answers, { studentName, teacherName }: Named): ScoreLikeness {
  const { teacherPearson, meanDifference } = scoreFidelity({ student, teacher });
  const examples = teacher.length;
  const shown = Math.min(examples, mostPoints);
  const points = Array.from({ length: shown }, (_, place) => Math.floor((place * examples) / shown)).map((row) => ({ x: rounded(teacher[row]), y: rounded(student[row]) }));
  return { kind: 'regression', student: studentName, teacher: teacherName, examples, pearson: teacherPearson, meanDifference, points };
}

const rounded = (value = NaN): number => Number(value.toPrecision(5));

/** How often both say the same, by the teacher's confidence, in ten bins. */
class AgreementBins {
  readonly #counted = Array.from({ length: 10 }, () => ({ count: 0, same: 0 }));

  enter(confidence: number, isSame: boolean): void {
    const bin = this.#counted[Math.min(this.#counted.length - 1, Math.floor(confidence * this.#counted.length))];
    if (bin === undefined) return;
    bin.count += 1;
    if (isSame) bin.same += 1;
  }

  get bins(): Bin[] {
    const all = this.#counted.length;
    return this.#counted.map(({ count, same }, place) => ({ low: place / all, high: (place + 1) / all, count, ratio: count === 0 ? 0 : same / count }));
  }
}
