/** Sentences, drawn and read. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { corpusOfLengths, drawnLengths, lengthLimits, sentencesOfFile } from '../../../../scripts/bench/cases/sentences.ts';
import { randomKey } from '../../../../src/engine/random.ts';

const key = randomKey(1, 'sentences');

test('drawn lengths spread about 22 tokens', (t) => {
  const lengths = drawnLengths(4000, key).sort();
  t.true(Math.abs((lengths[2000] ?? 0) - 22) <= 1);
  t.true(Math.abs((lengths[3600] ?? 0) - 41) <= 3);
  t.true((lengths[0] ?? 0) >= lengthLimits.least && (lengths.at(-1) ?? 0) <= lengthLimits.most);
});

test('a file gives the tokens of its lines, as many as asked', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'retort-bench-test-'));
  const path = join(folder, 'text.txt');
  const tokenizer = join(folder, 'vocab.txt');
  await writeFile(tokenizer, '[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\none\ntwo\nmany\n');
  await writeFile(path, `one two\n\n${'many '.repeat(200)}\na third line of text\n`);
  const { ids, offsets, vocabulary } = await sentencesOfFile(path, { tokenizer, count: 2 });
  t.deepEqual([[...offsets], [...ids.subarray(0, 6)], vocabulary], [[0, 4, 4 + lengthLimits.most], [2, 5, 6, 3, 2, 7], 8]);
  await writeFile(path, '\n\n');
  await t.throwsAsync(sentencesOfFile(path, { tokenizer, count: 2 }), { message: /text\.txt holds no sentences/ });
  await rm(folder, { recursive: true });
});

test('a corpus of lengths has framed rows of them', (t) => {
  const { ids, offsets } = corpusOfLengths(Uint32Array.of(4, 6), { vocabulary: 2000, key });
  t.deepEqual([...offsets], [0, 4, 10]);
  t.deepEqual([ids[0], ids[3], ids[4], ids[9]], [101, 102, 101, 102]);
  t.true([1, 2, 5, 6, 7, 8].every((place) => (ids[place] ?? 0) >= 999));
});
