// Reads a text file line by line without holding it: UTF-8 that is checked, a byte-order mark dropped, LF or CRLF ends.
// Only '\n' ends a line: other Unicode separators (U+2028, form feed) are text. It does not parse what the line says.
import { isUtf8 } from 'node:buffer';
import { createReadStream } from 'node:fs';

export interface Line {
  /** 1-based, as editors count. */
  readonly number: number;
  readonly text: string;
}

const LONGEST_LINE_BYTES = 16 * 1024 * 1024;
const LINE_FEED = 0x0a;

/**
 * The lines of a UTF-8 file, in order; the last one needs no line end.
 * Throws an Error with file and line for bytes that are not UTF-8 and for a line above 16 MiB (a binary file, most likely).
 */
export async function* readLines(path: string): AsyncGenerator<Line, void, undefined> {
  const chunks: AsyncIterable<Buffer> = createReadStream(path, { highWaterMark: 1 << 20 });
  let rest: Buffer = Buffer.alloc(0);
  let number = 0;
  for await (const chunk of chunks) {
    const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    let start = 0;
    // The carried bytes hold no line end: look only at the new ones.
    for (let end = bytes.indexOf(LINE_FEED, rest.length); end !== -1; end = bytes.indexOf(LINE_FEED, start)) {
      number += 1;
      yield { number, text: decodeLine(bytes.subarray(start, end), `${path}:${number}`, number === 1) };
      start = end + 1;
    }
    rest = bytes.subarray(start);
    if (rest.length > LONGEST_LINE_BYTES) {
      throw new Error(`${path}:${number + 1}: a line of more than ${LONGEST_LINE_BYTES} bytes; is this a text file?`);
    }
  }
  number += 1;
  if (rest.length > 0) yield { number, text: decodeLine(rest, `${path}:${number}`, number === 1) };
}

function decodeLine(bytes: Buffer, place: string, isFirst: boolean): string {
  if (!isUtf8(bytes)) throw new Error(`${place}: not valid UTF-8; save the file as UTF-8 without compression`);
  const text = bytes.toString('utf8');
  return text.slice(isFirst && text.startsWith('\uFEFF') ? 1 : 0, text.endsWith('\r') ? -1 : undefined);
}
