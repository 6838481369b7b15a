// Tab-separated corpora: split on tabs alone. There is no quoting, as in GLUE, so a double quote is an ordinary character.
// `readTsv` streams and holds no row (it keeps the ids, if the file has its own, to find one that stands twice); `openTsv` gathers.
import { factsFromPath, makeCorpus, type Corpus } from './corpus.ts';
import { classIndex, type Example, type ExampleLabel, type LabelSpace } from './example.ts';
import { readLines } from './lines.ts';

/** A column's name in the header, or its 1-based number. */
export type Column = string | number;

export interface TsvOptions {
  readonly text: Column;
  readonly pair?: Column;
  /** Absent: the examples are unlabelled. */
  readonly label?: Column;
  /** Absent: ids are `<split>-<line number>`. */
  readonly id?: Column;
  /** Whether the first line names the columns; true unless said otherwise. */
  readonly header?: boolean;
  /** Default: the file's name without its ending. */
  readonly split?: string;
  /** Default: the name of the file's folder. */
  readonly name?: string;
  /** What the label column holds. Default: one class name; the names are then those found, sorted. Multi-label cells part names by commas. */
  readonly labels?: LabelSpace;
  /** How the file writes each of `labels.names`, where it does not write the name itself (GLUE: `0`, `1`). */
  readonly written?: readonly string[];
  /** `tolerate` leaves out and reports rows with a wrong number of columns, and keeps empty texts (GLUE's QQP has both). */
  readonly damaged?: 'refuse' | 'tolerate';
}

interface Columns {
  readonly text: number;
  readonly pair?: number;
  readonly label?: number;
  readonly id?: number;
  readonly width: number;
}

/** Reads a whole TSV file. Throws an Error with file, line and mend for whatever `readTsv` refuses. */
export async function openTsv(path: string, options: TsvOptions): Promise<Corpus> {
  const { name = factsFromPath(path).name, split = factsFromPath(path).split } = options;
  const examples: Example[] = [];
  let skipped = 0;
  for await (const example of readTsv(path, { ...options, split, onSkip: () => (skipped += 1) })) examples.push(example);
  if (examples.length === 0) throw new Error(`${path}: no examples; the file has no line${options.header === false ? '' : ' below its header'}`);
  const labels = options.label === undefined ? undefined : (options.labels ?? foundLabels(examples));
  return makeCorpus(examples, { name, split, skipped, ...(labels && { labels }) });
}

/** The examples of a TSV file, one at a time. `onSkip` hears the line number of each row that is left out. */
export async function* readTsv(
  path: string,
  options: TsvOptions & { readonly onSkip?: (line: number) => void },
): AsyncGenerator<Example, void, undefined> {
  const { header = true, split = factsFromPath(path).split, damaged = 'refuse', onSkip } = options;
  const linesOfIds = new Map<string, number>();
  let columns: Columns | undefined;
  for await (const line of readLines(path)) {
    const cells = line.text.split('\t');
    const place = `${path}:${line.number}`;
    if (columns === undefined) {
      columns = findColumns(cells, options, header, place);
      if (header) continue;
    }
    if (cells.length !== columns.width) {
      if (damaged === 'refuse') {
        const mend = line.text === '' ? 'remove the empty line' : 'a tab inside a text must become a space; quotes do not protect it';
        throw new Error(`${place}: ${cells.length} columns where ${columns.width} are expected; ${mend}`);
      }
      onSkip?.(line.number);
      continue;
    }
    const text = textIn(cells, columns.text, place, damaged);
    const pair = columns.pair === undefined ? undefined : textIn(cells, columns.pair, place, damaged);
    const label = columns.label === undefined ? undefined : parseLabel(cells[columns.label] ?? '', options, place);
    const id = columns.id === undefined ? `${split}-${line.number}` : (cells[columns.id] ?? '');
    if (columns.id !== undefined) rememberId(linesOfIds, id, line.number, place);
    yield { id, text, ...(pair !== undefined && { pair }), ...(label !== undefined && { label }) };
  }
}

function findColumns(first: readonly string[], options: TsvOptions, header: boolean, place: string): Columns {
  const find = (column: Column): number => {
    const index = typeof column === 'number' ? column - 1 : header ? first.indexOf(column) : -1;
    if (Number.isInteger(index) && index >= 0 && index < first.length) return index;
    if (typeof column === 'number') throw new Error(`${place}: no column number ${column}; the line has columns 1 to ${first.length}`);
    if (!header) throw new Error(`${place}: column ${JSON.stringify(column)} asked of a file without header; give its number, 1 to ${first.length}`);
    throw new Error(`${place}: no column ${JSON.stringify(column)}; the columns are ${first.map((name) => JSON.stringify(name)).join(', ')}`);
  };
  const { text, pair, label, id } = options;
  return {
    text: find(text),
    ...(pair !== undefined && { pair: find(pair) }),
    ...(label !== undefined && { label: find(label) }),
    ...(id !== undefined && { id: find(id) }),
    width: first.length,
  };
}

function textIn(cells: readonly string[], column: number, place: string, damaged: 'refuse' | 'tolerate'): string {
  const text = cells[column] ?? '';
  if (damaged === 'refuse' && text.trim() === '') throw new Error(`${place}: column ${column + 1} holds no text; remove the line or fill it in`);
  return text;
}

function parseLabel(cell: string, { labels, written }: TsvOptions, place: string): ExampleLabel {
  if (labels?.kind === 'regression') {
    const score = Number(cell);
    if (cell.trim() === '' || !Number.isFinite(score)) throw new Error(`${place}: label ${JSON.stringify(cell)} is not a number`);
    return score;
  }
  const nameOf = (word: string): string => {
    if (word === '') throw new Error(`${place}: no label; label the row or open the file without a label column`);
    return labels === undefined ? word : (labels.names[classIndex(written ?? labels.names, word, place)] ?? word);
  };
  if (labels?.kind !== 'multi-label') return nameOf(cell.trim());
  return cell.trim() === '' ? [] : cell.split(',').map((word) => nameOf(word.trim()));
}

function rememberId(lines: Map<string, number>, id: string, line: number, place: string): void {
  const earlier = lines.get(id);
  if (id === '') throw new Error(`${place}: the id is empty`);
  if (earlier !== undefined) throw new Error(`${place}: id ${JSON.stringify(id)} already stands on line ${earlier}; ids must differ`);
  lines.set(id, line);
}

function foundLabels(examples: readonly Example[]): LabelSpace {
  const names = new Set(examples.map(({ label }) => label).filter((label) => typeof label === 'string'));
  return { kind: 'single-label', names: [...names].sort() };
}
