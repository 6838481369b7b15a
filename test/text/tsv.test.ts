import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import test from 'ava';
import { openTsv, readTsv, type TsvOptions } from '../../src/text/tsv.ts';

const folder = await mkdtemp(join(tmpdir(), 'retort-tsv-'));
test.after.always(() => rm(folder, { recursive: true, force: true }));

let files = 0;
async function write(content: string): Promise<string> {
  const path = join(folder, `f${(files += 1)}.tsv`);
  await writeFile(path, content);
  return path;
}
const open = async (content: string, options: TsvOptions) => openTsv(await write(content), { split: 'train', name: 'toy', ...options });
const full: TsvOptions = { text: 'first', pair: 'second', label: 'class', id: 'key' };

test('columns by name, with pair, label and id; quotes are ordinary characters', async (t) => {
  const corpus = await open('\uFEFFkey\tclass\tfirst\tsecond\r\nk1\tbad\t"He said\tshe "said"\r\nk2\tgood\tx \ty\r\n', full);
  t.deepEqual(corpus.examples, [
    { id: 'k1', text: '"He said', pair: 'she "said"', label: 'bad' },
    { id: 'k2', text: 'x ', pair: 'y', label: 'good' },
  ]);
  t.deepEqual(corpus.labels, { kind: 'single-label', names: ['bad', 'good'] });
  t.like(corpus, { name: 'toy', split: 'train', skipped: 0 });
});

test('columns by number, without header; ids are split and line', async (t) => {
  const corpus = await open('src\t1\t*\tone\nsrc\t0\t\ttwo\n', { header: false, text: 4, label: 2, split: 'dev' });
  t.deepEqual(corpus.examples, [
    { id: 'dev-1', text: 'one', label: '1' },
    { id: 'dev-2', text: 'two', label: '0' },
  ]);
});

test('without a label column the examples are unlabelled; name and split come from the path', async (t) => {
  const path = await write('text\tlabel\nsome text\tpositive\n');
  const corpus = await openTsv(path, { text: 'text' });
  t.deepEqual(corpus.examples, [{ id: `${basename(path, '.tsv')}-2`, text: 'some text' }]);
  t.false('labels' in corpus);
});

test('scores, given class names and several classes', async (t) => {
  const scores = await open('t\ty\na\t4.25\nb\t0\n', { text: 't', label: 'y', labels: { kind: 'regression' } });
  t.deepEqual(scores.examples.map(({ label }) => label), [4.25, 0]);
  const named = await open('t\ty\na\t1\nb\t0\n', {
    text: 't',
    label: 'y',
    labels: { kind: 'single-label', names: ['negative', 'positive'] },
    written: ['0', '1'],
  });
  t.deepEqual(named.examples.map(({ label }) => label), ['positive', 'negative']);
  const many = await open('t\ty\na\tjoy, fear\nb\t\n', { text: 't', label: 'y', labels: { kind: 'multi-label', names: ['fear', 'joy'] } });
  t.deepEqual(many.examples.map(({ label }) => label), [['joy', 'fear'], []]);
});

const refused: { name: string; content: string; options?: Partial<TsvOptions>; message: RegExp }[] = [
  { name: 'a missing column', content: 'key\tclass\tfirst\tother\n', message: /:1: no column "second"; the columns are "key", "class", "first", "other"/ },
  { name: 'a name where there is no header', content: 'a\tb\tc\td\n', options: { header: false }, message: /:1: column "first" asked of a file without header; give its number, 1 to 4/ },
  { name: 'a number that is too high', content: 'a\tb\n', options: { header: false, text: 3 }, message: /:1: no column number 3; the line has columns 1 to 2/ },
  { name: 'a number that is too low', content: 'a\tb\n', options: { header: false, text: 0 }, message: /no column number 0/ },
  { name: 'a row with a column too few', content: 'key\tclass\tfirst\tsecond\nk\tc\tx\n', message: /:2: 3 columns where 4 are expected; a tab inside a text/ },
  { name: 'a row with a column too many', content: 'key\tclass\tfirst\tsecond\nk\tc\tx\ty\tz\n', message: /:2: 5 columns where 4/ },
  { name: 'an empty line', content: 'key\tclass\tfirst\tsecond\nk\tc\tx\ty\n\n', message: /:3: 1 columns where 4 are expected; remove the empty line/ },
  { name: 'an empty text', content: 'key\tclass\tfirst\tsecond\nk\tc\t \ty\n', message: /:2: column "first" holds no text; remove the line or fill it in/ },
  { name: 'an empty pair', content: 'key\tclass\tfirst\tsecond\nk\tc\tx\t\n', message: /:2: column "second" holds no text/ },
  { name: 'an empty label', content: 'key\tclass\tfirst\tsecond\nk\t\tx\ty\n', message: /:2: no label; label the row or open the file without/ },
  { name: 'an empty id', content: 'key\tclass\tfirst\tsecond\n\tc\tx\ty\n', message: /:2: the id is empty/ },
  { name: 'an id that stands twice', content: 'key\tclass\tfirst\tsecond\nk\tc\tx\ty\nj\tc\tx\ty\nk\tc\tv\tw\n', message: /:4: id "k" already stands on line 2/ },
  { name: 'a label that is not known', content: 'key\tclass\tfirst\tsecond\nk\tc\tx\ty\n', options: { labels: { kind: 'single-label', names: ['a', 'b'] } }, message: /:2: label "c" is none of the known labels: a, b/ },
  { name: 'a score that is no number', content: 'key\tclass\tfirst\tsecond\nk\tfive\tx\ty\n', options: { labels: { kind: 'regression' } }, message: /:2: label "five" is not a number/ },
  { name: 'a file with a header only', content: 'key\tclass\tfirst\tsecond\n', message: /no examples; the file holds no row with text; put one example on each line \(below the header/ },
  { name: 'an empty file', content: '', message: /no examples/ },
];
for (const { name, content, options, message } of refused) {
  test(`${name} is refused with its place`, async (t) => {
    const wanted = options?.header === false ? { text: options.text ?? 'first' } : full;
    await t.throwsAsync(open(content, { ...wanted, ...options }), { message });
  });
}

test('a damaged file can be tolerated: broken rows are counted, empty texts kept', async (t) => {
  const corpus = await open('first\tsecond\nx\ty\nbroken\nv\t\n', { text: 'first', pair: 'second', damaged: 'tolerate' });
  t.deepEqual(corpus.examples, [
    { id: 'train-2', text: 'x', pair: 'y' },
    { id: 'train-4', text: 'v', pair: '' },
  ]);
  t.is(corpus.skipped, 1);
});

test('examples stream: the first comes before a fault further down is met', async (t) => {
  const examples = readTsv(await write('text\na\nb\tc\n'), { text: 'text', split: 's' });
  t.deepEqual((await examples.next()).value, { id: 's-2', text: 'a' });
  await t.throwsAsync(async () => examples.next(), { message: /:3: 2 columns where 1/ });
});
