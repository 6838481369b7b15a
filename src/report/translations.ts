/**
 * What a student translates beside its teacher and the reference, sentence by sentence: scores say how much was lost, these say what.
 */
import { type Markup, markup } from './markup.ts';

export type TranslationSample = { source: string; reference: string; student: string; teacher?: string };

/** `bdi` keeps right-to-left text from turning its cell around. */
export function drawTranslations(samples: readonly TranslationSample[]): Markup | undefined {
  if (samples.length === 0) return undefined;
  const isTaught = samples.some(({ teacher }) => teacher !== undefined);
  const verdict = (text: string, reference: string) => markup`<td class="${text === reference ? 'right' : 'said'}"><bdi>${text}</bdi></td>`;
  return markup`<h2>What it translates</h2>
<div class="scroll"><table class="examples">
<thead><tr><th scope="col">source</th><th scope="col">reference</th><th scope="col">${isTaught ? 'student' : 'translation'}</th>${isTaught ? markup`<th scope="col">teacher</th>` : undefined}</tr></thead>
<tbody>${samples.map(({ source, reference, student, teacher }) => markup`
<tr><td><bdi>${source}</bdi></td><td><bdi>${reference}</bdi></td>${verdict(student, reference)}${isTaught ? (teacher === undefined ? markup`<td>–</td>` : verdict(teacher, reference)) : undefined}</tr>`)}
</tbody></table></div>`;
}
