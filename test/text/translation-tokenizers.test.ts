import test from 'ava';
import { makeCorpus } from '../../src/text/corpus.ts';
import { streamOf } from '../../src/text/streamed-corpus.ts';
import { tokenise } from '../../src/text/token-cache.ts';
import { sharedTokenizers } from '../../src/text/translation-tokenizers.ts';
import { textFolder } from './text-folder.ts';
import { letterTokenizer } from './word-tokenizers.ts';

const { folder } = await textFolder();
const letters = letterTokenizer('abc');
const { source, target } = sharedTokenizers(letters);

test('one tokenizer serves both sides, with the ids it had', async (t) => {
  t.is(source, target);
  t.is(source.fingerprint, letters.fingerprint);
  t.deepEqual(await source.encode([{ text: 'a b' }], { maxTokens: 9 }), await letters.encode([{ text: 'a b' }], { maxTokens: 9 }));
});

test('parallel text is not taken for pairs of one text', async (t) => {
  const message = 'example p1 is a pair, and a translator reads one text; encode parallel text by encodePairs';
  const pairs = makeCorpus([{ id: 'p1', text: 'a', pair: 'b' }], { name: 'toy', split: 'train' });
  await t.throwsAsync(source.encode(pairs.examples, { maxTokens: 9 }), { message });
  await t.throwsAsync(tokenise(streamOf(pairs), source, { cache: folder, maxTokens: 9 }), { message });
});
