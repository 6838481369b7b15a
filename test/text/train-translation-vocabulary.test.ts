import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import test from 'ava';
import fc from 'fast-check';
import { makeCorpus } from '../../src/text/corpus.ts';
import { encodePairs } from '../../src/text/encoded-pairs.ts';
import { openTranslationTokenizers, saveTranslationTokenizers } from '../../src/text/open-translation-tokenizers.ts';
import { streamOf } from '../../src/text/streamed-corpus.ts';
import { Tokenizer } from '../../src/text/tokenizer.ts';
import { trainTranslationVocabulary } from '../../src/text/train-translation-vocabulary.ts';
import { textFolder } from './text-folder.ts';

const { folder } = await textFolder();
// Many pairs are equally frequent here: the order of a hash table would show.
const examples = Array.from({ length: 40 }, (_, i) => ({ id: `p${i}`, text: `The ${'abcdefghij'[i % 10]}at sat, on the café mat no. ${i}; 世界!`, pair: `Die ${'klmnop'[i % 6]}atze saß auf der Matte Nr. ${i} 😀.` }));
const corpus = makeCorpus(examples, { name: 'toy', split: 'train' });
const trained = await trainTranslationVocabulary(corpus, { size: 320 });
const idsOf = async (text: string) => [...((await trained.source.encode([{ text }], { maxTokens: 99_999 }))[0]?.ids ?? [])];

test('both languages are learned from; the end, the unknown and the bytes come first, padding last', async (t) => {
  t.like(trained, { startId: 319, padId: 319, eosId: 0, unkId: 1 });
  t.is(trained.source.vocabularySize, 320);
  t.is(trained.source, trained.target);
  t.deepEqual([trained.source.idOf('<pad>'), trained.source.idOf('</s>'), trained.source.idOf('<unk>'), trained.source.idOf('Ā'), trained.source.idOf('ÿ')], [319, 0, 1, 2, 257]);
  const [english, german] = [await idsOf('The mat'), await idsOf('Die Matte')];
  t.true(english.length < 6 && german.length < 8, `${english.length} and ${german.length} tokens`);
  t.is((await idsOf('')).join(), '0');
  const few = await trainTranslationVocabulary(makeCorpus(examples.slice(0, 1), { name: 'toy', split: 'train' }), { size: 5000, minFrequency: 3 });
  t.true(few.source.vocabularySize < 300);
});

test('every text comes back as it was', async (t) => {
  const property = fc.asyncProperty(fc.string({ unit: fc.constantFrom(...'ab The\t\n  é😀世Ã'), maxLength: 40 }), async (text) => (await trained.target.decode(await idsOf(text))) === text);
  await t.notThrowsAsync(fc.assert(property));
});

test('two processes make the same bytes, streamed or in memory', async (t) => {
  const at = (name: string) => JSON.stringify(new URL(`../../src/text/${name}.ts`, import.meta.url).href);
  const script = `
    const { makeCorpus } = await import(${at('corpus')});
    const { trainTranslationVocabulary } = await import(${at('train-translation-vocabulary')});
    const trained = await trainTranslationVocabulary(makeCorpus(${JSON.stringify(examples)}, { name: 'toy', split: 'train' }), { size: 320 });
    process.stdout.write(trained.source.fingerprint);`;
  const { stdout } = await promisify(execFile)(process.execPath, ['--import=tsx', '--input-type=module', '--eval', script]);
  t.is(stdout, trained.source.fingerprint);
  t.is((await trainTranslationVocabulary(streamOf(corpus), { size: 320 })).source.fingerprint, stdout);
});

test('it is saved and opened, and encodes pairs', async (t) => {
  await saveTranslationTokenizers(trained, join(folder, 'joint'));
  const opened = await openTranslationTokenizers(join(folder, 'joint'));
  t.like(opened, { startId: 319, padId: 319, eosId: 0, unkId: 1 });
  t.true(opened.source instanceof Tokenizer);
  t.is(opened.source.fingerprint, trained.source.fingerprint);
  const encoded = await encodePairs(corpus, opened, { maxSourceTokens: 64, maxTargetTokens: 64 });
  t.is(encoded.targets?.offsets.length, 41);
});

test('a size below the bytes and an example without a translation are refused', async (t) => {
  await t.throwsAsync(trainTranslationVocabulary(corpus, { size: 258 }), { message: 'a vocabulary of 258 cannot hold 3 special tokens and 256 bytes; give a size of at least 259' });
  const lacking = makeCorpus([{ id: 'x', text: 'a' }], { name: 'toy', split: 'train' });
  await t.throwsAsync(trainTranslationVocabulary(lacking, { size: 300 }), { message: /^example "x" of toy \(train\) has no translation/ });
});
