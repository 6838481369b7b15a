// Rows of cells (of a TSV or a CSV) as examples: columns found by the header or by number, rows that fit them, ids that differ.
// Where a row ends and a cell begins is the business of tsv.ts and csv.ts.
import { factsFromPath, type ReadOptions } from './corpus.ts';
import { RowReader, type Column, type RowOptions } from './example-row.ts';
import type { Example } from './example.ts';
import { listed, quoted } from '../storage/quoted.ts';

export interface TableOptions extends RowOptions {
  /** Whether the first line names the columns; true unless said otherwise. */
  readonly header?: boolean;
}

export interface TableRow {
  /** The line it begins on. */
  readonly line: number;
  readonly cells: readonly string[];
  readonly isEmpty: boolean;
  /** False for a last row that no line end follows. */
  readonly ended: boolean;
}

export interface TableFormat {
  /** The rows of the file, from its start at each call. */
  readonly rows: () => AsyncIterable<TableRow>;
  /** What to do about a row with a cell too many or too few. */
  readonly mend: string;
}

type TableReadOptions = TableOptions & ReadOptions;

interface Columns {
  readonly text: number;
  readonly pair?: number;
  readonly label?: number;
  readonly id?: number;
  readonly width: number;
}

/** The examples of a table, one at a time. Throws an Error with file, line and mend for what cannot be one. */
export async function* readTable(path: string, format: TableFormat, options: TableReadOptions): AsyncGenerator<Example, void, undefined> {
  const { header = true, split = factsFromPath(path).split, damaged = 'refuse', onSkip } = options;
  const reader = new RowReader(path, { ...options, split, rereadIds: () => idsOf(path, format, options) });
  let columns: Columns | undefined;
  for await (const { line, cells, isEmpty, ended } of format.rows()) {
    const place = `${path}:${line}`;
    if (columns === undefined) {
      columns = findColumns(cells, options, place);
      if (header) continue;
    }
    if (cells.length === columns.width) {
      const example = reader.example(line, pick(cells, columns));
      if (options.id !== undefined) await reader.checkId(example, line);
      yield example;
      continue;
    }
    if (damaged === 'refuse') {
      const mend = isEmpty ? 'remove the empty line' : ended || cells.length > columns.width ? format.mend : 'the file ends inside this line: was it cut short?';
      throw new Error(`${place}: ${cells.length} columns where ${columns.width} are expected; ${mend}`);
    }
    onSkip?.(line);
  }
}

async function* idsOf(path: string, format: TableFormat, options: TableReadOptions): AsyncGenerator<{ id: string; line: number }, void, undefined> {
  let columns: Columns | undefined;
  for await (const { line, cells } of format.rows()) {
    if (columns === undefined) {
      columns = findColumns(cells, options, `${path}:${line}`);
      if (options.header !== false) continue;
    }
    if (cells.length === columns.width) yield { id: pick(cells, columns).id ?? '', line };
  }
}

function pick(cells: readonly string[], { text, pair, label, id }: Columns) {
  const cell = (column: number | undefined): string | undefined => (column === undefined ? undefined : cells[column]);
  return { text: cells[text] ?? '', pair: cell(pair), label: cell(label), id: cell(id) };
}

function findColumns(first: readonly string[], options: TableOptions, place: string): Columns {
  const { header = true, text, pair, label, id } = options;
  const find = (column: Column): number => {
    const index = typeof column === 'number' ? column - 1 : header ? first.indexOf(column) : -1;
    const isThere = Number.isInteger(index) && index >= 0 && index < first.length;
    if (isThere && typeof column === 'string' && first.includes(column, index + 1)) {
      throw new Error(`${place}: two columns are called ${quoted(column)}; give the number of the one you mean, 1 to ${first.length}`);
    }
    if (isThere) return index;
    if (typeof column === 'number') throw new Error(`${place}: no column number ${column}; the line has columns 1 to ${first.length}`);
    if (!header) throw new Error(`${place}: column ${quoted(column)} asked of a file without header; give its number, 1 to ${first.length}`);
    throw new Error(`${place}: no column ${quoted(column)}; the columns are ${listed(first.map((name) => quoted(name)))}: name one of these`);
  };
  return {
    text: find(text),
    ...(pair !== undefined && { pair: find(pair) }),
    ...(label !== undefined && { label: find(label) }),
    ...(id !== undefined && { id: find(id) }),
    width: first.length,
  };
}
