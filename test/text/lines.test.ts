import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import test from 'ava';
import fc from 'fast-check';
import { readLines } from '../../src/text/lines.ts';

const folder = await mkdtemp(join(tmpdir(), 'retort-lines-'));
test.after.always(() => rm(folder, { recursive: true, force: true }));

let files = 0;
async function linesOf(data: string | Uint8Array): Promise<string[]> {
  const path = join(folder, `${(files += 1)}.txt`);
  await writeFile(path, data);
  const lines: string[] = [];
  for await (const { number, text } of readLines(path)) {
    lines.push(text);
    if (number !== lines.length) throw new Error(`line ${lines.length} came as ${number}`);
  }
  return lines;
}

test('LF, CRLF, a byte-order mark and a missing last line end all give the same lines', async (t) => {
  for (const data of ['a\nb', 'a\nb\n', 'a\r\nb\r\n', '\uFEFFa\nb']) t.deepEqual(await linesOf(data), ['a', 'b']);
  t.deepEqual(await linesOf(''), []);
  t.deepEqual(await linesOf('a\n\nb\n\n'), ['a', '', 'b', '']);
});

test('other separators, and a mark that is not the first character, are text', async (t) => {
  t.deepEqual(await linesOf('a\u2028b\u0085c\fd\re\n\uFEFFx\n'), ['a\u2028b\u0085c\fd\re', '\uFEFFx']);
});

test('lines that cross the borders of the chunks come back whole', async (t) => {
  const long = 'ö😀'.repeat(400_000);
  t.deepEqual(await linesOf(`short\n${long}\nlast`), ['short', long, 'last']);
  const many = Array.from({ length: 200_000 }, (_, i) => `zeile ${i} ü`);
  t.deepEqual(await linesOf(many.join('\n')), many);
});

test('any text without a line end survives the round trip', async (t) => {
  const line = fc.string({ unit: 'grapheme' }).filter((text) => !/[\r\n\uFEFF]/.test(text));
  await t.notThrowsAsync(
    fc.assert(
      fc.asyncProperty(fc.array(line, { maxLength: 8 }), async (lines) => {
        const read = await linesOf(lines.map((text) => `${text}\n`).join(''));
        return JSON.stringify(read) === JSON.stringify(lines);
      }),
      { numRuns: 40 },
    ),
  );
});

test('bytes that are not UTF-8 are an error with the line', async (t) => {
  await t.throwsAsync(linesOf(Buffer.concat([Buffer.from('fine\nalso\n'), Buffer.from([0x63, 0xe9, 0x0a])])), { message: /\.txt:3: not valid UTF-8/ });
  await t.throwsAsync(linesOf(Buffer.from('\uFEFFa\nb', 'utf16le')), { message: /\.txt:1: not valid UTF-8/ });
});

test('a line without end is refused before memory is gone', async (t) => {
  await t.throwsAsync(linesOf(new Uint8Array(20 * 1024 * 1024).fill(0x41)), { message: /:1: a line of more than 16777216 bytes/ });
});

test('a compressed file is read as what it holds; one that is cut or none at all is an error that names it', async (t) => {
  const path = join(folder, 'text.txt.gz');
  const many = Array.from({ length: 100_000 }, (_, i) => `zeile ${i} ü`);
  const bytes = gzipSync(many.join('\n'));
  const read = async () => {
    const lines: string[] = [];
    for await (const { text } of readLines(path)) lines.push(text);
    return lines;
  };
  await writeFile(path, bytes);
  t.deepEqual(await read(), many);
  await writeFile(path, bytes.subarray(0, bytes.length / 2));
  await t.throwsAsync(read(), { message: /text\.txt\.gz: cannot be read: unexpected end of file/ });
  await writeFile(path, 'a\nb\n');
  await t.throwsAsync(read(), { message: /text\.txt\.gz: cannot be read: incorrect header check/ });
});

test('a missing file is an error that names it', async (t) => {
  await t.throwsAsync(async () => readLines(join(folder, 'absent.txt')).next(), { message: /absent\.txt/ });
});
