/**
 * Sources as a translator reads them: one that is too long is refused where it stands, or cut where a limit was asked for.
 */
import { formatCount } from '../../report/units.ts';
import type { Translator } from '../../teacher/translator.ts';
import type { Console } from '../console.ts';

/** One text to translate, and where it stands. */
export interface SourceLine {
  readonly id: string;
  /** For messages. */
  readonly place: string;
  readonly text: string;
}

export interface ReadingOptions {
  /** Of the translator, for messages. */
  readonly folder: string;
  /** Cut to so many tokens. Absent: refused. */
  readonly maxTokens: number | undefined;
  readonly console: Pick<Console, 'note'>;
}

/** Their token ids; the last token of one that was cut still ends the sentence. */
export async function readSources(translator: Translator, lines: readonly SourceLine[], { folder, maxTokens, console }: ReadingOptions): Promise<Int32Array[]> {
  const most = translator.maxTokens;
  const whole = await translator.encode(lines.map(({ text }) => text));
  const long = whole.findIndex(({ length }) => length > most);
  if (long < 0) return whole;
  if (maxTokens === undefined) throw new Error(`${lines[long]!.place}: it has ${whole[long]!.length} tokens, but ${folder} reads ${most} at most; shorten it, or let what is too long be cut: --max-tokens ${most}`);
  console.note(`${formatCount(whole.filter(({ length }) => length > most).length)} of ${formatCount(lines.length)} lines are longer than ${most} tokens and were cut`);
  return whole.map((ids) => (ids.length > most ? Int32Array.of(...ids.subarray(0, most - 1), ids.at(-1)!) : ids));
}
