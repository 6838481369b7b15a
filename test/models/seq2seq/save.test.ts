import { copyFile, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import * as tf from '../../../src/engine/tf.ts';
import { loadSeq2Seq } from '../../../src/models/seq2seq/load.ts';
import type { Seq2Seq } from '../../../src/models/seq2seq/model.ts';
import { translationSamples } from '../../../src/models/seq2seq/samples.ts';
import { saveSeq2Seq } from '../../../src/models/seq2seq/save.ts';
import { searchTranslations } from '../../../src/models/seq2seq/search.ts';
import { readJson } from '../../../src/storage/json.ts';
import { type HostTensor, readSafetensors, writeSafetensors } from '../../../src/storage/safetensors.ts';
import { bitsOf } from '../tiny-model.ts';
import { temporaryFolder } from '../../storage/temporary-folder.ts';
import { startEngine } from '../../engine-under-test.ts';
import { familyNames, pairBatch, tinySeq2Seq } from './tiny-seq2seq.ts';

test.before(startEngine);

const tokenizer = (folder: string) => writeFile(join(folder, 'vocab.json'), '{}');
const save = (folder: string, model: Seq2Seq) => saveSeq2Seq(folder, model, { tokenizer, card: { name: 'tiny', story: ['A test.'], scores: [['BLEU', '31.2']], license: 'mit' } });

for (const family of familyNames) {
  test.serial(`${family}: the folder is complete, and read again it is the same model and translates alike`, async (t) => {
    const folder = join(await temporaryFolder(t), 'deep', 'student');
    const model = tinySeq2Seq({ family, ...(family === 't5' && { tied: false, gated: true, activation: 'gelu_new' as const }) });
    await save(folder, model);
    t.deepEqual((await readdir(folder)).sort(), ['README.md', 'config.json', 'generation_config.json', 'model.safetensors', 'onnx', 'vocab.json']);
    t.deepEqual((await readdir(join(folder, 'onnx'))).sort(), ['decoder_model_merged.onnx', 'encoder_model.onnx']);
    const { model: again, notices } = await loadSeq2Seq(folder);
    t.deepEqual(notices, []);
    t.is(await bitsOf(again), await bitsOf(model));
    const batch = pairBatch();
    t.deepEqual(await searchTranslations(again, batch, { maxNewTokens: 6 }), await searchTranslations(model, batch, { maxNewTokens: 6 }));
    t.regex(await readFile(join(folder, 'README.md'), 'utf8'), /pipeline_tag: translation[\s\S]*license: mit[\s\S]*2\+2 layers x 9[\s\S]*\| BLEU \| 31.2 \|[\s\S]*AutoModelForSeq2SeqLM/);
    batch.dispose();
    model.dispose();
    again.dispose();
  });
}

test.serial('ONNX can be left away; the card shows transformers.js where it has all that it reads', async (t) => {
  const folder = await temporaryFolder(t);
  const model = tinySeq2Seq();
  const cardOf = async (name: string, options: { onnx?: boolean; file?: string }) => {
    const { file = 'tokenizer.json', ...rest } = options;
    await saveSeq2Seq(join(folder, name), model, { tokenizer: (place) => writeFile(join(place, file), '{}'), card: { name, story: [] }, ...rest });
    return readFile(join(folder, name, 'README.md'), 'utf8');
  };
  t.regex(await cardOf('whole', {}), /pipeline\('translation', 'FOLDER'/);
  t.notRegex(await cardOf('opus', { file: 'source.spm' }), /pipeline\(/);
  t.notRegex(await cardOf('without', { onnx: false }), /pipeline\(/);
  t.false((await readdir(join(folder, 'without'))).includes('onnx'));
  model.dispose();
});

test.serial('fields that transformers reads as decimals are written so', async (t) => {
  const folder = join(await temporaryFolder(t), 't5');
  const model = tinySeq2Seq({ family: 't5' });
  await save(folder, model);
  t.regex(await readFile(join(folder, 'config.json'), 'utf8'), /"initializer_factor": 1\.0,?\n/);
  model.dispose();
});

test.serial('samples for other runtimes are what the model says and how it translates', async (t) => {
  const folder = join(await temporaryFolder(t), 'samples');
  const model = tinySeq2Seq();
  const before = tf.memory().numTensors;
  const parity = await translationSamples(model, { sources: [[4, 5, 1], [9, 1]], precision: 'fp32' });
  t.is(tf.memory().numTensors, before);
  await saveSeq2Seq(folder, model, { tokenizer, card: { name: 'tiny', story: [] }, parity });
  t.deepEqual(JSON.parse(await readFile(join(folder, 'parity.json'), 'utf8')), parity);
  t.deepEqual([parity.fed.map(([start]) => start), parity.logits.map(({ length }) => length)], [[0, 0], [23, 23]]);
  t.deepEqual(parity.fed.map((fed) => fed.slice(1)), parity.translations.map((tokens) => tokens.slice(0, -1)));
  model.dispose();
});

async function changed(t: ExecutionContext, change: (tensors: Map<string, HostTensor>) => Map<string, HostTensor>): Promise<{ folder: string; bits: string }> {
  const folder = join(await temporaryFolder(t), 'model');
  const model = tinySeq2Seq();
  await save(folder, model);
  const bits = await bitsOf(model);
  model.dispose();
  const path = join(folder, 'model.safetensors');
  const { tensors } = await readSafetensors(path);
  await rm(path);
  await writeSafetensors(path, change(tensors));
  return { folder, bits };
}

test.serial('names of older checkpoints, copies of the embeddings and stored positions are known', async (t) => {
  const table = (await changed(t, (tensors) => {
    const shared = tensors.get('model.shared.weight')!;
    const copies = ['lm_head.weight', 'model.encoder.embed_tokens.weight', 'model.decoder.embed_tokens.weight', 'model.encoder.embed_positions.weight'];
    return new Map([...tensors, ...copies.map((name) => [name, shared] as const)]);
  }));
  const { model } = await loadSeq2Seq(table.folder);
  t.is(await bitsOf(model), table.bits);
  model.dispose();
  const bare = await changed(t, (tensors) => new Map([...tensors].map(([name, tensor]) => [name.replace(/^model\./, ''), tensor])));
  const { model: same } = await loadSeq2Seq(bare.folder);
  t.is(await bitsOf(same), bare.bits);
  same.dispose();
});

test.serial('an unlearned bias may be missing, and is zero; nothing else may be missing, left over or misshapen', async (t) => {
  const without = await changed(t, (tensors) => new Map([...tensors].filter(([name]) => name !== 'final_logits_bias')));
  const { model } = await loadSeq2Seq(without.folder);
  t.true((await model.parameters.get('final_logits_bias').data()).every((value) => value === 0));
  model.dispose();
  const before = tf.memory().numTensors;
  const wrong = await changed(t, (tensors) => {
    const [first] = [...tensors.values()];
    return new Map([...tensors, ['model.decoder.layers.0.self_attn.q_proj.weight', { ...first!, dtype: 'F32', shape: [1], bytes: new Uint8Array(4) }] as const, ['stray', { ...first!, dtype: 'F32', shape: [1], bytes: new Uint8Array(4) }] as const].filter(([name]) => name !== 'model.encoder.layers.1.fc1.bias'));
  });
  const { message } = await t.throwsAsync<Error>(loadSeq2Seq(wrong.folder));
  t.true(message.startsWith(`${wrong.folder}: the weights do not fit config.json (marian, 2+2 layers)`), message);
  for (const part of [/missing: model\.encoder\.layers\.1\.fc1\.bias \[11\]/, /misshapen: model\.decoder\.layers\.0\.self_attn\.q_proj\.weight is \[1\]/, /unexpected: stray/]) t.regex(message, part);
  t.is(tf.memory().numTensors, before);
});

test.serial('a folder without generation_config.json searches as config.json says', async (t) => {
  const folder = join(await temporaryFolder(t), 'old');
  const model = tinySeq2Seq();
  await save(folder, model);
  model.dispose();
  await rm(join(folder, 'generation_config.json'));
  const file = join(folder, 'config.json');
  await writeFile(file, JSON.stringify({ ...(await readJson(file) as object), do_sample: true }));
  const { model: old, notices } = await loadSeq2Seq(folder);
  t.like(old.config.generation, { startId: 0, eosIds: [1], beams: 1, maxNewTokens: 19 });
  t.deepEqual(notices, ['generation settings that are not obeyed: do_sample']);
  old.dispose();
  await copyFile(join(folder, 'README.md'), join(folder, 'generation_config.json'));
  await t.throwsAsync(loadSeq2Seq(folder), { message: /generation_config\.json:1/ });
});
