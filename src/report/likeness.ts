/**
 * How a student repeats its teacher, in pictures: of classes, which answer meets which and how often they agree by how sure the teacher
 * is; of sets of classes, class by class; of scores, one against the other. Agreement where the teacher is unsure is agreement with its
 * noise; disagreement where it is sure is what the student has not learned.
 */
import { drawAnswers, type ClassCounts, drawClassCounts } from './answer-tables.ts';
import { drawBinPlot } from './bin-plot.ts';
import type { Bin } from './bin-plot.ts';
import { markup } from './markup.ts';
import type { Markup } from './markup.ts';
import { drawScatter } from './scatter.ts';
import type { Point } from './scale.ts';
import { formatCount, formatDecimal, formatPercent } from './units.ts';

type Both = { student: string; teacher: string };
/** `answers[t][s]` counts the examples that the teacher puts into class t and the student into class s; `ratio` of a bin is the agreement. */
export type ClassLikeness = Both & { kind: 'single-label'; classes: readonly string[]; answers: readonly (readonly number[])[]; agreement: readonly Bin[] };
/** `examples`, of which `same` have the same set; the bins are over classes of examples. */
export type SetLikeness = Both & { kind: 'multi-label'; examples: number; same: number; classes: readonly ClassCounts[]; agreement: readonly Bin[] };
/** `points` are teacher (x) and student (y), of all `examples` or of as many as a picture bears. */
export type ScoreLikeness = Both & { kind: 'regression'; examples: number; pearson: number; meanDifference: number; points: readonly Point[] };
export type Likeness = ClassLikeness | SetLikeness | ScoreLikeness;

/** A table of more classes than this is no picture. */
const mostClasses = 12;

export function drawLikeness(likeness: Likeness): Markup | undefined {
  const drawn = drawKind(likeness);
  return drawn && markup`<h2>How faithfully it repeats its teacher</h2>
<p>${drawn.sentence}</p>
<div class="multiples likeness">${drawn.pictures}</div>`;
}

type Drawn = { sentence: string; pictures: readonly (Markup | undefined)[] };

function drawKind(likeness: Likeness): Drawn | undefined {
  switch (likeness.kind) {
    case 'single-label':
      return drawClasses(likeness);
    case 'multi-label':
      return drawSets(likeness);
    case 'regression':
      return drawScores(likeness);
  }
}

function drawClasses({ student, teacher, classes, answers, agreement }: ClassLikeness): Drawn | undefined {
  const total = answers.flat().reduce((sum, count) => sum + count, 0);
  if (total === 0) return undefined;
  const agreed = answers.reduce((sum, row, index) => sum + (row[index] ?? 0), 0);
  return {
    sentence: `“${student}” gives the same answer as “${teacher}” to ${formatCount(agreed)} of ${formatCount(total)} test examples (${formatPercent(agreed / total)}), whether it is right or not.`,
    pictures: [drawAgreement(agreement, 'same answer'), classes.length > mostClasses ? undefined : drawAnswers(classes, answers)],
  };
}

function drawSets({ student, teacher, examples, same, classes, agreement }: SetLikeness): Drawn | undefined {
  if (examples === 0) return undefined;
  return {
    sentence: `“${student}” names the very classes that “${teacher}” names for ${formatCount(same)} of ${formatCount(examples)} test examples (${formatPercent(same / examples)}), whether they are right or not. The bars count each class of each example by itself.`,
    pictures: [drawAgreement(agreement, 'same answer about a class'), drawClassCounts(classes)],
  };
}

function drawScores({ student, teacher, examples, pearson, meanDifference, points }: ScoreLikeness): Drawn | undefined {
  if (points.length === 0) return undefined;
  const shown = points.length < examples ? ` The picture shows ${formatCount(points.length)} of them.` : '';
  return {
    sentence: `The scores of “${student}” and of “${teacher}” on ${formatCount(examples)} test examples have a Pearson correlation of ${pearson.toFixed(4)} and lie ${formatDecimal(meanDifference)} apart on average.${shown}`,
    pictures: [drawScatter(points, { title: 'Scores', note: 'a dot an example; on the dashed line both say the same', xLabel: 'teacher', yLabel: 'student' })],
  };
}

function drawAgreement(bins: readonly Bin[], yLabel: string): Markup | undefined {
  return drawBinPlot({ title: 'Agreement', note: 'by how sure the teacher is', xLabel: 'confidence of the teacher', yLabel, bins });
}
