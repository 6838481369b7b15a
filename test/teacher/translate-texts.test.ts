import test from 'ava';
import { translateTexts } from '../../src/teacher/translate-texts.ts';
import { backwards, toyPairs, toyTranslator } from './toy-translator.ts';

const texts = async () => {
  const all: string[] = [];
  for await (const { text } of toyPairs(9).read()) all.push(text);
  return all;
};

test('the best translation of each, in the order of the texts, in batches of like lengths', async (t) => {
  const batches: (readonly number[])[] = [];
  const sources = await texts();
  const found = await translateTexts(toyTranslator({ before: (lengths) => void batches.push(lengths) }), sources, { batchTokens: 14 });
  t.deepEqual(found.map(({ text }) => text), sources.map(backwards));
  t.true(batches.length > 1 && batches.every((lengths) => lengths.length * Math.max(...lengths) <= 14));
});

test('a text that is too long is told, and the signal stops it between batches', async (t) => {
  await t.throwsAsync(translateTexts(toyTranslator({ maxTokens: 3 }), ['a', 'a b c']), { message: 'text 2 has 4 tokens, but the toy reads 3 at most; shorten it' });
  await t.throwsAsync(translateTexts({ ...toyTranslator(), translate: () => Promise.resolve([[]]) }, ['a']), { message: /the toy gave no translation of example .*text 1/ });
  const stop = new AbortController();
  await t.throwsAsync(translateTexts(toyTranslator({ before: () => stop.abort(new Error('stopped')) }), await texts(), { batchTokens: 7, signal: stop.signal }), { message: 'stopped' });
});
