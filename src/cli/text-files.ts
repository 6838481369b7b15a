/**
 * Text files as people have them: TSV whose columns are named or numbered, or plain lines. The ending decides which.
 */
import { extname } from 'node:path';
import { stat } from 'node:fs/promises';
import type { Corpus } from '../text/corpus.ts';
import type { LabelSpace } from '../text/example.ts';
import { readLines } from '../text/lines.ts';
import { openPlainLines } from '../text/plain-lines.ts';
import { type Column, openTsv } from '../text/tsv.ts';

/** How a TSV is laid out; by default `sentence` and `label`, and `id` where there is such a column. */
export interface TsvColumns {
  readonly text?: Column;
  readonly pair?: Column;
  readonly label?: Column;
  readonly id?: Column;
  readonly header?: boolean;
}

/** A labelled TSV. @param labels absent: the names found in it. */
export async function openLabelled(file: string, columns: TsvColumns = {}, labels?: LabelSpace): Promise<Corpus> {
  return openTsv(file, { ...(await textColumns(file, columns)), label: columns.label ?? 'label', ...(labels && { labels }) });
}

/** The texts of a TSV (`.tsv`), or every line of any other file; labels are not looked at. */
export async function openTexts(file: string, columns: TsvColumns = {}): Promise<Corpus> {
  if (extname(file).toLowerCase() === '.tsv') return openTsv(file, await textColumns(file, columns));
  await requireFile(file);
  return openPlainLines(file);
}

async function textColumns(file: string, { text = 'sentence', pair, id, header = true }: TsvColumns) {
  await requireFile(file);
  const found = id ?? (header && (await firstLine(file)).split('\t').includes('id') ? 'id' : undefined);
  return { text, header, ...(pair !== undefined && { pair }), ...(found !== undefined && { id: found }) };
}

async function firstLine(file: string): Promise<string> {
  for await (const { text } of readLines(file)) return text;
  return '';
}

/** @throws in one line where `file` is absent or a folder; `mend` says what to give. */
export async function requireFile(file: string, mend = 'give a TSV, or a text file with one example a line'): Promise<void> {
  const found = await stat(file).catch(() => undefined);
  if (found?.isFile() !== true) throw new Error(`${file}: ${found === undefined ? 'there is no such file' : 'not a file'}; ${mend}`);
}
