/**
 * Text files as people have them: TSV, quoted CSV or JSON lines whose columns are named or numbered, or plain lines. The ending decides which.
 */
import { stat } from 'node:fs/promises';
import type { Corpus } from '../text/corpus.ts';
import type { Column } from '../text/example-row.ts';
import type { LabelKind, LabelSpace } from '../text/example.ts';
import type { StreamedCorpus } from '../text/streamed-corpus.ts';
import { columnNames, formatOf, openTextFile, streamTextFile, type TextFileOptions, type TextFormat } from '../text/text-file.ts';

/** How a file is laid out; by default `sentence` (or `text`) and `label`, and `id` where there is such a column. */
export interface TsvColumns {
  readonly text?: Column;
  readonly pair?: Column;
  readonly label?: Column;
  /** What it holds, where nothing else says it: by default one class an example, or several where JSON lines have lists. */
  readonly labelKind?: LabelKind;
  readonly id?: Column;
  readonly header?: boolean;
  /** Between the cells of a CSV. */
  readonly delimiter?: string;
}

/** A labelled file. @param labels absent: the names found in it. */
export async function openLabelled(file: string, columns: TsvColumns = {}, labels?: LabelSpace): Promise<Corpus> {
  return openTextFile(file, await labelledColumns(file, columns, labels));
}

/** The same, left on disk. */
export async function streamLabelled(file: string, columns: TsvColumns = {}, labels?: LabelSpace): Promise<StreamedCorpus> {
  return streamTextFile(file, await labelledColumns(file, columns, labels));
}

/** The texts of a file with columns, or every line of any other; labels are not looked at. */
export async function openTexts(file: string, columns: TsvColumns = {}): Promise<Corpus> {
  return openTextFile(file, await textColumns(file, columns));
}

/** The same, left on disk. */
export async function streamTexts(file: string, columns: TsvColumns = {}): Promise<StreamedCorpus> {
  return streamTextFile(file, await textColumns(file, columns));
}

async function labelledColumns(file: string, columns: TsvColumns, labels: LabelSpace | undefined): Promise<TextFileOptions> {
  return { ...(await textColumns(file, columns)), label: columns.label ?? 'label', ...(columns.labelKind && { labelKind: columns.labelKind }), ...(labels && { labels }) };
}

/** Whether the head of a table, or the first of JSON lines, names a column so. */
export async function hasColumn(file: string, column: string, { header = true, delimiter }: TsvColumns): Promise<boolean> {
  await requireFile(file);
  return (await columnNames(file, { header, ...(delimiter !== undefined && { delimiter }) })).includes(column);
}

async function textColumns(file: string, { text, pair, id, header = true, delimiter }: TsvColumns): Promise<TextFileOptions> {
  await requireFile(file);
  const names = formatOf(file) === 'lines' ? [] : await columnNames(file, { header, ...(delimiter !== undefined && { delimiter }) });
  const foundId = id ?? (names.includes('id') ? 'id' : undefined);
  const usualText = !names.includes('sentence') && names.includes('text') ? 'text' : 'sentence';
  return { text: text ?? usualText, header, ...(pair !== undefined && { pair }), ...(foundId !== undefined && { id: foundId }), ...(delimiter !== undefined && { delimiter }) };
}

const unfitting = {
  lines: ['text', 'pair', 'id', 'label', 'header', 'delimiter'],
  tsv: ['delimiter'],
  jsonl: ['header', 'delimiter'],
  csv: [],
} as const satisfies Record<TextFormat, readonly (keyof TsvColumns)[]>;

/** @throws where something is said of the columns that a file of this format does not have. */
export function refuseUnfitting(file: string, columns: TsvColumns): void {
  const format = formatOf(file);
  const said = unfitting[format].filter((name) => (name === 'header' ? columns.header === false : columns[name] !== undefined));
  if (said.length === 0) return;
  const options = said.map((name) => (name === 'header' ? '--no-header' : `--${name}`)).join(', ');
  throw new Error(`${options}: ${file} is ${format === 'lines' ? 'plain lines, each of them a text' : format === 'tsv' ? 'a TSV, whose cells are parted by tabs' : 'JSON lines, whose fields have names'}; leave that away, or give another file`);
}

/** @throws in one line where `file` is absent or a folder; `mend` says what to give. */
export async function requireFile(file: string, mend = 'give a TSV, CSV or JSONL file, or a text file with one example a line'): Promise<void> {
  const found = await stat(file).catch(() => undefined);
  if (found?.isFile() !== true) throw new Error(`${file}: ${found === undefined ? 'there is no such file' : 'not a file'}; ${mend}`);
}
