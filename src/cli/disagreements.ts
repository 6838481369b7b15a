/**
 * The examples on which student and teacher differ most, with what each says: a class and how sure it is, a set of classes, or a score.
 */
import { predictedClasses } from '../evaluate/classification.ts';
import { predictedSets } from '../evaluate/multi-label.ts';
import { probabilitiesOf } from '../evaluate/softmax.ts';
import type { Disagreement } from '../report/disagreements.ts';
import type { Example, LabelKind } from '../text/example.ts';
import type { Answers } from './likeness.ts';

/** The `most` examples furthest apart: by total variation distance, by its mean over several classes, or by the distance of scores. */
export function disagreementsOf(answers: Answers, examples: readonly Example[], most: number): Disagreement[] {
  const { distance, sayings } = viewOf(answers);
  return examples
    .map((example, row) => ({ example, row, distance: distance(row) }))
    .sort((a, b) => b.distance - a.distance)
    .slice(0, most)
    .map(({ example: { text, pair, label }, row }) => ({
      text: pair === undefined ? text : `${text} / ${pair}`,
      ...(label !== undefined && { label: labelText(label, answers) }),
      ...sayings(row),
    }));
}

interface View {
  readonly distance: (row: number) => number;
  readonly sayings: (row: number) => Omit<Disagreement, 'text' | 'label'>;
}

function viewOf(answers: Answers): View {
  const views = { 'single-label': classView, 'multi-label': setView, regression: scoreView } satisfies Record<LabelKind, (answers: Answers) => View>;
  return views[answers.kind](answers);
}

function classView({ student, teacher, names }: Answers): View {
  const classes = names.length;
  const said = (logits: ArrayLike<number>) => ({ chosen: predictedClasses(logits, classes), probabilities: probabilitiesOf(logits, classes) });
  const [ours, theirs] = [said(student), said(teacher)];
  return {
    distance: (row) => halfDistance(ours.probabilities, theirs.probabilities, { row, classes }),
    sayings: (row) => {
      const [our, their] = [ours.chosen[row] ?? 0, theirs.chosen[row] ?? 0];
      return {
        student: names[our] ?? '', studentProbability: ours.probabilities[row * classes + our] ?? NaN,
        teacher: names[their] ?? '', teacherProbability: theirs.probabilities[row * classes + their] ?? NaN,
      };
    },
  };
}

function setView({ student, teacher, names }: Answers): View {
  const classes = names.length;
  const holding = (logits: ArrayLike<number>) => Float64Array.from(logits, (logit) => 1 / (1 + Math.exp(-logit)));
  const [ours, theirs] = [holding(student), holding(teacher)];
  const [said, taught] = [predictedSets(student, classes), predictedSets(teacher, classes)];
  const named = (sets: Uint8Array, row: number) => setText(names.filter((_, index) => sets[row * classes + index] === 1));
  return {
    distance: (row) => halfDistance(ours, theirs, { row, classes }),
    sayings: (row) => ({ student: named(said, row), teacher: named(taught, row) }),
  };
}

function scoreView({ student, teacher }: Answers): View {
  return {
    distance: (row) => Math.abs((student[row] ?? NaN) - (teacher[row] ?? NaN)),
    sayings: (row) => ({ student: scoreText(student[row] ?? NaN), teacher: scoreText(teacher[row] ?? NaN), scores: true }),
  };
}

function halfDistance(a: ArrayLike<number>, b: ArrayLike<number>, { row, classes }: { row: number; classes: number }): number {
  let sum = 0;
  for (let at = row * classes; at < (row + 1) * classes; at++) sum += Math.abs((a[at] ?? 0) - (b[at] ?? 0));
  return sum / 2;
}

/** In the model's order of classes, so that equal sets read alike. */
function labelText(label: NonNullable<Example['label']>, { names }: Answers): string {
  if (typeof label === 'object') return setText(names.filter((name) => label.includes(name)));
  return typeof label === 'number' ? scoreText(label) : label;
}

const setText = (names: readonly string[]): string => (names.length === 0 ? 'none' : names.join(', '));
const scoreText = (score: number): string => score.toFixed(2);
