import test from 'ava';
import fc from 'fast-check';
import { makeCorpus } from '../../src/text/corpus.ts';
import type { EncodedCorpus } from '../../src/text/encoded-corpus.ts';
import { encodePairs } from '../../src/text/encoded-pairs.ts';
import { flatRows } from '../../src/text/flat-rows.ts';
import { sourceBatches, type SourceBatchOptions } from '../../src/text/source-batches.ts';
import { streamOf } from '../../src/text/streamed-corpus.ts';
import { tokenise } from '../../src/text/token-cache.ts';
import { all, textFolder } from './text-folder.ts';
import { letterTokenizer, letterTokenizers } from './word-tokenizers.ts';

const { folder } = await textFolder();

function corpusOf(lengths: readonly number[], maxTokens = 64): EncodedCorpus {
  const rows = flatRows(lengths.map((length, row) => Int32Array.from({ length }, (_, i) => 100 * row + i)));
  return { ...rows, typeIds: new Int32Array(rows.ids.length), exampleIds: lengths.map((_, row) => `e${row}`), maxTokens, truncated: 0, corpus: 'c', tokenizer: 't' };
}

const batchesOf = (corpus: EncodedCorpus, options: Partial<SourceBatchOptions> = {}) => all(sourceBatches(corpus, { tokensPerBatch: 16, padId: 0, padTo: 4, ...options }));

test('sources stand longest first, as many in a batch as the budget holds with padding', async (t) => {
  const batches = await batchesOf(corpusOf([3, 9, 2, 4, 1, 3]));
  t.deepEqual(batches.map(({ rows, width, cursor }) => [rows, width, cursor]), [[1, 12, 0], [4, 4, 1], [1, 4, 5]]);
  t.deepEqual(batches.map(({ order }) => [...order]), [[1], [3, 0, 5, 2], [4]]);
  t.deepEqual(batches.map(({ exampleIds }) => exampleIds), [['e1'], ['e3', 'e0', 'e5', 'e2'], ['e4']]);
  t.deepEqual([...batches[1]!.inputIds.subarray(4, 8)], [0, 1, 2, 0]);
});

test('every source comes once, and no batch of several passes the budget', async (t) => {
  const lengths = fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 60 });
  const sound = fc.asyncProperty(lengths, fc.integer({ min: 1, max: 100 }), async (of, tokensPerBatch) => {
    const batches = await batchesOf(corpusOf(of), { tokensPerBatch });
    const order = batches.flatMap((batch) => [...batch.order]);
    return (
      [...order].sort((a, b) => a - b).join() === [...of.keys()].join() &&
      order.map((row) => of[row]).join() === [...of].sort((a, b) => b - a).join() &&
      batches.every(({ rows, width }) => rows === 1 || rows * width <= tokensPerBatch)
    );
  });
  await t.notThrowsAsync(fc.assert(sound));
});

test('translations stay out of it, and shards on disk give the same batches', async (t) => {
  const texts = ['a b c', 'a', 'b c', 'c b a c b a', 'b'];
  const corpus = makeCorpus(texts.map((text, i) => ({ id: `x${i}`, text, pair: 'c' })), { name: 'toy', split: 'train' });
  const held = await encodePairs(corpus, letterTokenizers('abc'), { maxSourceTokens: 9, maxTargetTokens: 9 });
  const alone = makeCorpus(corpus.examples.map(({ id, text }) => ({ id, text })), { name: 'toy', split: 'train' });
  const stored = await tokenise(streamOf(alone), letterTokenizer('abc'), { maxTokens: 9, cache: folder, shardTokens: 5 });
  const options = { tokensPerBatch: 12, padId: 0, padTo: 2 };
  const batches = await all(sourceBatches(held, options));
  t.false(batches.some((batch) => 'target' in batch || 'labels' in batch));
  t.deepEqual(await all(sourceBatches(stored, options)), batches);
});

test('a batch is as wide as its longest source, unless told otherwise', async (t) => {
  const batches = await all(sourceBatches(corpusOf([5, 3]), { tokensPerBatch: 5, padId: 0 }));
  t.deepEqual(batches.map(({ width }) => width), [5, 3]);
});

test('no corpus and no budget are refused', async (t) => {
  await t.throwsAsync(batchesOf(corpusOf([])), { message: /empty corpus/ });
  await t.throwsAsync(batchesOf(corpusOf([1]), { tokensPerBatch: 0 }), { message: /^tokensPerBatch is 0; give a whole number from 1$/ });
  await t.throwsAsync(batchesOf(corpusOf([1]), { padTo: 1.5 }), { message: /^padTo is 1\.5/ });
});
