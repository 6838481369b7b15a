// Reads a text file (perhaps compressed: .gz) line by line without holding it: UTF-8 that is checked, a byte-order mark dropped, LF or CRLF ends.
// Only '\n' ends a line: other Unicode separators (U+2028, form feed) are text. It does not parse what the line says.
import { isUtf8 } from 'node:buffer';
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';

export interface Line {
  /** 1-based, as editors count. */
  readonly number: number;
  readonly text: string;
  /** False for a last line that no line end follows: the file may have been cut there. */
  readonly ended: boolean;
}

/** What one line, or one record of several lines, may hold. */
export const longestLineBytes = 16 * 1024 * 1024;
const LINE_FEED = 0x0a;

/**
 * The lines of a UTF-8 file, in order; the last one needs no line end.
 * @param options `keepReturns`: the '\r' of a CRLF end stays at the end of the text.
 * Throws an Error with file and line for bytes that are not UTF-8 and for a line above 16 MiB (a binary file, most likely).
 */
export async function* readLines(path: string, { keepReturns = false }: { readonly keepReturns?: boolean } = {}): AsyncGenerator<Line, void, undefined> {
  const line = (number: number, bytes: Buffer, ended: boolean): Line => ({ number, text: decodeLine(bytes, `${path}:${number}`, { isFirst: number === 1, keepReturns }), ended });
  let rest: Buffer = Buffer.alloc(0);
  let number = 0;
  for await (const chunk of readChunks(path)) {
    const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    let start = 0;
    // The carried bytes hold no line end: look only at the new ones.
    for (let end = bytes.indexOf(LINE_FEED, rest.length); end !== -1; end = bytes.indexOf(LINE_FEED, start)) {
      number += 1;
      yield line(number, bytes.subarray(start, end), true);
      start = end + 1;
    }
    rest = bytes.subarray(start);
    if (rest.length > longestLineBytes) throw new Error(`${path}:${number + 1}: a line of more than ${longestLineBytes} bytes; is this a text file?`);
  }
  if (rest.length > 0) yield line(number + 1, rest, false);
}

async function* readChunks(path: string): AsyncGenerator<Buffer, void, undefined> {
  const file = createReadStream(path, { highWaterMark: 1 << 20 });
  const chunks: AsyncIterable<Buffer> = path.endsWith('.gz') ? pipeline(file, createGunzip({ chunkSize: 1 << 18 }), () => undefined) : file;
  try {
    yield* chunks;
  } catch (error) {
    throw new Error(`${path}: cannot be read: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}

function decodeLine(bytes: Buffer, place: string, { isFirst, keepReturns }: { readonly isFirst: boolean; readonly keepReturns: boolean }): string {
  if (!isUtf8(bytes)) throw new Error(`${place}: not valid UTF-8; save the file as UTF-8 without compression`);
  const text = bytes.toString('utf8');
  return text.slice(isFirst && text.startsWith('\uFEFF') ? 1 : 0, !keepReturns && text.endsWith('\r') ? -1 : undefined);
}
