// Parallel text as examples: the source is the text, its translation the pair. Two files, of which line n of one translates line n of the
// other, or a table with a column for each. Line numbers must agree to the end, or every pair after a slip would be wrong.
import { resolve } from 'node:path';
import { gatherFile, type FileReader } from './corpus-file.ts';
import { factsFromPath, type Corpus, type ReadOptions } from './corpus.ts';
import type { Column, RowOptions } from './example-row.ts';
import type { Example } from './example.ts';
import { readLines, type Line } from './lines.ts';
import { surveyFile, type StreamedCorpus } from './streamed-corpus.ts';
import { readTsv } from './tsv.ts';

/** Two files of as many lines. */
export interface ParallelFiles {
  readonly source: string;
  readonly target: string;
  /** Lines that are empty on a side: refused, or left out with their counterparts. Default: refused. */
  readonly emptyLines?: 'refuse' | 'leave-out';
}

/** A TSV file; a side that is empty is refused. */
export interface ParallelTable {
  readonly table: string;
  readonly sourceColumn: Column;
  readonly targetColumn: Column;
  /** Whether the first line names the columns. Default: true. */
  readonly header?: boolean;
  /** Absent: ids are `<split>-<line number>`. */
  readonly id?: Column;
}

export type ParallelText = ParallelFiles | ParallelTable;

/** Default: name of the folder, and of the (source) file without its ending: `train-7` is line 7 of train.en and train.de. */
export type ParallelOptions = Pick<RowOptions, 'name' | 'split'>;

/** Reads parallel text whole. Throws an Error with file, line and mend for what `readParallel` refuses, and for text without examples. */
export async function openParallel(text: ParallelText, options: ParallelOptions = {}): Promise<Corpus> {
  return gatherFile(pathOf(text), readerOf(text), options);
}

/** Reads parallel text once for its facts, and leaves its examples where they are. */
export async function streamParallel(text: ParallelText, options: ParallelOptions = {}): Promise<StreamedCorpus> {
  return surveyFile(pathOf(text), readerOf(text), options);
}

const pathOf = (text: ParallelText): string => ('table' in text ? text.table : text.source);
const readerOf = (text: ParallelText): FileReader<ParallelOptions> => (_, options) => readParallel(text, options);

/** The examples of parallel text, one at a time, both files in step. */
export function readParallel(text: ParallelText, options: ReadOptions = {}): AsyncGenerator<Example, void, undefined> {
  if (!('table' in text)) return readFiles(text, options);
  const { table, sourceColumn, targetColumn, header = true, id } = text;
  return readTsv(table, { text: sourceColumn, pair: targetColumn, header, ...(id !== undefined && { id }), ...options });
}

async function* readFiles({ source, target, emptyLines = 'refuse' }: ParallelFiles, { split = factsFromPath(source).split, onSkip }: ReadOptions): AsyncGenerator<Example, void, undefined> {
  if (resolve(source) === resolve(target)) throw new Error(`${source}: is given as source and as target; a text is no translation of itself`);
  const sides = [{ path: source, lines: readLines(source) }, { path: target, lines: readLines(target) }] as const;
  try {
    for (;;) {
      const [own, other] = [await sides[0].lines.next(), await sides[1].lines.next()];
      if (own.done === true) {
        if (other.done === true) return;
        throw await unequal(sides[1], source, other.value);
      }
      if (other.done === true) throw await unequal(sides[0], target, own.value);
      const { number, text } = own.value;
      const empty = [[source, text], [target, other.value.text]].find(([, side]) => side!.trim() === '');
      if (empty === undefined) yield { id: `${split}-${number}`, text, pair: other.value.text };
      else if (emptyLines === 'leave-out') onSkip?.(number);
      else throw new Error(`${empty[0]}:${number}: the line is empty; remove line ${number} from ${source} and ${target}, or leave empty lines out`);
    }
  } finally {
    for (const { lines } of sides) await lines.return();
  }
}

/** Counts the longer file to its end, so that the message says how far apart the two are. */
async function unequal(longer: { readonly path: string; readonly lines: AsyncIterable<Line> }, shorter: string, first: Line): Promise<Error> {
  let last = first.number;
  for await (const { number } of longer.lines) last = number;
  const counts = `${shorter} has ${linesOf(first.number - 1)}, ${longer.path} has ${linesOf(last)}`;
  return new Error(`${longer.path}:${first.number}: no counterpart: ${counts}; each line must translate the line of the same number: look for a file that was cut short or a line end inside a sentence`);
}

const linesOf = (count: number): string => `${count} ${count === 1 ? 'line' : 'lines'}`;
