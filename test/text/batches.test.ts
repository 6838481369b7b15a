import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import fc from 'fast-check';
import { openTokenShard, writeTokenShard } from '../../src/storage/arrow-tokens.ts';
import { evaluationBatches, trainingBatches, type HostBatch, type TrainingBatchOptions } from '../../src/text/batches.ts';
import type { EncodedCorpus } from '../../src/text/encoded-corpus.ts';
import { StoredCorpus } from '../../src/text/stored-corpus.ts';
import { textFolder } from './text-folder.ts';

const { folder } = await textFolder();

/** Row i holds `lengths[i]` tokens: 1000 i + 1, 1000 i + 2, ...; its class is i % 3. */
function corpusOf(lengths: readonly number[], maxTokens = 512): EncodedCorpus {
  const rows = lengths.map((length, row) => Array.from({ length }, (_, i) => 1000 * row + i + 1));
  const ids = Int32Array.from(rows.flat());
  return {
    exampleIds: lengths.map((_, row) => `e${row}`),
    ids,
    typeIds: ids.map((id) => id % 2),
    offsets: Uint32Array.from([0, ...lengths.map((_, row) => lengths.slice(0, row + 1).reduce((sum, length) => sum + length, 0))]),
    labels: { kind: 'single-label', names: ['a', 'b', 'c'], indices: Int32Array.from(lengths, (_, row) => row % 3) },
    maxTokens,
    truncated: 0,
    corpus: 'c',
    tokenizer: 't',
  };
}

function train(corpus: EncodedCorpus, count: number, options: Partial<TrainingBatchOptions> = {}): HostBatch[] {
  const batches = trainingBatches(corpus, { seed: 1, rows: 4, padId: 0, ...options });
  return Array.from({ length: count }, () => batches.next().value);
}

const idsOf = (batches: readonly HostBatch[]) => batches.flatMap(({ exampleIds }) => exampleIds);
const lengthsArbitrary = fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 90 });

test('a batch is padded at the right to a multiple, and carries ids, types, labels and places', (t) => {
  const corpus = corpusOf([2, 5, 3]);
  const [batch] = [...evaluationBatches(corpus, { rows: 2, padId: 9, padTo: 4 })];
  t.deepEqual(batch, {
    exampleIds: ['e1', 'e2'],
    rows: 2,
    width: 8,
    inputIds: Int32Array.of(1001, 1002, 1003, 1004, 1005, 9, 9, 9, 2001, 2002, 2003, 9, 9, 9, 9, 9),
    mask: Float32Array.of(1, 1, 1, 1, 1, 0, 0, 0, 1, 1, 1, 0, 0, 0, 0, 0),
    typeIds: Int32Array.of(1, 0, 1, 0, 1, 0, 0, 0, 1, 0, 1, 0, 0, 0, 0, 0),
    lengths: Int32Array.of(5, 3),
    labels: { kind: 'single-label', names: ['a', 'b', 'c'], indices: Int32Array.of(1, 2) },
    order: Uint32Array.of(1, 2),
    cursor: 0,
  });
});

test('a pass over all is padded to the longest text of a batch, training to a multiple of 8', (t) => {
  const [corpus, options] = [corpusOf([5, 3, 2, 2]), { rows: 2, padId: 0 }];
  t.deepEqual([...evaluationBatches(corpus, options)].map(({ width }) => width), [5, 2]);
  t.is(trainingBatches(corpus, { ...options, seed: 1 }).next().value.width, 8);
});

test('rounding up stops at the limit that the model has positions for', (t) => {
  const widths = (maxTokens: number) => [...evaluationBatches(corpusOf([5, 3], maxTokens), { rows: 1, padId: 0, padTo: 8 })].map(({ width }) => width);
  t.deepEqual(widths(512), [8, 8]);
  t.deepEqual(widths(6), [6, 6]);
});

test('evaluation gives each example once, longest first, with its place', (t) => {
  const once = fc.property(lengthsArbitrary, fc.integer({ min: 1, max: 9 }), (lengths, rows) => {
    const batches = [...evaluationBatches(corpusOf(lengths), { rows, padId: 0 })];
    const order = batches.flatMap((batch) => [...batch.order]);
    const dealt = order.map((row) => lengths[row] ?? 0);
    return (
      [...order].sort((a, b) => a - b).join() === [...lengths.keys()].join() &&
      dealt.join() === [...lengths].sort((a, b) => b - a).join() &&
      idsOf(batches).join() === order.map((row) => `e${row}`).join() &&
      batches.every((batch, i) => batch.cursor === i * rows)
    );
  });
  t.notThrows(() => fc.assert(once));
});

test('training gives every example once in each epoch', (t) => {
  const once = fc.property(lengthsArbitrary, fc.nat(), (lengths, seed) => {
    const ids = idsOf(train(corpusOf(lengths), 2 * lengths.length, { seed, rows: 1 }));
    return [ids.slice(0, lengths.length), ids.slice(lengths.length)].every((epoch) => new Set(epoch).size === lengths.length);
  });
  t.notThrows(() => fc.assert(once));
});

