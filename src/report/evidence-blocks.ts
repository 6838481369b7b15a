/**
 * Tables of evidence within a text that people write: what stands between two marks is made from the recorded runs, the rest is theirs.
 * The first mark says which runs, `<!-- evidence: sst2-arms of cut-3x384 against fine-tuning; soft-labels, pkd -->`, where `of` students and
 * `;` arms may be left away for all of them; the last is `<!-- end of evidence -->`. In a comment of a program every line keeps what
 * stands before the first mark.
 */

export interface EvidenceRequest {
  /** Its folder below recipes/results. */
  readonly recipe: string;
  readonly baseline: string;
  /** Absent: all. */
  readonly arms?: readonly string[];
  readonly students?: readonly string[];
}

const first = /^(?<before>.*?)<!-- evidence: (?<recipe>[a-z0-9-]+)(?: of (?<students>[a-z0-9-]+(?:, [a-z0-9-]+)*))? against (?<baseline>[a-z0-9-]+)(?:; (?<arms>[a-z0-9-]+(?:, [a-z0-9-]+)*))? -->$/;
const last = '<!-- end of evidence -->';

/**
 * The text with every block made anew, and what the blocks ask for.
 * @throws naming file and line: a first mark that cannot be read, or that no last one follows.
 */
export async function renewBlocks(text: string, place: string, table: (request: EvidenceRequest) => Promise<string>): Promise<{ text: string; requests: readonly EvidenceRequest[] }> {
  const [lines, written, requests] = [text.split('\n'), [] as string[], [] as EvidenceRequest[]];
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at] ?? '';
    written.push(line);
    if (!/<!-- evidence\b/.test(line)) continue;
    const { before = '', recipe = '', baseline = '', arms, students } = first.exec(line)?.groups ?? {};
    if (recipe === '') throw new Error(`${place}:${at + 1}: write the mark as <!-- evidence: RECIPE against ARM --> or <!-- evidence: RECIPE of STUDENT, STUDENT against ARM; ARM, ARM -->`);
    const end = lines.findIndex((other, row) => row > at && other.includes(last));
    if (end < 0) throw new Error(`${place}:${at + 1}: no line with ${last} follows this mark`);
    const request = { recipe, baseline, ...(arms !== undefined && { arms: arms.split(', ') }), ...(students !== undefined && { students: students.split(', ') }) };
    requests.push(request);
    written.push(...(await table(request)).split('\n').map((row) => `${before}${row}`.trimEnd()), lines[end] ?? '');
    at = end;
  }
  return { text: written.join('\n'), requests };
}
