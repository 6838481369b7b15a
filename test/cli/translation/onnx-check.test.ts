import { cp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { checkTranslatorOnnx } from '../../../src/cli/translation/onnx-check.ts';
import { openTranslationBench, type TranslationBench } from './bench.ts';

let bench: TranslationBench;
test.before(async () => {
  bench = await openTranslationBench();
});
test.after.always(() => bench.remove());

test('a folder that transformers.js cannot read, or without ONNX, is not compared, and why is said', async (t) => {
  const without = async (name: string) => {
    const folder = bench.path(`without ${name}`);
    await cp(bench.translator, folder, { recursive: true });
    await rm(join(folder, name), { recursive: true });
    return checkTranslatorOnnx(folder, { texts: ['one house'], translations: ['ein Haus'], maxTokens: 40, maxNewTokens: 4 });
  };
  t.is(await without('tokenizer.json'), 'transformers.js reads tokenizer.json, and this folder has sentencepiece models');
  t.is(await without('onnx'), 'the folder has none: an earlier version made it (retort export writes it), or the model is above the 2 GiB that such a file holds');
  await t.throwsAsync(without('config.json'), { message: /transformers\.js cannot load this translator \(it needs config\.json, .*onnx\/decoder_model_merged\.onnx\)/ });
});
