import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { upload } from '../../src/engine/batch.ts';
import { leaks } from '../../src/engine/memory.ts';
import type { Model } from '../../src/models/model.ts';
import { classLogits, labelCorpus, labelSource, modelFingerprint } from '../../src/teacher/label-corpus.ts';
import { recordedTeacher } from '../../src/teacher/recorded.ts';
import { liveTeacher } from '../../src/teacher/teacher.ts';
import { type EncodedCorpus } from '../../src/text/encoded-corpus.ts';
import { evaluationBatches } from '../../src/text/batches.ts';
import { close, closeTensors, read } from '../engine/numbers.ts';
import { tinyModel } from '../models/tiny-model.ts';
import { temporaryFolder } from '../storage/temporary-folder.ts';
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

test('any bit of any weight, and any number that is computed with, changes the fingerprint; file fields do not', async (t) => {
  const model = tinyModel();
  const original = await modelFingerprint(model);
  t.is(await modelFingerprint(tinyModel()), original);
  const seen = new Set([original]);
  const values = new Map([...(await model.parameters.read())].map(([name, { data }]) => [name, data]));
  for (const [name, data] of values) {
    const bits = new Uint32Array(data.slice().buffer);
    bits[bits.length - 1] = (bits[bits.length - 1] ?? 0) ^ 1;
    model.parameters.assign(new Map([...values, [name, new Float32Array(bits.buffer)]]));
    seen.add(await modelFingerprint(model));
  }
  t.is(seen.size, values.size + 1);
  for (const change of [{ normEpsilon: 1e-6 }, { activation: 'relu' }, { heads: 1 }, { labels: ['yes', 'no', 'perhaps'] }] as const) seen.add(await modelFingerprint(tinyModel(change)));
  t.is(seen.size, values.size + 5);
  t.is(await modelFingerprint(tinyModel({ source: { transformers_version: '5' } })), original);
});

test.serial('labelling leaves no tensor behind', async (t) => {
  const [model, corpus, root] = [tinyModel(), tinyCorpus(5), await temporaryFolder(t)];
  t.deepEqual(await leaks(async () => void (await labelCorpus(model, corpus, { root, rows: 2, shardRows: 3 }))), { tensors: 0, buffers: 0 });
});
