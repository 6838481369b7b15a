// A file of examples in any format that is read here. Its ending says which: .tsv, .csv, .jsonl or .ndjson; any other is plain lines; .gz behind it is unpacked.
import { extname } from 'node:path';
import { gatherFile } from './corpus-file.ts';
import { uncompressed, type Corpus, type ReadOptions } from './corpus.ts';
import { readCsv, readRecords, type CsvOptions } from './csv.ts';
import type { Example } from './example.ts';
import { readJsonl, readObjects } from './jsonl.ts';
import { readLines } from './lines.ts';
import { readPlainLines } from './plain-lines.ts';
import { surveyFile, type StreamedCorpus } from './streamed-corpus.ts';
import { readTsv } from './tsv.ts';

export const textFormats = ['tsv', 'csv', 'jsonl', 'lines'] as const;
export type TextFormat = (typeof textFormats)[number];

/** Columns as the formats with columns take them; plain lines have a text alone. */
export interface TextFileOptions extends CsvOptions {
  /** Default: by the file's ending. */
  readonly format?: TextFormat;
}

export function formatOf(path: string): TextFormat {
  const ending = extname(uncompressed(path)).toLowerCase();
  if (ending === '.tsv' || ending === '.csv' || ending === '.jsonl') return ending.slice(1) as TextFormat;
  return ending === '.ndjson' ? 'jsonl' : 'lines';
}

/** The examples of a file, one at a time. Throws an Error with file, line and mend for what cannot be one. */
export function readTextFile(path: string, options: TextFileOptions & ReadOptions): AsyncGenerator<Example, void, undefined> {
  const format = options.format ?? formatOf(path);
  switch (format) {
    case 'tsv':
      return readTsv(path, options);
    case 'csv':
      return readCsv(path, options);
    case 'jsonl':
      return readJsonl(path, options);
    case 'lines':
      if (options.label !== undefined) throw new Error(`${path}: plain lines have no labels; give a .tsv, .csv or .jsonl file`);
      if (options.pair !== undefined) throw new Error(`${path}: plain lines have no second text, and pairs are asked for; give a .tsv, .csv or .jsonl file with both`);
      return readPlainLines(path, options);
  }
}

/** The names of the columns, where the file has them: of a table's header, or of the first JSON object. */
export async function columnNames(path: string, { format = formatOf(path), header = true, delimiter }: Pick<TextFileOptions, 'format' | 'header' | 'delimiter'> = {}): Promise<readonly string[]> {
  if (format === 'csv' && header) for await (const { cells } of readRecords(path, delimiter)) return cells;
  if (format === 'tsv' && header) for await (const { text } of readLines(path)) return text.split('\t');
  if (format === 'jsonl') for await (const { fields } of readObjects(path)) return Object.keys(fields);
  return [];
}

/** Reads a file whole. */
export async function openTextFile(path: string, options: TextFileOptions): Promise<Corpus> {
  return gatherFile(path, readTextFile, options);
}

/** Reads a file once for its facts, and leaves its examples where they are. */
export async function streamTextFile(path: string, options: TextFileOptions): Promise<StreamedCorpus> {
  return surveyFile(path, readTextFile, options);
}
