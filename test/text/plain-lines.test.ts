import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { openPlainLines } from '../../src/text/plain-lines.ts';

const folder = await mkdtemp(join(tmpdir(), 'retort-plain-'));
test.after.always(() => rm(folder, { recursive: true, force: true }));

test('one example a line; blank lines are passed over but counted', async (t) => {
  const path = join(folder, 'transfer.txt');
  await writeFile(path, 'First\tline.\r\n\n  \nFourth "line".');
  const corpus = await openPlainLines(path, { name: 'novels' });
  t.deepEqual(corpus.examples, [
    { id: 'transfer-1', text: 'First\tline.' },
    { id: 'transfer-4', text: 'Fourth "line".' },
  ]);
  t.like(corpus, { name: 'novels', split: 'transfer', skipped: 0 });
  t.false('labels' in corpus);
});

test('a file without text is refused', async (t) => {
  const path = join(folder, 'blank.txt');
  await writeFile(path, '\n \n');
  await t.throwsAsync(openPlainLines(path), { message: /blank\.txt: no examples; the file holds no row with text/ });
});
