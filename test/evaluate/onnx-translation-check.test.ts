import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { compareTranslations } from '../../src/evaluate/onnx-translation-check.ts';
import { loadSeq2Seq } from '../../src/models/seq2seq/load.ts';
import { modelTranslator } from '../../src/teacher/model-translator.ts';
import { translateTexts } from '../../src/teacher/translate-texts.ts';
import { openTranslationTokenizers } from '../../src/text/open-translation-tokenizers.ts';
import { openTranslationBench, type TranslationBench } from '../cli/translation/bench.ts';
import { precisionUnderTest } from '../engine-choice.ts';

let bench: TranslationBench;
test.before(async () => {
  bench = await openTranslationBench();
});
test.after.always(() => bench.remove());

const texts = ['three red birds', 'one house', 'a dog and seven small cats are here', 'two'];
const maxTokens = 40;

/** By this engine, greedily. */
async function written(maxNewTokens?: number): Promise<string[]> {
  const { model } = await loadSeq2Seq(bench.translator);
  const translator = await modelTranslator(model, { tokenizers: await openTranslationTokenizers(bench.translator), search: { beams: 1, nBest: 1, ...(maxNewTokens !== undefined && { maxNewTokens }) } });
  const found = await translateTexts(translator, texts, {});
  model.dispose();
  return found.map(({ text }) => text);
}

// compareTranslations changes settings that the whole process shares, hence one test after the other. Words of an untrained model in bfloat16 are not those of float32.
const inFull = precisionUnderTest === 'bf16' ? test.serial.skip : test.serial;

inFull('what transformers.js writes by way of tokenizer, both files and caches is what this engine writes, to the model\'s own length or another', async (t) => {
  const whole = await compareTranslations(bench.translator, { texts, translations: await written(), maxTokens });
  t.like(whole, { examples: 4, tooLong: 0, agreement: 1 });
  t.true(whole.millisecondsPerExample > 0);
  t.is((await compareTranslations(bench.translator, { texts, translations: await written(3), maxTokens, maxNewTokens: 3 })).agreement, 1);
});

inFull('a translation that differs is counted, a text that is too long left out', async (t) => {
  const translations = await written(6);
  const wrong = translations.map((text, row) => (row === 1 ? `${text}!` : text));
  t.is((await compareTranslations(bench.translator, { texts, translations: wrong, maxTokens, maxNewTokens: 6 })).agreement, 3 / 4);
  const short = await compareTranslations(bench.translator, { texts, translations, maxTokens: 6, maxNewTokens: 6 });
  t.true(short.tooLong > 0 && short.examples + short.tooLong === 4 && short.agreement === 1, `${short.tooLong}`);
});

test.serial('nothing to compare, and files that are missing, are said', async (t) => {
  await t.throwsAsync(compareTranslations(bench.translator, { texts, translations: [], maxTokens }), { message: '4 texts with 0 translations: there is nothing to compare' });
  await t.throwsAsync(compareTranslations(bench.translator, { texts: ['one house'], translations: ['ein Haus'], maxTokens: 1 }), { message: /all 1 texts are longer than 1 tokens/ });
  await rm(join(bench.translator, 'onnx', 'decoder_model_merged.onnx'));
  await t.throwsAsync(compareTranslations(bench.translator, { texts: ['one house'], translations: ['ein Haus'], maxTokens }), { message: /transformers\.js cannot load this translator/ });
});
