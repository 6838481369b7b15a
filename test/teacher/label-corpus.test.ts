import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { upload } from '../../src/engine/batch.ts';
import { leaks } from '../../src/engine/memory.ts';
import * as tf from '../../src/engine/tf.ts';
import type { Model } from '../../src/models/model.ts';
import { classLogits, labelCorpus, labelSource } from '../../src/teacher/label-corpus.ts';
import { recordedTeacher } from '../../src/teacher/recorded.ts';
import { liveTeacher } from '../../src/teacher/teacher.ts';
import { type EncodedCorpus } from '../../src/text/encoded-corpus.ts';
import { evaluationBatches } from '../../src/text/batches.ts';
import { close, closeTensors, read } from '../engine/numbers.ts';
import { tinyModel } from '../models/tiny-model.ts';
import { temporaryFolder } from '../storage/temporary-folder.ts';
import { makeCorpus } from '../../src/text/corpus.ts';
import { streamOf } from '../../src/text/streamed-corpus.ts';
import { tokenise } from '../../src/text/token-cache.ts';
import { trainWordPiece } from '../../src/text/train-word-piece.ts';
import { tinyCorpus } from './tiny-corpus.ts';
import { startEngine } from '../engine-under-test.ts';

test.before(startEngine);

const bytesIn = async (folder: string) => Promise.all((await readdir(folder)).sort().map(async (name) => [name, await readFile(join(folder, name))]));

/** The logits of every example, each alone in its batch, in corpus order. */
async function oneByOne(model: Model, corpus: EncodedCorpus): Promise<number[]> {
  const rows: number[][] = [];
  for (const host of evaluationBatches(corpus, { rows: 1, padId: 0 })) {
    rows[host.order[0] ?? -1] = await read(model.forward(upload(host), { logits: true }).logits);
  }
  return rows.flat();
}

test('logits come in corpus order, whatever the batches', async (t) => {
  const [model, corpus] = [tinyModel({ hiddenDropout: 0.5 }), tinyCorpus(11)];
  const expected = await oneByOne(model, corpus);
  t.is(expected.length, 33);
  for (const rows of [1, 4, 64]) close(t, `batches of ${rows}`, await classLogits(model, corpus, { rows }), expected);
});

test('progress is told to the end, and an abort stops it', async (t) => {
  const heard: string[] = [];
  await classLogits(tinyModel(), tinyCorpus(5), { rows: 2, onProgress: (done, total) => heard.push(`${done}/${total}`) });
  t.deepEqual(heard, ['2/5', '4/5', '5/5']);
  await t.throwsAsync(classLogits(tinyModel(), tinyCorpus(5), { signal: AbortSignal.abort(new Error('enough')) }), { message: 'enough' });
});

test('a model without classes is refused', async (t) => {
  await t.throwsAsync(classLogits(tinyModel({ task: 'masked-lm', labels: [] }), tinyCorpus(2)), { message: "class logits need a classifier, not a model of task 'masked-lm'" });
});

test('a corpus on disk is labelled to the same bytes as in memory', async (t) => {
  const tokenizer = await trainWordPiece(['a b c d e'], { size: 20, lowercase: true });
  const texts = makeCorpus(Array.from({ length: 11 }, (_, i) => ({ id: `x${i}`, text: 'a b c d e'.slice(0, 1 + 2 * (i % 5)) })), { name: 'toy', split: 'train' });
  const stored = await tokenise(streamOf(texts), tokenizer, { maxTokens: 6, cache: await temporaryFolder(t), shardTokens: 15 });
  const [model, options] = [tinyModel(), { rows: 2, shardRows: 4 }];
  const onDisk = await labelCorpus(model, stored, { ...options, root: await temporaryFolder(t) });
  const inMemory = await labelCorpus(model, await stored.load(), { ...options, root: await temporaryFolder(t) });
  t.deepEqual(onDisk.header.shards.map(({ rows }) => rows), [4, 4, 3]);
  t.deepEqual(await bytesIn(onDisk.folder), await bytesIn(inMemory.folder));
});

