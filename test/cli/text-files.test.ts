import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { openLabelled, openTexts, requireFile } from '../../src/cli/text-files.ts';

let folder: string;
const put = async (name: string, text: string) => {
  await writeFile(join(folder, name), text);
  return join(folder, name);
};
test.before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'retort-texts-'));
});
test.after.always(() => rm(folder, { recursive: true, force: true }));

test('ids come from the id column where there is one, from the lines where not', async (t) => {
  const named = await openTexts(await put('named.tsv', 'id\tsentence\nx7\thello\n'));
  t.deepEqual(named.examples, [{ id: 'x7', text: 'hello' }]);
  const bare = await openTexts(await put('bare.TSV', 'sentence\tscore\nhello\t1\n'));
  t.deepEqual(bare.examples, [{ id: 'bare-2', text: 'hello' }]);
});

test('columns by name or number, with or without header', async (t) => {
  const file = await put('columns.tsv', 'q\ta\tgold\nwhy\tso\tyes\n');
  t.deepEqual((await openLabelled(file, { text: 'q', pair: 'a', label: 'gold' })).examples, [{ id: 'columns-2', text: 'why', pair: 'so', label: 'yes' }]);
  t.deepEqual((await openLabelled(await put('headless.tsv', 'no\tid\tbad\n'), { text: 3, label: 1, header: false })).examples, [{ id: 'headless-1', text: 'bad', label: 'no' }]);
});

test('any other ending is one example a line', async (t) => {
  const { examples } = await openTexts(await put('lines.txt', 'one\ttwo\n\nthree\n'));
  t.deepEqual(examples, [{ id: 'lines-1', text: 'one\ttwo' }, { id: 'lines-3', text: 'three' }]);
});

test('labels found, or those given', async (t) => {
  const file = await put('labelled.tsv', 'sentence\tlabel\nfine\tgood\npoor\tbad\n');
  t.deepEqual((await openLabelled(file)).labels, { kind: 'single-label', names: ['bad', 'good'] });
  await t.throwsAsync(openLabelled(file, {}, { kind: 'single-label', names: ['good', 'fair'] }), { message: /labelled\.tsv:3: label "bad" is none of the known labels/ });
});

test('a file that is none', async (t) => {
  await t.throwsAsync(requireFile(join(folder, 'none'), 'give a recipe'), { message: /none: there is no such file; give a recipe$/ });
  await t.throwsAsync(openTexts(folder), { message: /: not a file; give a TSV, CSV or JSONL file/ });
});
