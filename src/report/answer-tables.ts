/**
 * Answers of a student beside its teacher's as tables: which class meets which, or for each of several classes who names it.
 */
import { markup } from './markup.ts';
import type { Markup } from './markup.ts';
import { formatCount, formatPercent } from './units.ts';

/** Each row's shares; the deeper a cell's colour, the more of what the teacher says so. */
export function drawAnswers(classes: readonly string[], answers: readonly (readonly number[])[]): Markup {
  return markup`<figure class="chart small answers">
<figcaption>Answers<small>rows: what the teacher says, columns: what the student says</small></figcaption>
<div class="scroll"><table>
<thead><tr><th scope="col"></th>${classes.map((name) => markup`<th scope="col" class="number">${name}</th>`)}</tr></thead>
<tbody>${classes.map((name, row) => {
    const counts = answers[row] ?? [];
    const sum = counts.reduce((a, b) => a + b, 0);
    return markup`
<tr><th scope="row" class="plain">${name}</th>${classes.map((_, column) => drawCell(counts[column] ?? 0, { sum, isSame: row === column }))}</tr>`;
  })}
</tbody></table></div>
</figure>`;
}

/** Of one class: the examples for which both name it, the teacher alone, the student alone. */
export type ClassCounts = { name: string; both: number; teacherOnly: number; studentOnly: number };

/** Classes that the teacher names most come first; a table of more is cut there. */
const mostRows = 30;

export function drawClassCounts(classes: readonly ClassCounts[]): Markup {
  const namedBy = ({ both, teacherOnly }: ClassCounts) => both + teacherOnly;
  const rows = [...classes].sort((a, b) => namedBy(b) - namedBy(a)).slice(0, mostRows);
  return markup`<figure class="chart small answers">
<figcaption>Classes<small>${`for how many examples who names them${rows.length < classes.length ? `; the ${mostRows} that the teacher names most, of ${formatCount(classes.length)}` : ''}`}</small></figcaption>
<div class="scroll"><table>
<thead><tr><th scope="col"></th><th scope="col" class="number">both</th><th scope="col" class="number">only the teacher</th><th scope="col" class="number">only the student</th></tr></thead>
<tbody>${rows.map(({ name, both, teacherOnly, studentOnly }) => {
    const sum = both + teacherOnly + studentOnly;
    return markup`
<tr><th scope="row" class="plain">${name}</th>${drawCell(both, { sum, isSame: true })}${drawCell(teacherOnly, { sum, isSame: false })}${drawCell(studentOnly, { sum, isSame: false })}</tr>`;
  })}
</tbody></table></div>
</figure>`;
}

function drawCell(count: number, { sum, isSame }: { sum: number; isSame: boolean }): Markup {
  const share = sum === 0 ? 0 : count / sum;
  return markup`<td class="number ${isSame ? 'same' : 'other'}" style="--share: ${Math.round(100 * share)}%">${formatCount(count)}<small>${sum === 0 ? '–' : formatPercent(share)}</small></td>`;
}
