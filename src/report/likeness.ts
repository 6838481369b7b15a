/**
 * How a student repeats its teacher, as two pictures: which answer meets which, and how often they agree by how sure the teacher is.
 * Agreement where the teacher is unsure is agreement with its noise; disagreement where it is sure is what the student has not learned.
 */
import { drawBinPlot } from './bin-plot.ts';
import type { Bin } from './bin-plot.ts';
import { markup } from './markup.ts';
import type { Markup } from './markup.ts';
import { formatCount, formatPercent } from './units.ts';

export type Likeness = {
  student: string;
  teacher: string;
  /** Class names; `answers[t][s]` counts the examples that the teacher puts into class t and the student into class s. */
  classes: readonly string[];
  answers: readonly (readonly number[])[];
  /** By the teacher's confidence; `ratio` is the agreement. */
  agreement: readonly Bin[];
};

/** A table of more classes than this is no picture. */
const mostClasses = 12;

export function drawLikeness({ student, teacher, classes, answers, agreement }: Likeness): Markup | undefined {
  const total = answers.flat().reduce((sum, count) => sum + count, 0);
  if (total === 0) return undefined;
  const agreed = answers.reduce((sum, row, index) => sum + (row[index] ?? 0), 0);
  return markup`<h2>How faithfully it repeats its teacher</h2>
<p>${`“${student}” gives the same answer as “${teacher}” to ${formatCount(agreed)} of ${formatCount(total)} test examples (${formatPercent(agreed / total)}), whether it is right or not.`}</p>
<div class="multiples likeness">${drawBinPlot({
    title: 'Agreement', note: 'by how sure the teacher is', xLabel: 'confidence of the teacher', yLabel: 'same answer', bins: agreement,
  })}
${classes.length > mostClasses ? undefined : drawAnswers(classes, answers)}</div>`;
}

/** Each row's shares; the deeper a cell's colour, the more of what the teacher says so. */
function drawAnswers(classes: readonly string[], answers: readonly (readonly number[])[]): Markup {
  return markup`<figure class="chart small answers">
<figcaption>Answers<small>rows: what the teacher says, columns: what the student says</small></figcaption>
<div class="scroll"><table>
<thead><tr><th scope="col"></th>${classes.map((name) => markup`<th scope="col" class="number">${name}</th>`)}</tr></thead>
<tbody>${classes.map((name, row) => {
    const counts = answers[row] ?? [];
    const sum = counts.reduce((a, b) => a + b, 0);
    return markup`
<tr><th scope="row" class="plain">${name}</th>${classes.map((_, column) => {
      const count = counts[column] ?? 0;
      const share = sum === 0 ? 0 : count / sum;
      return markup`<td class="number ${row === column ? 'same' : 'other'}" style="--share: ${Math.round(100 * share)}%">${formatCount(count)}<small>${sum === 0 ? '–' : formatPercent(share)}</small></td>`;
    })}</tr>`;
  })}
</tbody></table></div>
</figure>`;
}