test('a labelled corpus is the teacher, recorded', async (t) => {
  const [model, corpus] = [tinyModel(), tinyCorpus(10)];
  const labels = await labelCorpus(model, corpus, { root: await temporaryFolder(t), rows: 3, shardRows: 4 });
  t.deepEqual(labels.header.shards.map(({ rows }) => rows), [4, 4, 2]);
  t.deepEqual([...labels.rows.keys()], corpus.exampleIds);
  t.deepEqual(labels.header.source, await labelSource(model, corpus));
  for (const host of evaluationBatches(corpus, { rows: 7, padId: 0 })) {
    const batch = upload(host);
    const [stored, live] = [await recordedTeacher(labels).says(batch, { logits: true }), await liveTeacher(model).says(batch, { logits: true })];
    await closeTensors(t, 'logits', stored.logits, live.logits);
  }
});

test('hidden states are recorded as the model says them, in 16 bits, padding left out', async (t) => {
  const [model, corpus] = [tinyModel(), tinyCorpus(10)];
  const wants = { logits: true, pooled: true, cls: [1, -1], hidden: [0, -2] } as const;
  const labels = await labelCorpus(model, corpus, { root: await temporaryFolder(t), rows: 3, shardRows: 4, wants });
  t.deepEqual(labels.header.wants, { logits: true, pooled: true, cls: [1, 2], hidden: [0, 1] });
  t.deepEqual(labels.header.states, { width: 9, layers: 2 });
  const half = { relative: 2 ** -11, absolute: 1e-6 };
  for (const host of evaluationBatches(corpus, { rows: 7, padId: 0 })) {
    const batch = upload(host);
    const [stored, live] = [await recordedTeacher(labels).says(batch, wants), await liveTeacher(model).says(batch, { ...wants, cls: [1, 2], hidden: [0, 1] })];
    await closeTensors(t, 'logits', stored.logits, live.logits);
    await closeTensors(t, 'pooled', stored.pooled, live.pooled, half);
    await closeTensors(t, 'cls 1', stored.cls.get(1)!, live.cls.get(1)!, half);
    await closeTensors(t, 'cls last', stored.cls.get(-1)!, live.cls.get(2)!, half);
    const mask = tf.expandDims(batch.mask, 2);
    await closeTensors(t, 'hidden 0', stored.hidden.get(0)!, tf.mul(live.hidden.get(0)!, mask), half);
    await closeTensors(t, 'hidden before last', stored.hidden.get(-2)!, tf.mul(live.hidden.get(1)!, mask), half);
  }
});

test('with hidden states, stopped and started again, the store has the same bytes; who wants less finds it', async (t) => {
  const [model, corpus, root] = [tinyModel(), tinyCorpus(10), await temporaryFolder(t)];
  const options = { rows: 2, shardRows: 4, wants: { hidden: [1], cls: [2] } };
  const whole = await labelCorpus(model, corpus, { ...options, root: await temporaryFolder(t) });
  const stop = new AbortController();
  await t.throwsAsync(labelCorpus(model, corpus, { ...options, root, signal: stop.signal, onProgress: (done) => done >= 6 && stop.abort(new Error('stopped')) }), { message: 'stopped' });
  const { folder } = await labelCorpus(model, corpus, { ...options, root });
  t.deepEqual(await bytesIn(folder), await bytesIn(whole.folder));
  t.is((await labelCorpus(model, corpus, { root, onProgress: () => t.fail('it was labelled again') })).folder, folder);
});

