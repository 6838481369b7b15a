// Tab-separated corpora: split on tabs alone. There is no quoting, as in GLUE, so a double quote is an ordinary character.
// `readTsv` streams and holds no row; `openTsv` gathers.
import { gatherFile } from './corpus-file.ts';
import type { Corpus, ReadOptions } from './corpus.ts';
import type { Example } from './example.ts';
import { readLines } from './lines.ts';
import { readTable, type TableOptions, type TableRow } from './table.ts';

export type TsvOptions = TableOptions;

/** Reads a whole TSV file. Throws an Error with file, line and mend for whatever `readTsv` refuses, and for a file without examples. */
export async function openTsv(path: string, options: TsvOptions): Promise<Corpus> {
  return gatherFile(path, readTsv, options);
}

/** The examples of a TSV file, one at a time. */
export function readTsv(path: string, options: TsvOptions & ReadOptions): AsyncGenerator<Example, void, undefined> {
  return readTable(path, { rows: () => splitLines(path), mend: 'a tab inside a text must become a space; quotes do not protect it' }, options);
}

async function* splitLines(path: string): AsyncGenerator<TableRow, void, undefined> {
  for await (const { number, text, ended } of readLines(path)) yield { line: number, cells: text.split('\t'), isEmpty: text === '', ended };
}
