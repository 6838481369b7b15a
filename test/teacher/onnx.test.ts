import { copyFile, cp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import test, { type ExecutionContext } from 'ava';
import { upload } from '../../src/engine/batch.ts';
import { leaks } from '../../src/engine/memory.ts';
import { freshModel, type Model } from '../../src/models/model.ts';
import { saveModel } from '../../src/models/save.ts';
import { labelCorpus } from '../../src/teacher/label-corpus.ts';
import { openOnnxTeacher } from '../../src/teacher/onnx.ts';
import { recordedTeacher } from '../../src/teacher/recorded.ts';
import { disposeSignal, liveTeacher } from '../../src/teacher/teacher.ts';
import { evaluationBatches } from '../../src/text/batches.ts';
import { makeCorpus } from '../../src/text/corpus.ts';
import { encodeCorpus, type EncodedCorpus } from '../../src/text/encoded-corpus.ts';
import { saveTokenizer } from '../../src/text/tokenizer-files.ts';
import type { Tokenizer } from '../../src/text/tokenizer.ts';
import { trainWordPiece } from '../../src/text/train-word-piece.ts';
import { close, closeTensors, read } from '../engine/numbers.ts';
import { type FixtureInputs, fixtureBatch } from '../fixture-runners/encoder-batch.ts';
import { tinyConfig } from '../models/tiny-model.ts';
import { temporaryFolder } from '../storage/temporary-folder.ts';
import { startEngine } from '../engine-under-test.ts';

/** What two float32 runtimes may differ by. */
const twoRuntimes = { relative: 1e-4, absolute: 1e-5 };
const texts = ['a fine day', 'not a fine day at all', 'rain', 'the rain was not so fine', 'a day'];
const pairs = ['yes', 'no', 'no', 'perhaps it was', 'a'];

interface Saved {
  readonly folder: string;
  readonly model: Model;
  readonly tokenizer: Tokenizer;
  readonly corpus: EncodedCorpus;
}

let tokenizer: Tokenizer;
test.before(async () => {
  await startEngine();
  tokenizer = await trainWordPiece(texts, { size: 40, lowercase: true });
});

/** A saved classifier with nothing but its ONNX file to compute with. */
async function saved(t: ExecutionContext, change: Parameters<typeof tinyConfig>[0] = {}): Promise<Saved> {
  const folder = join(await temporaryFolder(t), 'teacher');
  const model = freshModel(tinyConfig({ vocabulary: tokenizer.vocabularySize, padId: tokenizer.padId, initializerRange: 0.5, ...change }), { seed: 3 });
  await saveModel(folder, model, { tokenizer, card: { name: 'x', story: [] } });
  await rm(join(folder, 'model.safetensors'));
  const corpus = await encodeCorpus(makeCorpus(texts.map((text, i) => ({ id: `e${i}`, text, pair: pairs[i]! })), { name: 'x', split: 'train' }), tokenizer, { maxTokens: 13 });
  return { folder, model, tokenizer, corpus };
}

const changedConfig = async (folder: string, change: object) => {
  const file = join(folder, 'config.json');
  await writeFile(file, JSON.stringify({ ...(JSON.parse(await readFile(file, 'utf8')) as object), ...change }));
};

for (const change of [{}, { task: 'multi-label', labels: ['a', 'b', 'c', 'd'] }, { task: 'regression', labels: ['score'] }, { family: 'distilbert', typeVocabulary: 0 }] as const) {
  test(`says what the model says: ${JSON.stringify(change)}`, async (t) => {
    const { folder, model, corpus } = await saved(t, change);
    const teacher = await openOnnxTeacher(folder);
    t.like(teacher, { task: model.config.task, labels: [...model.config.labels], padId: tokenizer.padId, states: null, positions: 13 });
    for (const host of evaluationBatches(corpus, { rows: 2, padId: teacher.padId })) {
      const batch = upload(host);
      await closeTensors(t, 'logits', (await teacher.says(batch, { logits: true })).logits, (await liveTeacher(model).says(batch, { logits: true })).logits, twoRuntimes);
    }
    await teacher.dispose();
  });
}

test('labels a corpus like any teacher', async (t) => {
  const { folder, model, corpus } = await saved(t);
  const teacher = await openOnnxTeacher(folder);
  const root = await temporaryFolder(t);
  const labels = await labelCorpus(teacher, corpus, { root, rows: 2, shardRows: 3 });
  t.deepEqual(labels.header.source, { teacher: teacher.fingerprint, tokenizer: tokenizer.fingerprint, corpus: corpus.corpus, maxTokens: 13, task: 'single-label', labels: ['no', 'perhaps', 'yes'] });
  t.is(labels.header.voice, 'onnx bert model');
  const batch = upload(evaluationBatches(corpus, { rows: 5, padId: 0 }).next().value!);
  await closeTensors(t, 'logits', (await recordedTeacher(labels).says(batch, { logits: true })).logits, (await liveTeacher(model).says(batch, { logits: true })).logits, twoRuntimes);
  await t.throwsAsync(labelCorpus(teacher, corpus, { root, wants: { pooled: true } }), { message: /onnx bert model cannot label so: an ONNX teacher says class logits, but pooled are wanted/ });
  await teacher.dispose();
});

test('a folder as Optimum lays it out, of a family we have not got', async (t) => {
  const { folder, model, corpus } = await saved(t);
  const original = await openOnnxTeacher(folder);
  await copyFile(join(folder, 'onnx', 'model.onnx'), join(folder, 'model.onnx'));
  await rm(join(folder, 'onnx'), { recursive: true });
  await changedConfig(folder, { model_type: 'roberta', architectures: ['RobertaForSequenceClassification'], pad_token_id: 1, max_position_embeddings: 15 });
  const teacher = await openOnnxTeacher(folder);
  t.like(teacher, { name: 'onnx roberta model', positions: 13, fingerprint: original.fingerprint });
  const batch = upload(evaluationBatches(corpus, { rows: 5, padId: teacher.padId }).next().value!);
  await closeTensors(t, 'logits', (await teacher.says(batch, { logits: true })).logits, (await liveTeacher(model).says(batch, { logits: true })).logits, twoRuntimes);
  await changedConfig(folder, { id2label: { 0: 'yes', 1: 'no', 2: 'perhaps' } });
  t.not((await openOnnxTeacher(folder)).fingerprint, original.fingerprint, 'other names of classes are another teacher');
});

test('a RoBERTa that PyTorch exported gives the logits of the reference', async (t) => {
  const folder = join(await temporaryFolder(t), 'roberta');
  await cp(fileURLToPath(new URL('../fixtures/storage/roberta-onnx/', import.meta.url)), folder, { recursive: true });
  await saveTokenizer(tokenizer, folder);
  const teacher = await openOnnxTeacher(folder);
  t.is(teacher.positions, 31);
  const { cases } = JSON.parse(await readFile(join(folder, 'cases.json'), 'utf8')) as { cases: { case: string; inputs: FixtureInputs; logits: number[] }[] };
  t.is(cases.length, 3);
  for (const { case: name, inputs, logits } of cases) close(t, name, await read((await teacher.says(fixtureBatch(inputs), { logits: true })).logits), logits, twoRuntimes);
  await teacher.dispose();
});

test('what is no teacher is said in one sentence that names the folder', async (t) => {
  const { folder, corpus } = await saved(t);
  const copy = async (change: (copied: string) => Promise<void>) => {
    const copied = join(await temporaryFolder(t), 'copy');
    await cp(folder, copied, { recursive: true });
    await change(copied);
    return copied;
  };
  const none = await copy((copied) => rm(join(copied, 'onnx'), { recursive: true }));
  await t.throwsAsync(openOnnxTeacher(none), { message: `${none}: no ONNX file in it; an ONNX teacher is a folder with config.json, tokenizer.json and onnx/model.onnx or model.onnx` });
  const broken = await copy((copied) => writeFile(join(copied, 'onnx', 'model.onnx'), 'not a graph'));
  const { message } = await t.throwsAsync(openOnnxTeacher(broken), { message: /model\.onnx: ONNX Runtime cannot load it: / });
  t.false(message.includes('\n'));
  const small = await copy((copied) => changedConfig(copied, { vocab_size: 20 }));
  await t.throwsAsync(openOnnxTeacher(small), { message: `${small}: the tokenizer has ids up to ${tokenizer.vocabularySize - 1}, the model embeddings for 20; they do not belong together` });
  const masked = await copy((copied) => changedConfig(copied, { architectures: ['BertForMaskedLM'] }));
  await t.throwsAsync(openOnnxTeacher(masked), { message: /config\.json: BertForMaskedLM has no classes to answer with/ });
  const other = await openOnnxTeacher(await copy((copied) => changedConfig(copied, { id2label: { 0: 'yes', 1: 'no' } })));
  const batch = upload(evaluationBatches(corpus, { rows: 5, padId: 0 }).next().value!);
  await t.throwsAsync(other.says(batch, { logits: true }), { message: /copy: the ONNX file gives \[5, 3\] where logits \[5, 2\] are expected of the classes yes, no/ });
  const teacher = await openOnnxTeacher(folder);
  await t.throwsAsync(teacher.says(batch, { hidden: [1] }), { message: /an ONNX teacher says class logits, but hidden are wanted/ });
  const { corpus: strange } = { corpus: { ...corpus, ids: corpus.ids.map(() => 999) } };
  const beyond = await t.throwsAsync(teacher.says(upload(evaluationBatches(strange, { rows: 5, padId: 0 }).next().value!), { logits: true }), { message: /teacher: ONNX Runtime cannot run it on a batch \[5, \d+\]: / });
  t.false(beyond.message.includes('\n'));
});

test.serial('nothing is left of an answer that was disposed', async (t) => {
  const { folder, corpus } = await saved(t);
  const teacher = await openOnnxTeacher(folder);
  t.deepEqual(await leaks(async () => {
    const batch = upload(evaluationBatches(corpus, { rows: 5, padId: 0 }).next().value!);
    const { members } = await teacher.says(batch, { members: true });
    t.deepEqual(members.shape, [1, 5, 3]);
    members.dispose();
    disposeSignal(await teacher.says(batch, { logits: true, members: true }));
    batch.dispose();
  }), { tensors: 0, buffers: 0 });
  await teacher.dispose();
});