test('what is never stored, and states above 16 bits, are refused', async (t) => {
  const root = await temporaryFolder(t);
  await t.throwsAsync(labelCorpus(tinyModel(), tinyCorpus(2), { root, wants: { attention: [0] } }), { message: /attention cannot be stored/ });
  const large = tinyModel();
  const name = large.parameters.names.find((one) => one.includes('embeddings.LayerNorm.weight')) ?? '';
  const values = new Map([...(await large.parameters.read())].map(([one, { data }]) => [one, one === name ? data.map((value) => value * 1e6) : data]));
  large.parameters.assign(values);
  await t.throwsAsync(labelCorpus(large, tinyCorpus(2), { root, wants: { hidden: [0] } }), { message: /^hidden_0 of example e\d holds -?\d+.*, more than 16 bits can \(65504\): ask this teacher live$/ });
});

test('scores and several classes at once are labels like others', async (t) => {
  for (const change of [{ task: 'regression', labels: ['score'] }, { task: 'multi-label', labels: ['a', 'b', 'c', 'd'] }] as const) {
    const [model, corpus] = [tinyModel(change), tinyCorpus(5)];
    const { header, logits } = await labelCorpus(model, corpus, { root: await temporaryFolder(t) });
    t.deepEqual([header.source.task, header.source.labels], [change.task, [...change.labels]]);
    close(t, change.task, logits, await oneByOne(model, corpus));
  }
});

test('two at once: one labels, the other says who does; a store that is whole is open to all', async (t) => {
  const [model, corpus, root] = [tinyModel(), tinyCorpus(6), await temporaryFolder(t)];
  let refused: Promise<unknown> | undefined;
  const onProgress = () => {
    refused ??= t.throwsAsync(labelCorpus(model, corpus, { root }), { message: /another process \(number \d+, since [^)]+\) is writing here; wait until it is done/ });
  };
  const label = () => labelCorpus(model, corpus, { root, rows: 2, shardRows: 2, onProgress });
  const { folder } = await label();
  t.truthy(refused);
  await refused;
  t.deepEqual((await readdir(folder)).sort(), ['header.json', 'shard-00000.arrow', 'shard-00001.arrow', 'shard-00002.arrow'], 'no lock stays behind');
  await t.notThrowsAsync(label());
});

test('stopped anywhere and started again, the store has the same bytes', async (t) => {
  const [model, corpus] = [tinyModel(), tinyCorpus(10)];
  const options = { rows: 2, shardRows: 4 };
  const whole = await labelCorpus(model, corpus, { ...options, root: await temporaryFolder(t) });
  const root = await temporaryFolder(t);
  const progress: number[] = [];
  for (const after of [2, 6, 10, Infinity]) {
    const stop = new AbortController();
    const onProgress = (done: number) => {
      progress.push(done);
      if (done >= after) stop.abort(new Error('stopped'));
    };
    const labelling = labelCorpus(model, corpus, { ...options, root, onProgress, signal: stop.signal });
    if (after < 10) await t.throwsAsync(labelling, { message: 'stopped' });
    else await labelling;
  }
  t.deepEqual(progress, [2, 2, 4, 6, 6, 8, 10], 'whole shards are not labelled again, a torn one is');
  const { folder } = await labelCorpus(model, corpus, { ...options, root });
  t.deepEqual(await bytesIn(folder), await bytesIn(whole.folder));
});

test('what is labelled once is not labelled again', async (t) => {
  const [model, corpus, root] = [tinyModel(), tinyCorpus(5), await temporaryFolder(t)];
  const first = await labelCorpus(model, corpus, { root });
  const again = await labelCorpus(model, corpus, { root, onProgress: () => t.fail('it was labelled again') });
  t.is(again.folder, first.folder);
  t.deepEqual(again.logits, first.logits);
  t.not((await labelCorpus(tinyModel({}, 2), corpus, { root })).folder, first.folder, 'another teacher has another store');
});

test.serial('labelling leaves no tensor behind', async (t) => {
  const [model, corpus, root] = [tinyModel(), tinyCorpus(5), await temporaryFolder(t)];
  t.deepEqual(await leaks(async () => void (await labelCorpus(model, corpus, { root, rows: 2, shardRows: 3 }))), { tensors: 0, buffers: 0 });
});
