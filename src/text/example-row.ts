// A row of a file made an example: which columns hold what, what a label cell may say, and ids that must differ.
// Shared by the readers of TSV, CSV and JSON lines; where a row begins and ends in its file is theirs.
import { classIndex, type Example, type ExampleLabel, type LabelKind, type LabelSpace } from './example.ts';
import { IdRegister } from './id-register.ts';
import { quoted } from '../storage/quoted.ts';

/** A column's name, or its 1-based number. */
export type Column = string | number;

export interface RowOptions {
  readonly text: Column;
  readonly pair?: Column;
  /** Absent: the examples are unlabelled. */
  readonly label?: Column;
  /** Absent: ids are `<split>-<line number>`: they depend on neither the folder nor the other columns. */
  readonly id?: Column;
  /** Default: the file's name without its ending. */
  readonly split?: string;
  /** Default: the name of the file's folder. */
  readonly name?: string;
  /** What the label column holds. Default: what `labelKind` says. Multi-label cells part names by commas, and may be empty. */
  readonly labels?: LabelSpace;
  /** Its kind alone: class names are then those found, sorted. Default: lists (of JSON lines) are several classes, all else is one class. */
  readonly labelKind?: LabelKind;
  /** How the file writes each of `labels.names`, where it does not write the name itself (GLUE: `0`, `1`). */
  readonly written?: readonly string[];
  /** `tolerate` leaves out and reports rows with a wrong number of columns, and keeps empty texts (GLUE's QQP has both). */
  readonly damaged?: 'refuse' | 'tolerate';
}

/** What the columns of one row hold; lists are the labels of a multi-label example. */
export interface RowCells {
  readonly text: string;
  readonly pair?: string | undefined;
  readonly label?: ExampleLabel | undefined;
  readonly id?: string | undefined;
}

export interface RowReaderOptions extends RowOptions {
  readonly split: string;
  /** Ids of the file with their lines, from its start: read again to be sure that an id stands twice, and where. */
  readonly rereadIds: () => AsyncIterable<{ readonly id: string; readonly line: number }>;
}

export class RowReader {
  readonly #path: string;
  readonly #options: RowReaderOptions;
  readonly #ids = new IdRegister();

  constructor(path: string, options: RowReaderOptions) {
    this.#path = path;
    this.#options = options;
  }

  /** The example of the row at `line`. Throws an Error with file, line and mend for an empty text or id and for a wrong label. */
  example(line: number, cells: RowCells): Example {
    const { text, pair, label, id, split } = this.#options;
    const place = `${this.#path}:${line}`;
    this.#checkText(cells.text, text, place);
    if (pair !== undefined) this.#checkText(cells.pair ?? '', pair, place);
    const said = label === undefined ? undefined : parseLabel(cells.label, this.#options, place);
    if (id !== undefined && (cells.id ?? '') === '') throw new Error(`${place}: the id is empty; give every row one, or open the file without an id column`);
    return {
      id: id === undefined ? `${split}-${line}` : (cells.id ?? ''),
      text: cells.text,
      ...(pair !== undefined && { pair: cells.pair ?? '' }),
      ...(said !== undefined && { label: said }),
    };
  }

  /** Throws an Error with both lines where the file has an id column and this id stood above. */
  async checkId({ id }: Example, line: number): Promise<void> {
    if (this.#options.id === undefined || !this.#ids.add(id)) return;
    for await (const earlier of this.#options.rereadIds()) {
      if (earlier.line >= line) return;
      if (earlier.id === id) throw new Error(`${this.#path}:${line}: id ${quoted(id)} already stands on line ${earlier.line}; ids must differ`);
    }
  }

  #checkText(text: string, column: Column, place: string): void {
    if (this.#options.damaged !== 'tolerate' && text.trim() === '') throw new Error(`${place}: column ${quoted(column)} holds no text; remove the line or fill it in`);
  }
}

function parseLabel(cell: ExampleLabel | undefined, { labels, labelKind, written }: RowOptions, place: string): ExampleLabel {
  const kind = labels?.kind ?? labelKind ?? (typeof cell === 'object' ? 'multi-label' : 'single-label');
  if (kind === 'regression') {
    const score = typeof cell === 'number' ? cell : typeof cell === 'string' && cell.trim() !== '' ? Number(cell) : NaN;
    if (!Number.isFinite(score)) throw new Error(`${place}: label ${quoted(cell)} is not a number; write the score as 3.5, or remove the line`);
    return score;
  }
  const nameOf = (word: string): string => {
    if (word === '') throw new Error(`${place}: no label; label the row or open the file without a label column`);
    return labels === undefined || labels.kind === 'regression' ? word : (labels.names[classIndex(written ?? labels.names, word, place)] ?? word);
  };
  if (kind === 'multi-label' && cell === undefined) throw new Error(`${place}: no labels; write [] where no class holds`);
  const words = typeof cell === 'object' ? cell : String(cell ?? '').trim();
  if (kind === 'multi-label') return (typeof words === 'object' ? words : words === '' ? [] : words.split(',')).map((word) => nameOf(word.trim()));
  if (typeof words === 'object') throw new Error(`${place}: a list of labels where one class name is wanted; give the labels as multi-label`);
  return nameOf(words);
}
