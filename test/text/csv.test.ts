import { writeFile } from 'node:fs/promises';
import test from 'ava';
import fc from 'fast-check';
import { openCsv, readCsv, readRecords, type CsvOptions } from '../../src/text/csv.ts';
import { all, textFolder } from './text-folder.ts';

const { put } = await textFolder();
let files = 0;
const open = async (content: string | Uint8Array, options: Partial<CsvOptions> = {}) => openCsv(await put(`f${(files += 1)}.csv`, content), { text: 'text', split: 'train', name: 'toy', ...options });

test('quotes protect commas, line breaks and doubled quotes; line ends are CRLF or LF', async (t) => {
  const corpus = await open('\uFEFFid,text,label\r\n1,"one, ""two""\r\nthree",good\r\n2,plain,bad\n"3",""" ""","go\nod"', { id: 'id', label: 'label' });
  t.deepEqual(corpus.examples, [
    { id: '1', text: 'one, "two"\r\nthree', label: 'good' },
    { id: '2', text: 'plain', label: 'bad' },
    { id: '3', text: '" "', label: 'go\nod' },
  ]);
  t.deepEqual(corpus.labels, { kind: 'single-label', names: ['bad', 'go\nod', 'good'] });
});

test('ids are the lines on which rows begin, whatever the folder', async (t) => {
  const content = 'text\n"a\nb"\nc\n';
  const corpus = await open(content);
  t.deepEqual(corpus.examples.map(({ id }) => id), ['train-2', 'train-4']);
  const elsewhere = await openCsv(await put('train.csv', content), { text: 'text' });
  t.is(elsewhere.fingerprint, corpus.fingerprint);
});

test('another delimiter, columns by number, no header', async (t) => {
  const corpus = await open('4.5;"a;b";c\n', { delimiter: ';', header: false, text: 2, pair: 3, label: 1, labels: { kind: 'regression' } });
  t.deepEqual(corpus.examples, [{ id: 'train-1', text: 'a;b', pair: 'c', label: 4.5 }]);
});

const cell = fc.string({ unit: fc.oneof(fc.constantFrom('"', ',', '\n', '\r', '\r\n', ' ', 'a'), fc.string({ unit: 'binary', minLength: 1, maxLength: 1 })), maxLength: 6 });

test('whatever is written as RFC 4180 says is read back', async (t) => {
  const path = await put('round.csv', '');
  const rows = fc.integer({ min: 1, max: 4 }).chain((width) => fc.array(fc.array(cell, { minLength: width, maxLength: width }), { minLength: 1, maxLength: 5 }));
  const property = fc.asyncProperty(rows, fc.constantFrom('\n', '\r\n'), fc.boolean(), async (cells, end, endsWithNewline) => {
    // A lone carriage return before the end cannot be told from a line end, so such cells are quoted.
    const quote = (text: string) => (/[",\r\n\uFEFF]/.test(text) || text === '' ? `"${text.replaceAll('"', '""')}"` : text);
    await writeFile(path, cells.map((row) => row.map(quote).join(',')).join(end) + (endsWithNewline ? end : ''));
    const read = await all(readRecords(path));
    t.deepEqual(read.map((row) => row.cells), cells);
  });
  await fc.assert(property, { numRuns: 300 });
});

const refused: { name: string; content: string | Uint8Array; options?: Partial<CsvOptions>; message: RegExp }[] = [
  { name: 'a quote that is never closed', content: 'text,label\na,b\n"c,d\ne,f\n', message: /\.csv:3: a double quote opens here and is never closed; close it, and double the quotes inside a text$/ },
  { name: 'a quote inside an unquoted cell', content: 'text,label\na,b\nsay "a",b\n', message: /:3: a double quote stands inside an unquoted cell; put the cell in quotes and double those inside$/ },
  { name: 'text after a closing quote', content: 'text,label\n"a" b,c\n', message: /:2: text follows a closing quote; double the quotes inside a quoted text$/ },
  { name: 'a row with a cell too many', content: 'text,label\n"x\ny",b\na,b,c\n', message: /:4: 3 columns where 2 are expected; a "," or a line break inside a text is protected by double quotes round the whole cell$/ },
  { name: 'a row with a cell too few', content: 'text,label\na\nb,c\n', message: /:2: 1 columns where 2 are expected; a ","/ },
  { name: 'an empty line', content: 'text,label\na,b\n\n', message: /:3: 1 columns where 2 are expected; remove the empty line$/ },
  { name: 'a file cut inside its last row', content: 'text,label\na,b\nc', message: /:3: 1 columns where 2 are expected; the file ends inside this line: was it cut short\?$/ },
  { name: 'a missing column', content: 'words,label\na,b\n', message: /:1: no column "text"; the columns are "words", "label": name one of these$/ },
  { name: 'a name that two columns have', content: 'text,text\na,b\n', message: /:1: two columns are called "text"; give the number of the one you mean, 1 to 2$/ },
  { name: 'bytes that are not UTF-8', content: Buffer.from([...Buffer.from('text\n"a\n'), 0xe9, 0x22, 0x0a]), message: /:3: not valid UTF-8; save the file as UTF-8/ },
  { name: 'an id that stands twice', content: 'text,id\na,"1\n"\nb,2\nc,"1\n"\n', options: { id: 'id' }, message: /:5: id "1\\n" already stands on line 2; ids must differ$/ },
  { name: 'a file with a header only', content: 'text,label\r\n', message: /no examples; the file holds no row with text; put one example on each line/ },
  { name: 'a delimiter that is none', content: 'text\n', options: { delimiter: '"' }, message: /"\\"" cannot part cells; give one character, such as , or ;$/ },
];
for (const { name, content, options, message } of refused) {
  test(`${name} is refused with its place`, async (t) => {
    await t.throwsAsync(open(content, options), { message });
  });
}

test('a name that two columns have does not matter where another is asked for, or its number', async (t) => {
  t.is((await open('x,x,text\na,b,c\n')).examples[0]?.text, 'c');
  t.is((await open('x,x,text\na,b,c\n', { text: 2 })).examples[0]?.text, 'b');
});

test('a quote left open is refused before memory is gone', async (t) => {
  const path = await put('open.csv', `text\n"${'line after line\n'.repeat(1_200_000)}`);
  await t.throwsAsync(all(readCsv(path, { text: 'text' })), { message: /open\.csv:2: a row of more than 16777216 characters; is the double quote on line 2 never closed\?$/ });
});

test('rows stream: the first comes before a fault further down is met', async (t) => {
  const examples = readCsv(await put('stream.csv', 'text\na\n"b\n'), { text: 'text' });
  t.deepEqual((await examples.next()).value, { id: 'stream-2', text: 'a' });
  await t.throwsAsync(async () => examples.next(), { message: /:3: a double quote opens here/ });
});
