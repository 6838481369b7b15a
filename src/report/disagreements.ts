/**
 * The examples on which student and teacher differ most, as a table of answers with how sure each is of its own.
 * Which examples those are is decided by whoever has the logits.
 */
import { markup } from './markup.ts';
import type { Markup } from './markup.ts';
import { formatPercent } from './units.ts';

/**
 * Answers are names of classes, the probabilities what each gives to its own answer, 0..1. Of `scores` (answers that are numbers) none is
 * right or wrong.
 */
export type Disagreement = { text: string; label?: string; student: string; teacher: string; studentProbability?: number; teacherProbability?: number; scores?: true };

/** `bdi` keeps right-to-left text of an example from turning the row around. */
export function drawDisagreements(rows: readonly Disagreement[]): Markup | undefined {
  if (rows.length === 0) return undefined;
  const isLabelled = rows.some(({ label }) => label !== undefined);
  return markup`<h2>Where student and teacher differ most</h2>
<div class="scroll"><table class="examples">
<thead><tr><th scope="col">example</th>${isLabelled ? markup`<th scope="col">label</th>` : undefined}<th scope="col">student</th><th scope="col">teacher</th></tr></thead>
<tbody>${rows.map(({ text, label, student, teacher, studentProbability, teacherProbability, scores = false }) => {
    const right = scores ? undefined : label;
    return markup`
<tr><td><bdi>${text}</bdi></td>${isLabelled ? markup`<td class="verdict">${label ?? '–'}</td>` : undefined}${
      drawAnswer(student, { label: right, probability: studentProbability })}${drawAnswer(teacher, { label: right, probability: teacherProbability })}</tr>`;
  })}
</tbody></table></div>`;
}

function drawAnswer(given: string, { label, probability }: { label: string | undefined; probability: number | undefined }): Markup {
  const sure = probability === undefined ? undefined : markup`<small>${formatPercent(probability)}</small>`;
  if (label === undefined) return markup`<td class="verdict">${given}${sure}</td>`;
  const isRight = given === label;
  return markup`<td class="verdict ${isRight ? 'right' : 'wrong'}">${isRight ? '✓' : '✗'} ${given}${sure}</td>`;
}
