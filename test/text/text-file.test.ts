import { join } from 'node:path';
import test from 'ava';
import { columnNames, formatOf, openTextFile, readTextFile, streamTextFile } from '../../src/text/text-file.ts';
import { all, textFolder } from './text-folder.ts';

const { folder, put } = await textFolder();

test('the ending says which format a file has', (t) => {
  const formats = ['a.tsv', 'b.CSV', 'c.jsonl', 'd.ndjson', 'e.txt', 'f', 'g.tsv.bak'].map((name) => formatOf(join('x.csv', name)));
  t.deepEqual(formats, ['tsv', 'csv', 'jsonl', 'jsonl', 'lines', 'lines', 'lines']);
});

test('the same example in every format', async (t) => {
  const options = { text: 'text', id: 'id', name: 'toy', split: 'train' };
  const files: [string, string, string] = [
    await put('a.tsv', 'id\ttext\nx\tsay "so", then\n'),
    await put('a.csv', 'id,text\nx,"say ""so"", then"\n'),
    await put('a.jsonl', '{"id":"x","text":"say \\"so\\", then"}\n'),
  ];
  const corpora = await Promise.all(files.map((file) => openTextFile(file, options)));
  t.deepEqual(corpora[0]?.examples, [{ id: 'x', text: 'say "so", then' }]);
  t.is(new Set(corpora.map(({ fingerprint }) => fingerprint)).size, 1);
  t.deepEqual(await all(readTextFile(await put('a.txt', 'say "so", then'), options)), [{ id: 'train-1', text: 'say "so", then' }]);
  t.deepEqual((await openTextFile(await put('tab', 'id\ttext\nx\ty\n'), { ...options, format: 'tsv' })).examples, [{ id: 'x', text: 'y' }]);
  t.like(await streamTextFile(await put('b.csv', 'id,text\nx,"say ""so"", then"\n'), options), { size: 1, fingerprint: corpora[0]?.fingerprint });
});

test('ids do not depend on where the file lies', async (t) => {
  const here = await openTextFile(await put('here/train.tsv', 'text\na\nb\n'), { text: 'text' });
  const there = await openTextFile(await put('there/deep/train.tsv', 'text\na\nb\n'), { text: 'text' });
  t.deepEqual(there.examples.map(({ id }) => id), ['train-2', 'train-3']);
  t.is(there.fingerprint, here.fingerprint);
});

test('names of columns', async (t) => {
  t.deepEqual(await columnNames(await put('n.tsv', 'a b\t"c"\n1\t2\n')), ['a b', '"c"']);
  t.deepEqual(await columnNames(await put('n.csv', '"a\nb",c\n1,2\n')), ['a\nb', 'c']);
  t.deepEqual(await columnNames(await put('m.csv', 'a;b\n'), { delimiter: ';' }), ['a', 'b']);
  t.deepEqual(await columnNames(await put('n.jsonl', '\n{"b":1,"a":2}\n')), ['b', 'a']);
  t.deepEqual(await columnNames(join(folder, 'n.tsv'), { header: false }), []);
  t.deepEqual(await columnNames(await put('n.txt', 'a\tb\n')), []);
  t.deepEqual(await columnNames(await put('none.tsv', '')), []);
});

test('plain lines have no labels', async (t) => {
  const file = await put('labelled.txt', 'a\n');
  await t.throwsAsync(openTextFile(file, { text: 'text', label: 'label' }), { message: /labelled\.txt: plain lines have no labels; give a \.tsv, \.csv or \.jsonl file$/ });
});