test('the order does not depend on the size of the batch', (t) => {
  const independent = fc.property(lengthsArbitrary, fc.integer({ min: 1, max: 40 }), (lengths, rows) => {
    const corpus = corpusOf(lengths);
    return idsOf(train(corpus, 3, { rows })).join() === idsOf(train(corpus, 3 * rows, { rows: 1 })).join();
  });
  t.notThrows(() => fc.assert(independent));
});

test('resuming at a cursor gives the batches that were left', (t) => {
  const resumes = fc.property(lengthsArbitrary, fc.integer({ min: 1, max: 12 }), fc.nat(30), (lengths, rows, done) => {
    const corpus = corpusOf(lengths);
    const left = train(corpus, done + 3, { rows }).slice(done);
    t.deepEqual(train(corpus, 3, { rows, cursor: left[0]?.cursor ?? -1 }), left);
  });
  t.notThrows(() => fc.assert(resumes));
});

test('a cursor need not be a multiple of the batch: skipping k examples is starting at k', (t) => {
  const corpus = corpusOf(Array.from({ length: 23 }, (_, i) => 1 + (i % 7)));
  const one = idsOf(train(corpus, 80, { rows: 1 }));
  for (const cursor of [0, 1, 5, 22, 23, 24, 60]) t.deepEqual(idsOf(train(corpus, 2, { rows: 5, cursor })), one.slice(cursor, cursor + 10));
});

test('ranks share each batch and see the same cursor', (t) => {
  const corpus = corpusOf(Array.from({ length: 17 }, (_, i) => 1 + (i % 5)));
  const whole = train(corpus, 4, { rows: 6, cursor: 3 });
  const ranks = [0, 1, 2].map((rank) => train(corpus, 4, { rows: 6, cursor: 3, world: { rank, size: 3 } }));
  whole.forEach((batch, step) => {
    const shares = ranks.map((batches) => batches[step]);
    t.deepEqual([0, 1].flatMap((i) => shares.map((share) => share?.exampleIds[i])), batch.exampleIds);
    t.true(shares.every((share) => share?.cursor === batch.cursor && share.rows === 2));
  });
});

const refused: { name: string; options: Partial<TrainingBatchOptions>; message: RegExp }[] = [
  { name: 'no rows', options: { rows: 0 }, message: /a batch of 0 rows/ },
  { name: 'half a row', options: { rows: 1.5 }, message: /a batch of 1.5 rows/ },
  { name: 'padding to nothing', options: { padTo: 0 }, message: /padTo is 0/ },
  { name: 'a cursor below zero', options: { cursor: -1 }, message: /cursor is -1/ },
  { name: 'a rank outside the world', options: { world: { rank: 2, size: 2 } }, message: /rank 2 is not one of 0 to 1/ },
  { name: 'rows that ranks cannot share', options: { rows: 5, world: { rank: 0, size: 2 } }, message: /5 rows cannot be shared evenly by 2 ranks; use a multiple of 2/ },
];
for (const { name, options, message } of refused) {
  test(`${name}: refused`, (t) => {
    t.throws(() => trainingBatches(corpusOf([1, 2]), { seed: 1, rows: 4, padId: 0, ...options }), { message });
  });
}

test('a corpus of nothing is refused', (t) => {
  t.throws(() => trainingBatches(corpusOf([]), { seed: 1, rows: 4, padId: 0 }), { message: /empty corpus/ });
  t.throws(() => evaluationBatches(corpusOf([]), { rows: 4, padId: 0 }), { message: /empty corpus/ });
});

let stores = 0;
/** The same corpus in shards of `rows` examples, in a folder of its own. */
async function stored(corpus: EncodedCorpus, rows: number, place = `stored-${(stores += 1)}`): Promise<StoredCorpus> {
  const shards = [];
  for (let begin = 0; begin < corpus.exampleIds.length; begin += rows) {
    const part = { begin, end: Math.min(begin + rows, corpus.exampleIds.length) };
    const [from = 0, to = 0] = [corpus.offsets[part.begin], corpus.offsets[part.end]];
    const path = join(folder, place, `${begin}.arrow`);
    await writeTokenShard(path, {
      ids: corpus.exampleIds.slice(part.begin, part.end),
      labels: Array.from({ length: part.end - part.begin }, (_, i) => JSON.stringify('abc'[(part.begin + i) % 3])),
      offsets: Int32Array.from(corpus.offsets.subarray(part.begin, part.end + 1), (offset) => offset - from),
      tokens: corpus.ids.slice(from, to),
      types: Uint8Array.from(corpus.typeIds.subarray(from, to)),
    });
    shards.push(await openTokenShard(path));
  }
  return new StoredCorpus(shards, corpus, { kind: 'single-label', names: ['a', 'b', 'c'] });
}

