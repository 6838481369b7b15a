import { join } from 'node:path';
import test from 'ava';
import { leaks } from '../../src/engine/memory.ts';
import * as tf from '../../src/engine/tf.ts';
import { loadSeq2Seq } from '../../src/models/seq2seq/load.ts';
import { readJson } from '../../src/storage/json.ts';
import { modelTranslator } from '../../src/teacher/model-translator.ts';
import type { SideTokenizer, TranslationTokenizers } from '../../src/text/translation-tokenizers.ts';
import { engineUnderTest, precisionUnderTest } from '../engine-choice.ts';
import { startEngine } from '../engine-under-test.ts';

test.before(startEngine);

const folder = join(import.meta.dirname, '../fixtures/models/marian');
const model = () => loadSeq2Seq(folder);
const endId = 0;

/** Numbers are words. */
const numbers = (vocabularySize = 67): TranslationTokenizers => {
  const side = {
    fingerprint: 'numbers', vocabularySize,
    encode: (inputs: readonly { text: string }[]) => Promise.resolve(inputs.map(({ text }) => ({ ids: Int32Array.from(text.split(' '), Number), typeIds: new Int32Array(0), truncated: false }))),
    decodeBatch: (lists: readonly ArrayLike<number>[]) => Promise.resolve(lists.map((ids) => Array.from(ids).filter((id) => id !== endId).join(' '))),
  } as unknown as SideTokenizer;
  return { source: side, target: side, startId: 66, padId: 66, eosId: endId, unkId: 1 };
};

interface Expected { readonly case: string; readonly arguments: Record<string, number>; readonly inputs: { readonly input_ids: number[][]; readonly attention_mask: number[][] }; readonly rows: { readonly beams: { readonly sequence: number[]; readonly score?: number }[] }[] }

/** In bf16 a search may rightly take another turn. */
(precisionUnderTest === 'fp32' ? test.serial : test.serial.skip)('a loaded model translates as transformers\' generate does, greedily and by beams', async (t) => {
  t.is(tf.getBackend(), engineUnderTest);
  const { cases } = (await readJson(join(folder, 'generation.json'))) as { cases: Expected[] };
  const { model: one } = await model();
  let asked = 0;
  for (const { arguments: given, inputs, rows, case: name } of cases) {
    const { num_beams: beams, max_new_tokens: maxNewTokens, num_return_sequences: nBest = 1, length_penalty: lengthPenalty, ...others } = given;
    if (Object.keys(others).length > 0 || beams === undefined || maxNewTokens === undefined) continue;
    asked += 1;
    const translator = await modelTranslator(one, { tokenizers: numbers(), search: { beams, maxNewTokens, nBest, ...(lengthPenalty !== undefined && { lengthPenalty }) } });
    const sources = inputs.input_ids.map((ids, row) => ids.filter((_, at) => inputs.attention_mask[row]![at] === 1).join(' '));
    const found = await translator.translate(await translator.encode(sources));
    t.deepEqual(found.map((own) => own.map(({ tokens }) => [...tokens])), rows.map((row) => row.beams.map(({ sequence }) => sequence.slice(1).filter((id) => id !== 66))), name);
  }
  t.true(asked >= 2, `${asked} cases were asked`);
  one.dispose();
});

test.serial('twice the same member is the member; nothing is left behind', async (t) => {
  const { model: one } = await model();
  const [alone, twice] = [await modelTranslator(one, { tokenizers: numbers(), search: { beams: 2 } }), await modelTranslator([one, one], { tokenizers: numbers(), search: { beams: 2 } })];
  t.not(alone.fingerprint, twice.fingerprint);
  const sources = [Int32Array.of(8, 3, 4, 4, 0), Int32Array.of(5, 0)];
  const texts = async (translator: typeof alone) => (await translator.translate(sources)).map(([best]) => best!.text);
  t.deepEqual(await texts(twice), await texts(alone));
  t.deepEqual(await leaks(async () => void (await texts(twice))), { tensors: 0, buffers: 0 });
  one.dispose();
});

test.serial('another model\'s tokenizer, and sources longer than there are positions, are refused', async (t) => {
  const { model: one } = await model();
  await t.throwsAsync(modelTranslator(one, { tokenizers: numbers(70) }), { message: 'the tokenizer has 70 tokens, the model only 67: give the tokenizer that belongs to the model' });
  await t.throwsAsync(modelTranslator(one, { tokenizers: numbers(60) }), { message: /starts its translations with token 66, but the tokenizer has only 60 tokens/ });
  await t.throwsAsync(modelTranslator(one, { tokenizers: numbers(), maxTokens: 48 }), { message: 'sources of 48 tokens are to be read, but the model has only 47 positions' });
  await t.throwsAsync(modelTranslator(one, { tokenizers: numbers(), search: { maxNewTokens: 48 } }), { message: '48 tokens are to be written at most, but the model has only 47 positions' });
  t.is((await modelTranslator(one, { tokenizers: numbers() })).maxTokens, 47);
  one.dispose();
});
