import { cp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { loadModel, type LoadOptions, readConfig } from '../../src/models/load.ts';
import type { Model } from '../../src/models/model.ts';
import { float32Of } from '../../src/storage/halves.ts';
import { readSafetensors } from '../../src/storage/safetensors.ts';
import { temporaryFolder } from '../storage/temporary-folder.ts';
import { changedFolder, filled, fixture, renamed } from './changed-folder.ts';
import { bitsOf } from './tiny-model.ts';
import { startEngine } from '../engine-under-test.ts';

test.before(startEngine);

const load = async (name: string, options?: LoadOptions) => loadModel(fixture(name), options);
const dataOf = async ({ parameters }: Model, name: string) => (await parameters.read()).get(name)?.data;
const storedIn = async (name: string, tensor: string) => float32Of((await readSafetensors(join(fixture(name), 'model.safetensors'))).tensors.get(tensor)!);

test('a whole checkpoint of the task loads without a notice, under the names it is stored by', async (t) => {
  for (const name of ['bert-classifier', 'distilbert-classifier', 'bert-mlm', 'distilbert-mlm', 'bert-regression', 'bert-multilabel', 'roberta-classifier', 'electra-classifier', 'albert-classifier', 'albert-mlm', 'mobilebert-classifier']) {
    const { model, notices } = await load(name);
    t.deepEqual(notices, [], name);
    for (const [parameter, { data }] of await model.parameters.read()) t.deepEqual(data, await storedIn(name, parameter), `${name} ${parameter}`);
  }
});

test('one error lists every missing, every misshapen and every unexpected name', async (t) => {
  const folder = await changedFolder(t, 'bert-classifier', (tensors) => {
    tensors.delete('bert.encoder.layer.1.output.dense.bias');
    tensors.delete('classifier.bias');
    tensors.set('bert.pooler.dense.weight', filled([12, 13]));
    tensors.set('bert.embeddings.LayerNorm.weight', filled([1, 12]));
    tensors.set('bert.encoder.layer.3.output.dense.bias', filled([12]));
    tensors.set('lm_head.weight', filled([2]));
  });
  const error = await t.throwsAsync(loadModel(folder));
  t.deepEqual(error.message.split('\n').map((line) => line.trim()).sort(), [
    `${folder}: the weights do not fit config.json (bert, 3 layers, task single-label)`,
    'missing: bert.encoder.layer.1.output.dense.bias [12]',
    'missing: classifier.bias [3]',
    'misshapen: bert.embeddings.LayerNorm.weight is [1, 12], the config calls for [12]',
    'misshapen: bert.pooler.dense.weight is [12, 13], the config calls for [12, 12]',
    'unexpected: bert.encoder.layer.3.output.dense.bias',
    'unexpected: lm_head.weight',
  ].sort());
});

test('a head of the same task must be whole, even for one whose classes are only renamed', async (t) => {
  const folder = await changedFolder(t, 'distilbert-classifier', (tensors) => void tensors.delete('pre_classifier.weight'));
  await t.throwsAsync(loadModel(folder), { message: /missing: pre_classifier\.weight \[15, 15\]/ });
  await t.throwsAsync(loadModel(folder, { labels: ['a', 'b', 'c'] }), { message: /missing: pre_classifier\.weight/ });
  const { model, notices } = await load('distilbert-classifier', { labels: ['a', 'b', 'c'] });
  t.deepEqual([model.config.labels, notices], [['a', 'b', 'c'], []]);
});

test('a trunk is never fresh, whatever the task', async (t) => {
  const folder = await changedFolder(t, 'bert-mlm', (tensors) => void tensors.delete('bert.embeddings.LayerNorm.bias'));
  await t.throwsAsync(loadModel(folder, { task: 'single-label', labels: ['a', 'b'] }), { message: /missing: bert\.embeddings\.LayerNorm\.bias/ });
});

test('a bare encoder becomes a classifier: its pooler is kept, the classifier is fresh and says so', async (t) => {
  const { model, notices } = await load('bert-model', { task: 'single-label', labels: ['a', 'b'], seed: 5 });
  t.deepEqual(notices, [`fresh head (seed 5), because ${fixture('bert-model')} was not made for this task: classifier.weight, classifier.bias`]);
  t.deepEqual(await dataOf(model, 'bert.pooler.dense.weight'), await storedIn('bert-model', 'pooler.dense.weight'));
  const weight = await dataOf(model, 'classifier.weight');
  t.is(weight?.length, 30);
  t.true(weight?.every((value) => value !== 0 && Math.abs(value) < 0.12), 'normal with the initialiser range 0.02');
  t.deepEqual(await dataOf(model, 'classifier.bias'), new Float32Array(2));
});

test('a masked-LM checkpoint becomes a classifier: pooler and classifier fresh, its own head left aside', async (t) => {
  const { model, notices } = await load('bert-mlm', { task: 'single-label', labels: ['a', 'b', 'c'] });
  t.is(notices.length, 2);
  t.true(notices[0]?.endsWith('bert.pooler.dense.weight, bert.pooler.dense.bias, classifier.weight, classifier.bias'), notices[0]);
  t.regex(notices[1] ?? '', /^left aside, not part of this task: .*cls\.predictions\.transform\.dense\.weight/);
  t.deepEqual([model.config.task, model.config.labels], ['single-label', ['a', 'b', 'c']]);
  t.deepEqual(await dataOf(model, 'bert.embeddings.word_embeddings.weight'), await storedIn('bert-mlm', 'bert.embeddings.word_embeddings.weight'));
});

test('other classes in number: a fresh classifier, the pooler of the checkpoint', async (t) => {
  for (const [name, pooler] of [['bert-classifier', 'bert.pooler.dense'], ['distilbert-classifier', 'pre_classifier']] as const) {
    const { model, notices } = await load(name, { labels: ['a', 'b'] });
    t.is(notices.length, 1);
    t.true(notices[0]?.endsWith(': classifier.weight, classifier.bias'), notices[0]);
    t.deepEqual(await dataOf(model, `${pooler}.weight`), await storedIn(name, `${pooler}.weight`));
    t.deepEqual(model.parameters.get('classifier.bias').shape, [2]);
  }
});

test('a fresh head is its seed\'s, and the rest is not', async (t) => {
  const load2 = async (seed: number) => (await load('bert-mlm', { task: 'multi-label', labels: ['a', 'b'], seed })).model;
  const [one, same, other] = [await load2(1), await load2(1), await load2(2)];
  t.is(await bitsOf(one), await bitsOf(same));
  t.notDeepEqual(await dataOf(one, 'classifier.weight'), await dataOf(other, 'classifier.weight'));
  t.notDeepEqual(await dataOf(one, 'bert.pooler.dense.weight'), await dataOf(other, 'bert.pooler.dense.weight'));
  t.deepEqual(await dataOf(one, 'bert.encoder.layer.1.output.dense.weight'), await dataOf(other, 'bert.encoder.layer.1.output.dense.weight'));
});

test('a classifier read as a bare encoder or for masked words has no classes any more', async (t) => {
  const bare = await load('bert-classifier', { task: 'none' });
  t.deepEqual(bare.model.config.labels, []);
  t.is(bare.notices.length, 1);
  t.regex(bare.notices[0] ?? '', /^left aside, not part of this task: classifier\.(weight, classifier\.bias|bias, classifier\.weight)$/);
  const masked = await load('bert-classifier', { task: 'masked-lm' });
  t.deepEqual(masked.model.config.labels, []);
  t.true(masked.model.parameters.names.includes('cls.predictions.bias'));
});

test('a classifier needs its classes named where the checkpoint has none', async (t) => {
  await t.throwsAsync(load('bert-mlm', { task: 'single-label' }), { message: `${fixture('bert-mlm')}: task single-label needs the names of its classes (labels): the checkpoint, made for masked-lm, has none` });
  await t.throwsAsync(load('bert-classifier', { labels: [] }), { message: /needs the names of its classes/ });
});

test('checkpoints with the names of 2018 load as those of today, buffers and tied copies left', async (t) => {
  const { model, notices } = await load('bert-mlm-old-names');
  t.is(await bitsOf(model), await bitsOf((await load('bert-mlm')).model));
  t.is(notices.length, 1);
  t.deepEqual(notices[0]?.replace('left aside, not part of this task: ', '').split(', ').sort(), ['bert.pooler.dense.bias', 'bert.pooler.dense.weight', 'cls.seq_relationship.bias', 'cls.seq_relationship.weight']);
});

test('gamma beside weight is refused: nobody knows which one is meant', async (t) => {
  const folder = await changedFolder(t, 'bert-classifier', (tensors) => void tensors.set('bert.embeddings.LayerNorm.gamma', filled([12])));
  await t.throwsAsync(loadModel(folder), { message: `${folder}: two stored tensors stand for bert.embeddings.LayerNorm.weight` });
  const old = await changedFolder(t, 'bert-classifier', (tensors) => renamed(tensors, 'bert.embeddings.LayerNorm.weight', 'bert.embeddings.LayerNorm.gamma'));
  t.is(await bitsOf((await loadModel(old)).model), await bitsOf((await load('bert-classifier')).model));
});

test('shards are one checkpoint, and a shard that is gone is told', async (t) => {
  t.is(await bitsOf((await load('bert-classifier-sharded')).model), await bitsOf((await load('bert-classifier')).model));
  const folder = join(await temporaryFolder(t), 'copy');
  await cp(fixture('bert-classifier-sharded'), folder, { recursive: true });
  await rm(join(folder, 'model-00002-of-00003.safetensors'));
  await t.throwsAsync(loadModel(folder), { message: /model-00002-of-00003\.safetensors is not there/ });
});

test('the configuration alone, and a folder without one', async (t) => {
  t.is((await readConfig(fixture('distilbert-classifier'))).family, 'distilbert');
  const folder = await temporaryFolder(t);
  await t.throwsAsync(readConfig(folder), { message: /config\.json/ });
});