test('a stored corpus gives the batches of the one in memory, bit for bit, from any cursor and to any rank', async (t) => {
  const same = fc.asyncProperty(lengthsArbitrary, fc.integer({ min: 1, max: 7 }), fc.nat(200), fc.integer({ min: 1, max: 40 }), fc.nat(), async (lengths, rows, cursor, shardRows, seed) => {
    const corpus = corpusOf(lengths);
    const options = { seed, rows: 2 * rows, padId: 9, cursor, world: { rank: seed % 2, size: 2 } };
    const [inMemory, fromDisk] = [trainingBatches(corpus, options), trainingBatches(await stored(corpus, shardRows), options)];
    for (let step = 0; step < 5; step++) t.deepEqual((await fromDisk.next()).value, inMemory.next().value);
  });
  await fc.assert(same, { numRuns: 40 });
});

// What the order was before corpora were stored: resumed runs and stored results depend on it.
test('the order of examples is the one it always was', (t) => {
  const batches = train(corpusOf(Array.from({ length: 40 }, (_, i) => 1 + ((i * 7) % 11))), 4, { seed: 5, rows: 6, cursor: 30 });
  t.deepEqual(batches.map(({ order }) => [...order]), [[4, 37, 26, 23, 34, 1], [12, 31, 20, 9, 22, 33], [0, 11, 19, 30, 8, 38], [27, 16, 5, 2, 35, 24]]);
});

test('a read that fails is an error of the batch that needed it', async (t) => {
  const batches = trainingBatches(await stored(corpusOf([1, 2, 3]), 1, 'failing'), { seed: 1, rows: 3, padId: 0 });
  t.is((await batches.next()).value.rows, 3);
  await rm(join(folder, 'failing', '1.arrow'));
  const more = async () => {
    for (let step = 0; step < 3; step++) await batches.next(); // one of them was read ahead, before the file was gone
  };
  await t.throwsAsync(more, { message: /failing.1\.arrow/ });
});

test('pairs of like lengths stand together in blocks of 128, and a cursor and ranks find the same batches', (t) => {
  const rows = 512;
  const lengths = Array.from({ length: rows }, (_, row) => 1 + ((row * 37) % 61));
  const offsets = Uint32Array.from({ length: rows + 1 }, (_, row) => 2 * row);
  const pairs: EncodedCorpus = { ...corpusOf(lengths), targets: { ids: new Int32Array(2 * rows), offsets, maxTokens: 2, truncated: 0, tokenizer: 't' } };
  const whole = train(pairs, 8, { rows: 128, startId: 0 });
  t.deepEqual(whole.slice(0, 4).flatMap(({ order }) => [...order]).sort((a, b) => a - b), [...lengths.keys()]);
  t.true(whole.every((batch) => Math.max(...batch.lengths) - Math.min(...batch.lengths) <= 61 / 4 + 1));
  t.deepEqual(train(pairs, 3, { rows: 128, startId: 0, cursor: 5 * 128 }), whole.slice(5));
  const ranks = [0, 1].map((rank) => train(pairs, 8, { rows: 128, startId: 0, world: { rank, size: 2 } }));
  whole.forEach(({ order }, step) => t.deepEqual(ranks.map((own) => [...(own[step]?.order ?? [])]), [0, 1].map((rank) => [...order].filter((_, i) => i % 2 === rank))));
});

test('a batch of pairs has what the decoder is fed and what it is to say; both lengths decide who stands together', (t) => {
  const pairs: EncodedCorpus = { ...corpusOf([2, 1, 4]), targets: { ids: Int32Array.of(7, 7, 7, 7, 3, 3, 8, 3), offsets: Uint32Array.of(0, 5, 6, 8), maxTokens: 6, truncated: 0, tokenizer: 't' } };
  const { labels: _, ...unlabelled } = pairs;
  const options = { rows: 2, padId: 9, padTo: 4, startId: 5 };
  const batches = [...evaluationBatches(unlabelled, options)];
  t.deepEqual(batches.map(({ order }) => [...order]), [[0, 2], [1]]);
  t.like(batches[0], {
    width: 4,
    target: { width: 6, inputIds: Int32Array.of(5, 7, 7, 7, 7, 9, 5, 8, 9, 9, 9, 9), mask: Float32Array.of(1, 1, 1, 1, 1, 0, 1, 1, 0, 0, 0, 0) },
    labels: { kind: 'translation', tokens: Int32Array.of(7, 7, 7, 7, 3, -1, 8, 3, -1, -1, -1, -1) },
  });
  t.true(train(unlabelled, 3, { ...options, rows: 1 }).every(({ target, labels }) => target !== undefined && labels?.kind === 'translation'));
  const [sources] = train(unlabelled, 1);
  t.false('target' in sources! || 'labels' in sources!);
  t.throws(() => train(corpusOf([1]), 1, { startId: 5 }), { message: /this corpus has no translations to begin with a start token; encode parallel text by encodePairs/ });
});
