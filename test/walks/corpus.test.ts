/** The shipped corpus is what its generator writes and what its card says. */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import test from 'ava';
import { numberWords } from '../../corpora/counting/grammar.ts';

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

test('counting: the generator writes the committed bytes, the card gives their checksums and lines, and no source stands twice', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'retort-counting-'));
  try {
    await promisify(execFile)(process.execPath, ['--import=tsx', 'corpora/counting/prepare.ts', '--out', folder]);
    const card = await readFile('corpora/counting/card.md', 'utf8');
    const sources: string[] = [];
    for (const split of ['train', 'dev', 'test']) {
      const counts = [];
      for (const side of ['en', 'de']) {
        const file = `${split}.${side}`;
        const shipped = await readFile(join('corpora/counting/sample', file));
        t.true((await readFile(join(folder, file))).equals(shipped), `${file} is not what the generator writes`);
        const lines = shipped.toString('utf8').trimEnd().split('\n');
        t.regex(card, new RegExp(`\\| ${split}\\.${side} \\| ${lines.length.toLocaleString('en-US')} \\| .*${createHash('sha256').update(shipped).digest('hex')}`));
        counts.push(lines.length);
        if (side === 'en') sources.push(...lines);
      }
      t.is(counts[0], counts[1]);
    }
    t.is(new Set(sources).size, sources.length);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

test('counting: numbers in both languages', (t) => {
  t.deepEqual([2, 12, 16, 20, 21, 99, 100, 705, 217, 999].map((value) => numberWords(value)).map(({ english, german }) => [english, german]), [
    ['two', 'zwei'], ['twelve', 'zwölf'], ['sixteen', 'sechzehn'], ['twenty', 'zwanzig'], ['twenty-one', 'einundzwanzig'], ['ninety-nine', 'neunundneunzig'],
    ['one hundred', 'einhundert'], ['seven hundred and five', 'siebenhundertfünf'], ['two hundred and seventeen', 'zweihundertsiebzehn'], ['nine hundred and ninety-nine', 'neunhundertneunundneunzig'],
  ]);
  for (const value of [1, 201, 1000, 2.5]) t.throws(() => numberWords(value), { message: `${value} is not counted to here` });
});
