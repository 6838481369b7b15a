/** Lengths of sentences, drawn and counted. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { corpusOfLengths, drawnLengths, lengthLimits, lengthsOfFile, piecesOf } from '../../../../scripts/bench/cases/sentence-lengths.ts';
import { randomKey } from '../../../../src/engine/random.ts';

const key = randomKey(1, 'sentences');

test('drawn lengths spread about 22 tokens', (t) => {
  const lengths = drawnLengths(4000, key).sort();
  t.true(Math.abs((lengths[2000] ?? 0) - 22) <= 1);
  t.true(Math.abs((lengths[3600] ?? 0) - 41) <= 3);
  t.true((lengths[0] ?? 0) >= lengthLimits.least && (lengths.at(-1) ?? 0) <= lengthLimits.most);
});

test('pieces: words, marks, and further pieces of long words', (t) => {
  t.is(piecesOf('It is not bad, at all.'), 8);
  t.is(piecesOf('eightful'), 1);
  t.is(piecesOf('incomprehensibilities'), 4);
  t.is(piecesOf(''), 0);
});

test('a file gives the lengths of its lines, as many as asked', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'retort-bench-test-'));
  const path = join(folder, 'text.txt');
  await writeFile(path, `one two three four\n\n${'many words '.repeat(100)}\na third line of text\n`);
  t.deepEqual([...(await lengthsOfFile(path, 2))], [6, lengthLimits.most]);
  await writeFile(path, '\n\n');
  await t.throwsAsync(lengthsOfFile(path, 2), { message: /text\.txt holds no sentences/ });
  await rm(folder, { recursive: true });
});

test('a corpus of lengths has framed rows of them', (t) => {
  const { ids, offsets } = corpusOfLengths(Uint32Array.of(4, 6), { vocabulary: 2000, key });
  t.deepEqual([...offsets], [0, 4, 10]);
  t.deepEqual([ids[0], ids[3], ids[4], ids[9]], [101, 102, 101, 102]);
  t.true([1, 2, 5, 6, 7, 8].every((place) => (ids[place] ?? 0) >= 999));
});
