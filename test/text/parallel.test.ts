import test from 'ava';
import { openParallel, readParallel, streamParallel } from '../../src/text/parallel.ts';
import { all, textFolder } from './text-folder.ts';

const { put } = await textFolder();

test('line n of one file translates line n of the other; ids are those of the lines', async (t) => {
  const [source, target] = [await put('trips/train.en', 'A dog.\r\nTwo "dogs"\trun.\n'), await put('trips/train.de', '\uFEFFEin Hund.\nZwei Hunde\u2028laufen.')];
  const corpus = await openParallel({ source, target });
  t.deepEqual(corpus.examples, [
    { id: 'train-1', text: 'A dog.', pair: 'Ein Hund.' },
    { id: 'train-2', text: 'Two "dogs"\trun.', pair: 'Zwei Hunde\u2028laufen.' },
  ]);
  t.like(corpus, { name: 'trips', split: 'train', skipped: 0 });
  const streamed = await streamParallel({ source, target });
  t.like(streamed, { size: 2, fingerprint: corpus.fingerprint });
  t.deepEqual(await all(streamed.read() as AsyncIterable<unknown>), corpus.examples);
  t.is((await openParallel({ source, target }, { split: 'dev' })).examples[1]!.id, 'dev-2');
});

test('a table is the same corpus', async (t) => {
  const named = await put('table/train.tsv', 'id\tde\ten\nx\tEin Hund.\tA dog.\ny\tZwei.\tTwo.\n');
  t.deepEqual((await openParallel({ table: named, sourceColumn: 'en', targetColumn: 'de' })).examples, [
    { id: 'train-2', text: 'A dog.', pair: 'Ein Hund.' },
    { id: 'train-3', text: 'Two.', pair: 'Zwei.' },
  ]);
  t.deepEqual((await openParallel({ table: named, sourceColumn: 'en', targetColumn: 'de', id: 'id' })).examples.map(({ id }) => id), ['x', 'y']);
  const bare = await put('table/bare.tsv', 'A dog.\tEin Hund.\n');
  t.deepEqual((await openParallel({ table: bare, sourceColumn: 1, targetColumn: 2, header: false })).examples, [{ id: 'bare-1', text: 'A dog.', pair: 'Ein Hund.' }]);
  t.is((await streamParallel({ table: bare, sourceColumn: 1, targetColumn: 2, header: false })).size, 1);
});

test('files of different length are refused, whichever is longer, with both counts', async (t) => {
  const [three, five] = [await put('uneven/a.en', 'a\nb\nc\n'), await put('uneven/a.de', 'a\nb\nc\nd\ne')];
  await t.throwsAsync(openParallel({ source: three, target: five }), { message: /a\.de:4: no counterpart: .*a\.en has 3 lines, .*a\.de has 5 lines; each line must translate the line of the same number/ });
  await t.throwsAsync(openParallel({ source: five, target: three }), { message: /a\.de:4: no counterpart: .*a\.en has 3 lines, .*a\.de has 5 lines/ });
  await t.throwsAsync(streamParallel({ source: five, target: three }), { message: /no counterpart/ });
  const none = await put('uneven/none.en', '');
  await t.throwsAsync(openParallel({ source: none, target: three }), { message: /a\.en:1: no counterpart: .*none\.en has 0 lines, .*a\.en has 3 lines/ });
});

test('an empty line is refused with its file and number, or left out on both sides and counted', async (t) => {
  const [source, target] = [await put('empty/a.en', 'a\n \nc\nd\n'), await put('empty/a.de', 'A\nB\nC\n\n')];
  await t.throwsAsync(openParallel({ source, target }), { message: /a\.en:2: the line is empty; remove line 2 from .*a\.en and .*a\.de, or leave empty lines out/ });
  await t.throwsAsync(openParallel({ source: target, target: source }), { message: /a\.en:2: the line is empty/ });
  const corpus = await openParallel({ source, target, emptyLines: 'leave-out' });
  t.deepEqual(corpus.examples.map(({ id }) => id), ['a-1', 'a-3']);
  t.is(corpus.skipped, 2);
  const blank = await put('empty/blank.en', '\n\n');
  await t.throwsAsync(openParallel({ source: blank, target: await put('empty/blank.de', '\n\n'), emptyLines: 'leave-out' }), { message: /blank\.en: no examples/ });
});

test('an empty side of a table, or a row without one, is refused', async (t) => {
  const options = { sourceColumn: 'en', targetColumn: 'de' };
  await t.throwsAsync(openParallel({ table: await put('cells/a.tsv', 'en\tde\nA\tB\nC\t\n'), ...options }), { message: /a\.tsv:3: column "de" holds no text/ });
  await t.throwsAsync(openParallel({ table: await put('cells/b.tsv', 'en\tde\nA\n'), ...options }), { message: /b\.tsv:2: 1 columns where 2 are expected/ });
  await t.throwsAsync(openParallel({ table: await put('cells/c.tsv', 'en\tfr\nA\tB\n'), ...options }), { message: /c\.tsv:1: .*de/ });
});

test('bytes that are not UTF-8 are refused with their file and line, on either side', async (t) => {
  const [good, latin] = [await put('bytes/a.en', 'a\nb\nc\n'), await put('bytes/a.de', Buffer.from('A\nf\xfcr\nC\n', 'latin1'))];
  await t.throwsAsync(openParallel({ source: good, target: latin }), { message: /a\.de:2: not valid UTF-8/ });
  await t.throwsAsync(openParallel({ source: latin, target: good }), { message: /a\.de:2: not valid UTF-8/ });
});

test('a file that is not there, or stands on both sides, is told', async (t) => {
  const source = await put('twice/a.en', 'a\n');
  await t.throwsAsync(openParallel({ source, target: `${source}.missing` }), { message: /a\.en\.missing: cannot be read/ });
  await t.throwsAsync(openParallel({ source, target: source }), { message: /a\.en: is given as source and as target/ });
});

test('reading stops where the reader does', async (t) => {
  const [source, target] = [await put('long/a.en', 'a\n'.repeat(1000)), await put('long/a.de', 'b\n'.repeat(999))];
  for await (const { id, pair } of readParallel({ source, target })) {
    t.deepEqual([id, pair], ['a-1', 'b']);
    break; // the slip at line 1000 is never come to
  }
});
