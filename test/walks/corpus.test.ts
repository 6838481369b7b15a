/** The shipped corpus is what its generator writes and what its card says. */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import test from 'ava';

const files = ['train.tsv', 'dev.tsv', 'test.tsv', 'transfer.tsv'];

test('opinions: the generator writes the committed bytes, and the card gives their checksums and rows', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'retort-opinions-'));
  try {
    await promisify(execFile)(process.execPath, ['--import=tsx', 'corpora/opinions/prepare.ts', '--out', folder]);
    const card = await readFile('corpora/opinions/card.md', 'utf8');
    const sentences = new Set<string>();
    let rows = 0;
    for (const file of files) {
      const made = await readFile(join(folder, file));
      const shipped = await readFile(join('corpora/opinions/sample', file));
      t.true(made.equals(shipped), `${file} is not what the generator writes`);
      const lines = shipped.toString('utf8').trimEnd().split('\n').slice(1);
      const sha256 = createHash('sha256').update(shipped).digest('hex');
      t.regex(card, new RegExp(`\\| ${file.replace('.', '\\.')} \\| ${lines.length.toLocaleString('en-US')} \\| .*${sha256}`));
      for (const line of lines) sentences.add(line.split('\t')[1] ?? '');
      rows += lines.length;
    }
    t.is(sentences.size, rows, 'a sentence stands twice');
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
