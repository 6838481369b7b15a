import { join } from 'node:path';
import { rm } from 'node:fs/promises';
import test from 'ava';
import { makeCorpus } from '../../src/text/corpus.ts';
import { concatenate, encodeCorpus, type EncodedCorpus, sliceCorpus } from '../../src/text/encoded-corpus.ts';
import type { Example, LabelSpace } from '../../src/text/example.ts';
import type { StoredCorpus } from '../../src/text/stored-corpus.ts';
import { streamOf } from '../../src/text/streamed-corpus.ts';
import { tokenise } from '../../src/text/token-cache.ts';
import { classCounts, exampleCount, labelledCount, rowLengths, sliceRows } from '../../src/text/tokenised-corpus.ts';
import { trainWordPiece } from '../../src/text/train-word-piece.ts';
import { textFolder } from './text-folder.ts';

const { folder } = await textFolder();
const tokenizer = await trainWordPiece(['a b c d e f g h'], { size: 30, lowercase: true });
const labels: LabelSpace = { kind: 'single-label', names: ['cold', 'warm'] };
const examples = Array.from({ length: 23 }, (_, i): Example => ({
  id: `x${i}`,
  text: 'a b c d e f g h'.slice(0, 1 + 2 * (i % 8)),
  ...(i % 3 === 1 && { pair: 'c d'.slice(0, 1 + 2 * (i % 2)) }),
  ...(i % 5 !== 0 && { label: ['cold', 'warm'][i % 2] ?? '' }),
}));
const corpus = makeCorpus(examples, { name: 'toy', split: 'train', labels });
const options = { maxTokens: 7, cache: join(folder, 'tokens'), shardTokens: 30 };
let [inMemory, stored]: [EncodedCorpus, StoredCorpus] = [undefined as never, undefined as never];
test.before(async () => {
  inMemory = await encodeCorpus(corpus, tokenizer, { maxTokens: 7, labels });
  stored = await tokenise(streamOf(corpus), tokenizer, { ...options, labels });
});
const pick = (rows: readonly number[]) => ({
  exampleIds: rows.map((row) => inMemory.exampleIds[row]),
  ids: Int32Array.from(rows.flatMap((row) => [...inMemory.ids.subarray(inMemory.offsets[row], inMemory.offsets[row + 1])])),
  typeIds: Int32Array.from(rows.flatMap((row) => [...inMemory.typeIds.subarray(inMemory.offsets[row], inMemory.offsets[row + 1])])),
});

test('read whole it is the corpus in memory', async (t) => {
  t.deepEqual(await stored.load(), inMemory);
  t.is(exampleCount(stored), exampleCount(inMemory));
  const labelled = examples.filter(({ label }) => label !== undefined).length;
  t.deepEqual([await labelledCount(stored), await labelledCount(inMemory)], [labelled, labelled]);
  t.deepEqual(rowLengths(stored), rowLengths(inMemory));
  t.true(stored.truncated > 0);
});

test('rows come in the order asked for, twice if asked for twice', async (t) => {
  for (const rows of [[22, 0, 11, 11, 12, 13, 5], [], [3, 2, 1]]) {
    const { exampleIds, ids, typeIds, offsets } = await stored.take(Uint32Array.from(rows));
    t.deepEqual({ exampleIds, ids, typeIds }, pick(rows));
    t.is(offsets.at(-1), ids.length);
  }
  await t.throwsAsync(stored.take(Uint32Array.of(23)), { message: 'row 23 of a corpus of 23' });
});

test('slices have the fingerprint they have in memory', async (t) => {
  for (const [begin, end] of [[0, 23], [4, 17], [9, 9]] as const) t.deepEqual(await sliceRows(stored, begin, end), sliceCorpus(inMemory, begin, end));
  t.deepEqual(await sliceRows(inMemory, 2, 5), sliceCorpus(inMemory, 2, 5));
});

test('joined corpora are the joined corpora in memory', async (t) => {
  const more = makeCorpus([{ id: 'y1', text: 'h g' }, { id: 'y2', text: 'f' }], { name: 'toy', split: 'transfer' });
  const [storedMore, encodedMore] = [await tokenise(streamOf(more), tokenizer, options), await encodeCorpus(more, tokenizer, { maxTokens: 7, labels })];
  const joined = await stored.join(storedMore);
  t.deepEqual(await joined.load(), concatenate(inMemory, encodedMore));
  t.deepEqual(await sliceRows(joined, 20, 25), sliceCorpus(concatenate(inMemory, encodedMore), 20, 25));
  await t.throwsAsync(joined.join(storedMore), { message: 'example id "y1" stands in both corpora; open one of them with another split name' });
  const other = await trainWordPiece(['a b c'], { size: 30, lowercase: true });
  await t.throwsAsync(stored.join(await tokenise(streamOf(more), other, options)), { message: /different tokenizers cannot be joined/ });
});

test('labels are read in any label space, and checked before training', async (t) => {
  const turned = await stored.withLabels({ kind: 'single-label', names: ['warm', 'hot', 'cold'] });
  t.deepEqual((await turned.take(Uint32Array.of(1, 2, 5))).labels, { kind: 'single-label', names: ['warm', 'hot', 'cold'], indices: Int32Array.of(0, 2, -1) });
  t.deepEqual(await classCounts(turned), { names: ['warm', 'hot', 'cold'], counts: [9, 0, 9], labelled: 18 });
  t.deepEqual(await classCounts(inMemory), { names: ['cold', 'warm'], counts: [9, 9], labelled: 18 });
  await t.throwsAsync(stored.withLabels({ kind: 'single-label', names: ['warm', 'hot'] }), { message: /^example x2: label "cold" is none of the known labels: warm, hot/ });
  await t.throwsAsync(stored.withLabels({ kind: 'regression' }), { message: /^example x1: label "warm" where a score \(regression\) is wanted/ });
});

test('scores and lists of classes', async (t) => {
  const make = async (space: LabelSpace, ...said: NonNullable<Example['label']>[]) => {
    const made = makeCorpus(said.map((label, i) => ({ id: `s${i}`, text: 'a', label })), { name: 'toy', split: 'train', labels: space });
    return (await tokenise(streamOf(made), tokenizer, { ...options, labels: space })).load();
  };
  t.deepEqual((await make({ kind: 'regression' }, 1.5, -2)).labels, { kind: 'regression', scores: Float32Array.of(1.5, -2) });
  t.deepEqual((await make({ kind: 'multi-label', names: ['x', 'y'] }, ['y'], [])).labels, { kind: 'multi-label', names: ['x', 'y'], hits: Float32Array.of(0, 1, 0, 0) });
});

test('a shard that goes missing is an error with its file', async (t) => {
  const cache = join(folder, 'gone');
  const gone = await tokenise(streamOf(corpus), tokenizer, { ...options, cache });
  await rm(cache, { recursive: true });
  await t.throwsAsync(gone.take(Uint32Array.of(0)), { message: /gone.*shard-00000\.arrow/ });
});
