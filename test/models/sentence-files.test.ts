import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { env, pipeline } from '@huggingface/transformers';
import test from 'ava';
import { embeddingsOf } from '../../src/evaluate/sentence-similarity.ts';
import { saveModel } from '../../src/models/save.ts';
import { readSentenceSettings, writeSentenceFiles } from '../../src/models/sentence-files.ts';
import { makeCorpus } from '../../src/text/corpus.ts';
import { encodeCorpus } from '../../src/text/encoded-corpus.ts';
import { trainWordPiece } from '../../src/text/train-word-piece.ts';
import { precisionUnderTest } from '../engine-choice.ts';
import { startEngine } from '../engine-under-test.ts';
import { temporaryFolder } from '../storage/temporary-folder.ts';
import { tinyModel } from './tiny-model.ts';

test.before(startEngine);
env.allowRemoteModels = false;

const texts = ['a bad dab', 'cab', 'a fab cab bad dab'];

for (const family of ['bert', 'distilbert', 'mobilebert'] as const) {
  test.serial(`${family}: transformers.js embeds texts as we do, one by one and padded together`, async (t) => {
    const tokenizer = await trainWordPiece(['a bad dab', 'a fab cab'], { size: 29, lowercase: true });
    const model = tinyModel({ family, task: 'none', labels: [], vocabulary: tokenizer.vocabularySize });
    const folder = join(await temporaryFolder(t), 'embedder');
    await saveModel(folder, model, { tokenizer, card: { name: 'tiny', story: [] }, sentence: { normalize: false, maxTokens: 12 } });
    const corpus = await encodeCorpus(makeCorpus(texts.map((text, i) => ({ id: `${i}`, text })), { name: 'texts', split: 'test' }), tokenizer, { maxTokens: 12 });
    const ours = await embeddingsOf(model, corpus, { rows: family === 'mobilebert' ? 1 : 3 });
    const embed = await pipeline<'feature-extraction'>('feature-extraction', folder, { dtype: 'fp32', device: 'cpu', local_files_only: true });
    t.teardown(() => embed.dispose());
    const theirs = (await embed(texts, { pooling: 'mean' })).data as Float32Array;
    // A padded MobileBERT reads the padding beside a row's last word; only its longest row is the same alone.
    const from = family === 'mobilebert' ? 2 * 9 : 0;
    const worst = Math.max(...ours.subarray(from).map((value, i) => Math.abs(value - theirs[from + i]!)));
    if (family !== 'mobilebert' || precisionUnderTest === 'fp32') t.true(worst < (precisionUnderTest === 'bf16' ? 0.1 : 1e-5), `${worst}`);
    t.regex(await readFile(join(folder, 'README.md'), 'utf8'), /library_name: sentence-transformers[^]*'feature-extraction'[^]*normalize: false/);
  });
}

test('what is written is read again, and says what sentence-transformers looks for', async (t) => {
  const folder = await temporaryFolder(t);
  t.is(await readSentenceSettings(folder), undefined);
  for (const settings of [{ normalize: true, maxTokens: 64 }, { normalize: false, maxTokens: 128 }]) {
    await writeSentenceFiles(folder, settings, 9);
    t.deepEqual(await readSentenceSettings(folder), settings);
  }
  const modules = JSON.parse(await readFile(join(folder, 'modules.json'), 'utf8')) as unknown;
  t.deepEqual(modules, [
    { idx: 0, name: '0', path: '', type: 'sentence_transformers.models.Transformer' },
    { idx: 1, name: '1', path: '1_Pooling', type: 'sentence_transformers.models.Pooling' },
  ]);
  t.like(JSON.parse(await readFile(join(folder, '1_Pooling', 'config.json'), 'utf8')), { word_embedding_dimension: 9, pooling_mode_mean_tokens: true });
});

test('another pooling, another step, no pooling at all: refused by file', async (t) => {
  const folder = await temporaryFolder(t);
  await mkdir(join(folder, '1_Pooling'));
  const modules = (...kinds: string[]) => writeFile(join(folder, 'modules.json'), JSON.stringify(kinds.map((kind) => ({ path: '1_Pooling', type: `sentence_transformers.models.${kind}` }))));
  await modules('Transformer', 'Pooling');
  await writeFile(join(folder, '1_Pooling', 'config.json'), JSON.stringify({ pooling_mode_cls_token: true, pooling_mode_mean_tokens: false }));
  await t.throwsAsync(readSentenceSettings(folder), { message: `${join(folder, '1_Pooling', 'config.json')}: it pools by pooling_mode_cls_token; only pooling_mode_mean_tokens is supported` });
  await modules('Transformer', 'Pooling', 'Dense');
  await t.throwsAsync(readSentenceSettings(folder), { message: /modules\.json: a step "Dense"; embedders are supported/ });
  await modules('Transformer');
  await t.throwsAsync(readSentenceSettings(folder), { message: /modules\.json: no pooling; embedders are supported/ });
  for (const path of ['..', '../elsewhere', '/etc', '', 'a\0b', 'ä'.repeat(128)]) {
    await writeFile(join(folder, 'modules.json'), JSON.stringify([{ path, type: 'sentence_transformers.models.Pooling' }]));
    await t.throwsAsync(readSentenceSettings(folder), { message: /modules\.json: its pooling lies in .*, which is no folder within this one$/ });
  }
  await writeFile(join(folder, 'modules.json'), '{}');
  await t.throwsAsync(readSentenceSettings(folder), { message: /modules\.json: / });
});

test('only a bare encoder is an embedder', async (t) => {
  const tokenizer = await trainWordPiece(['a bad dab'], { size: 29, lowercase: true });
  const folder = join(await temporaryFolder(t), 'embedder');
  await t.throwsAsync(saveModel(folder, tinyModel({ vocabulary: 29 }), { tokenizer, card: { name: 'tiny', story: [] }, sentence: { normalize: true, maxTokens: 12 } }), { message: "a sentence embedder is saved as a bare encoder, not as a model of task 'single-label'" });
});
