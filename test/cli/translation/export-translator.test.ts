import { cp, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { env, pipeline } from '@huggingface/transformers';
import test from 'ava';
import { addExport } from '../../../src/cli/commands/export.ts';
import { freshSeq2Seq } from '../../../src/models/seq2seq/model.ts';
import { saveSeq2Seq } from '../../../src/models/seq2seq/save.ts';
import { freshSeq2SeqConfig, parseSeq2SeqSize } from '../../../src/models/seq2seq/size.ts';
import { readJson } from '../../../src/storage/json.ts';
import { openTranslationTokenizers, saveTranslationTokenizers } from '../../../src/text/open-translation-tokenizers.ts';
import { precisionUnderTest } from '../../engine-choice.ts';
import { ask } from '../in-process.ts';
import { openTranslationBench, type TranslationBench } from './bench.ts';

let bench: TranslationBench;
test.before(async () => {
  bench = await openTranslationBench();
});
test.after.always(() => bench.remove());
const exported = (folder: string, ...words: string[]) => ask(addExport, 'export', folder, ...words);

test.serial('a folder of its own holds all that transformers.js needs, and its pipeline translates from it', async (t) => {
  const web = bench.path('web');
  const { said, answered } = await exported(bench.translator, '--out', web);
  t.deepEqual([said, answered], [[join(web, 'onnx')], [{ path: join(web, 'onnx') }]]);
  t.deepEqual((await readdir(web)).sort(), ['config.json', 'generation_config.json', 'onnx', 'special_tokens_map.json', 'tokenizer.json', 'tokenizer_config.json']);
  for (const file of ['config.json', 'generation_config.json', 'tokenizer.json', 'tokenizer_config.json']) t.deepEqual(await readJson(join(web, file)), await readJson(join(bench.translator, file)), file);
  Object.assign(env, { localModelPath: bench.path(''), allowRemoteModels: false });
  const translate = await pipeline('translation', 'web', { dtype: 'fp32', device: 'cpu' });
  const found = (await translate(['three red birds', 'one house'], { max_new_tokens: 5 })) as unknown as { translation_text: string }[];
  t.deepEqual(found.map(({ translation_text: text }) => typeof text), ['string', 'string']);
  await translate.dispose();
});

// Words of an untrained model in bfloat16 are not those of float32.
const inFull = precisionUnderTest === 'bf16' ? test.serial.skip : test.serial;

inFull('the proof: transformers.js writes what this engine writes', async (t) => {
  const { said, answered } = await exported(bench.translator, '--out', bench.path('proven'), '--check', join(bench.corpus, 'train.en'));
  t.like(answered, [{ check: { examples: 60, tooLong: 0, agreement: 1 } }]);
  t.regex(said.join('\n'), /transformers\.js: 60 texts, 100\.0 % translated alike \(greedy search\)/);
});

test.serial('what transformers.js would trip over is said before anything is written', async (t) => {
  const old = bench.path('old');
  await cp(bench.translator, old, { recursive: true });
  await rm(join(old, 'onnx'), { recursive: true });
  const { is_encoder_decoder: _, ...config } = (await readJson(join(old, 'config.json'))) as Record<string, unknown>;
  await writeFile(join(old, 'config.json'), JSON.stringify(config));
  await t.throwsAsync(exported(old), { message: /old\/config\.json: it does not say is_encoder_decoder, .*give --out FOLDER/ });
  t.false((await readdir(old)).includes('onnx'));
  await exported(old, '--out', bench.path('new'));
  t.like(await readJson(bench.path('new/config.json')), { is_encoder_decoder: true });
  await t.throwsAsync(exported(bench.translator, '--check', join(bench.corpus, 'test.en'), '--precision', 'bf16'), { message: /--precision bf16: the ONNX is float32/ });
});

test.serial('an OPUS-MT folder is exported, for ONNX Runtime; what transformers.js cannot read is not checked', async (t) => {
  const opus = bench.path('opus');
  const tokenizers = await openTranslationTokenizers(join(import.meta.dirname, '../../fixtures/storage/sentencepiece/marian'));
  const model = freshSeq2Seq(freshSeq2SeqConfig(parseSeq2SeqSize('1+1x8:2'), { vocabulary: tokenizers.target.vocabularySize, padId: tokenizers.padId, eosId: tokenizers.eosId, positions: 40 }), { seed: 1 });
  await saveSeq2Seq(opus, model, { tokenizer: (place) => saveTranslationTokenizers(tokenizers, place), card: { name: 'opus', story: [] } });
  model.dispose();
  await exported(opus, '--out', bench.path('opus-web'));
  t.deepEqual((await readdir(bench.path('opus-web/onnx'))).sort(), ['decoder_model_merged.onnx', 'encoder_model.onnx']);
  await t.throwsAsync(exported(opus, '--check', join(bench.corpus, 'test.en')), { message: /opus: transformers\.js reads no sentencepiece models, .*leave --check away/ });
});

test.serial('what classifiers have is refused, and so is an option about texts that are not given', async (t) => {
  await t.throwsAsync(exported(bench.translator, '--max-tokens', '9'), { message: /--max-tokens: they are about the texts of --check/ });
  const file = bench.path('pairs.tsv');
  await writeFile(file, 'sentence\tother\none\ttwo\n');
  await t.throwsAsync(exported(bench.translator, '--check', file, '--pair', 'other'), { message: /--pair: .*is a translator; leave that away/ });
  await t.throwsAsync(exported(bench.translator, '--check', bench.path('none.txt')), { message: /none\.txt: there is no such file/ });
});
