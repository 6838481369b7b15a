// Comma-separated corpora as RFC 4180 has them (https://www.rfc-editor.org/rfc/rfc4180): a cell in double quotes may hold commas, line
// breaks and doubled quotes; line ends are CRLF or LF. Stricter than most programs in one point: a quote inside an unquoted cell is refused.
import { gatherFile } from './corpus-file.ts';
import type { Corpus, ReadOptions } from './corpus.ts';
import type { Example } from './example.ts';
import { longestLineBytes, readLines } from './lines.ts';
import { readTable, type TableOptions, type TableRow } from './table.ts';

export interface CsvOptions extends TableOptions {
  /** One character between cells. Default: a comma. */
  readonly delimiter?: string;
}

/** Reads a whole CSV file. Throws an Error with file, line and mend for whatever `readCsv` refuses, and for a file without examples. */
export async function openCsv(path: string, options: CsvOptions): Promise<Corpus> {
  return gatherFile(path, readCsv, options);
}

/** The examples of a CSV file, one at a time. Lines in ids and errors are those on which a row begins. */
export function readCsv(path: string, options: CsvOptions & ReadOptions): AsyncGenerator<Example, void, undefined> {
  const { delimiter = ',' } = options;
  if (delimiter.length !== 1 || '"\r\n'.includes(delimiter)) throw new Error(`${path}: ${JSON.stringify(delimiter)} cannot part cells; give one character, such as , or ;`);
  const mend = `a ${JSON.stringify(delimiter)} or a line break inside a text is protected by double quotes round the whole cell`;
  return readTable(path, { rows: () => readRecords(path, delimiter), mend }, options);
}

/** The records of a CSV file, line breaks inside quotes as they stand. */
export async function* readRecords(path: string, delimiter = ','): AsyncGenerator<TableRow, void, undefined> {
  let record: OpenRecord | undefined;
  for await (const { number, text, ended } of readLines(path, { keepReturns: true })) {
    record ??= new OpenRecord(path, delimiter, number);
    if (!record.take(ended ? `${text}\n` : text, number)) continue;
    yield { line: record.line, cells: record.cells, isEmpty: record.cells.length === 1 && record.cells[0] === '', ended };
    record = undefined;
  }
  if (record !== undefined) throw new Error(`${path}:${record.quoteLine}: a double quote opens here and is never closed; close it, and double the quotes inside a text`);
}

/** A record that may go on over several lines. */
class OpenRecord {
  readonly line: number;
  readonly cells: string[] = [];
  /** Where the quote that is open was opened. */
  quoteLine = 0;
  readonly #path: string;
  readonly #delimiter: string;
  /** The pieces of a quoted cell that is not yet closed. */
  #quoted: string[] | undefined;
  #length = 0;

  constructor(path: string, delimiter: string, line: number) {
    this.#path = path;
    this.#delimiter = delimiter;
    this.line = line;
  }

  /** Reads on through one line with its end. @returns whether the record is complete. */
  take(text: string, line: number): boolean {
    this.#length += text.length;
    if (this.#length > longestLineBytes) throw new Error(`${this.#path}:${this.line}: a row of more than ${longestLineBytes} characters; is the double quote on line ${this.quoteLine} never closed?`);
    const end = text.length - (/\r?\n?$/.exec(text)?.[0].length ?? 0);
    let at = 0;
    for (;;) {
      if (this.#quoted !== undefined) {
        const close = text.indexOf('"', at);
        this.#quoted.push(text.slice(at, close === -1 ? undefined : close));
        if (close === -1) return false;
        at = close + 1;
        if (text[at] === '"') {
          this.#quoted.push('"');
          at += 1;
          continue;
        }
        if (at < end && text[at] !== this.#delimiter) this.#refuse(line, 'text follows a closing quote; double the quotes inside a quoted text');
        this.cells.push(this.#quoted.join(''));
        this.#quoted = undefined;
      } else if (text[at] === '"') {
        this.#quoted = [];
        this.quoteLine = line;
        at += 1;
        continue;
      } else {
        const next = text.indexOf(this.#delimiter, at);
        const stop = next === -1 ? end : next;
        const cell = text.slice(at, stop);
        if (cell.includes('"')) this.#refuse(line, 'a double quote stands inside an unquoted cell; put the cell in quotes and double those inside');
        this.cells.push(cell);
        at = stop;
      }
      if (at >= end) return true;
      at += 1; // the delimiter; a cell follows it, be it empty
    }
  }

  #refuse(line: number, what: string): never {
    throw new Error(`${this.#path}:${line}: ${what}`);
  }
}
