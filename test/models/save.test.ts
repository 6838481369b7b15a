import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import type { EncoderConfig, FamilyName } from '../../src/models/config.ts';
import { families } from '../../src/models/families.ts';
import { loadModel } from '../../src/models/load.ts';
import { saveModel, type SaveOptions } from '../../src/models/save.ts';
import { hashFile } from '../../src/storage/hash.ts';
import { readSafetensors } from '../../src/storage/safetensors.ts';
import type { Tokenizer } from '../../src/text/tokenizer.ts';
import { loadTokenizer } from '../../src/text/tokenizer-files.ts';
import { trainWordPiece } from '../../src/text/train-word-piece.ts';
import { read } from '../engine/numbers.ts';
import { temporaryFolder } from '../storage/temporary-folder.ts';
import { bitsOf, tinyBatch, tinyModel } from './tiny-model.ts';
import { startEngine } from '../engine-under-test.ts';

let tokenizer: Tokenizer;
test.before(async () => {
  await startEngine();
  tokenizer = await trainWordPiece(['a bad dab', 'a fab cab'], { size: 29, lowercase: true });
});

const save = async (folder: string, change: Partial<EncoderConfig> = {}, options: Partial<SaveOptions> = {}, seed = 1) => {
  const model = tinyModel({ vocabulary: 29, ...change }, seed);
  await saveModel(folder, model, { tokenizer, card: { name: 'tiny', story: ['A test.'] }, ...options });
  return model;
};
const filesIn = async (folder: string) => (await readdir(folder, { recursive: true })).map((name) => name.replaceAll('\\', '/')).sort();
const contentOf = async (folder: string) => Promise.all((await filesIn(folder)).filter((name) => name.includes('.')).map(async (name) => [name, await hashFile(join(folder, name))]));
const json = async (...path: string[]) => JSON.parse(await readFile(join(...path), 'utf8')) as Record<string, unknown>;
const always = ['README.md', 'config.json', 'model.safetensors', 'special_tokens_map.json', 'tokenizer.json', 'tokenizer_config.json'];

for (const family of Object.keys(families) as FamilyName[]) {
  test(`${family}: the folder is complete, and read again it is the same model, bit for bit`, async (t) => {
    const folder = join(await temporaryFolder(t), 'deep', 'student');
    const saved = await save(folder, { family });
    t.deepEqual(await filesIn(folder), [...always, 'onnx', 'onnx/model.onnx'].sort());
    const { model, notices } = await loadModel(folder);
    t.deepEqual(notices, []);
    t.is(await bitsOf(model), await bitsOf(saved));
    const logits = (of: typeof model) => read(of.forward(tinyBatch(), { logits: true }).logits);
    t.deepEqual(await logits(model), await logits(saved));
    const { source: _written, ...config } = model.config;
    const { source: _empty, ...expected } = saved.config;
    t.deepEqual(config, expected);
    t.is((await loadTokenizer(folder)).fingerprint, tokenizer.fingerprint);
    const settings = await json(folder, 'tokenizer_config.json');
    t.deepEqual([settings.tokenizer_class, settings.model_max_length], [families[family].tokenizer.model === 'WordPiece' ? families[family].tokenizer.className : 'BertTokenizer', 13]);
    t.is((settings.model_input_names as string[]).includes('token_type_ids'), families[family].takesTypeIds);
    t.deepEqual((await readSafetensors(join(folder, 'model.safetensors'))).metadata, { format: 'pt' });
    t.regex(await readFile(join(folder, 'README.md'), 'utf8'), /^# tiny$/m);
  });
}

test('a bare encoder is stored without its prefix and without ONNX', async (t) => {
  const folder = join(await temporaryFolder(t), 'bare');
  const saved = await save(folder, { task: 'none', labels: [] });
  t.deepEqual(await filesIn(folder), always);
  const { tensors } = await readSafetensors(join(folder, 'model.safetensors'));
  t.true(tensors.has('embeddings.word_embeddings.weight') && tensors.has('pooler.dense.bias'));
  t.is(await bitsOf((await loadModel(folder)).model), await bitsOf(saved));
});

test('a masked-LM model comes back as one', async (t) => {
  const folder = join(await temporaryFolder(t), 'masked');
  const saved = await save(folder, { task: 'masked-lm', labels: [] });
  t.deepEqual(await filesIn(folder), always);
  const { model } = await loadModel(folder);
  t.deepEqual([model.config.task, await bitsOf(model)], ['masked-lm', await bitsOf(saved)]);
});

test('parity samples are written where given, ONNX is left out where not wanted', async (t) => {
  const folder = join(await temporaryFolder(t), 'model');
  const parity = { texts: ['a bad'], pairs: null, logits: [[0.5, 1, 2]], maxTokens: 13, precision: 'fp32' as const };
  await save(folder, {}, { parity, onnx: false });
  t.deepEqual(await filesIn(folder), [...always, 'parity.json'].sort());
  t.deepEqual(await json(folder, 'parity.json'), parity);
});

test('weights are split where a shard would be too large', async (t) => {
  const folder = join(await temporaryFolder(t), 'model');
  const saved = await save(folder, {}, { maxShardBytes: 2000, onnx: false });
  const files = (await filesIn(folder)).filter((name) => name.endsWith('.safetensors'));
  t.true(files.length > 2 && files.every((name) => /^model-\d{5}-of-\d{5}\.safetensors$/.test(name)), files.join());
  t.is(await bitsOf((await loadModel(folder)).model), await bitsOf(saved));
});

test('a folder that exists is replaced as a whole', async (t) => {
  const folder = join(await temporaryFolder(t), 'model');
  await save(folder, {}, { maxShardBytes: 2000, onnx: true });
  await writeFile(join(folder, 'stray.txt'), 'of the old one');
  const saved = await save(folder, {}, { onnx: false }, 2);
  t.deepEqual(await filesIn(folder), always);
  t.is(await bitsOf((await loadModel(folder)).model), await bitsOf(saved));
});

test('whatever fails on the way, the old folder stays whole and nothing lies beside it', async (t) => {
  const root = await temporaryFolder(t);
  const folder = join(root, 'model');
  await save(folder);
  const before = await contentOf(folder);
  const broken = Object.create(tokenizer) as Tokenizer;
  broken.tokenizerJson = () => {
    throw new Error('the tokenizer broke');
  };
  await t.throwsAsync(save(folder, {}, { tokenizer: broken }, 2), { message: 'the tokenizer broke' });
  await t.throwsAsync(save(folder, { task: 'masked-lm', labels: [] }, { onnx: true }, 2), { message: /model\.onnx: .*masked-lm/ });
  const parity = { texts: [], pairs: null, logits: [], maxTokens: 1, precision: 'fp32' as const, toJSON: () => undefined };
  await t.throwsAsync(save(folder, {}, { parity }, 2), { message: /parity\.json: undefined is not a JSON value|parity\.json/ });
  t.deepEqual(await contentOf(folder), before);
  t.deepEqual(await readdir(root), ['model']);
});

test('a file in the way is refused before the work, and stays', async (t) => {
  const root = await temporaryFolder(t);
  await mkdir(join(root, 'deep'));
  await writeFile(join(root, 'deep', 'model'), 'a file');
  await t.throwsAsync(save(join(root, 'deep', 'model')), { message: /a file or link stands where a folder is to be written/ });
  t.is(await readFile(join(root, 'deep', 'model'), 'utf8'), 'a file');
});
