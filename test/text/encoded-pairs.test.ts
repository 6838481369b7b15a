import test from 'ava';
import { makeCorpus } from '../../src/text/corpus.ts';
import { concatenate, sliceCorpus } from '../../src/text/encoded-corpus.ts';
import { encodePairs, encodeSources } from '../../src/text/encoded-pairs.ts';
import type { Example } from '../../src/text/example.ts';
import { letterTokenizer, letterTokenizers } from './word-tokenizers.ts';

const tokenizers = letterTokenizers('abcdef', 'uvwxyz');
const corpusOf = (examples: Example[], split = 'train') => makeCorpus(examples, { name: 'toy', split });
const pairs = corpusOf([
  { id: 'p1', text: 'a b c', pair: 'u v' },
  { id: 'p2', text: 'd', pair: 'w x y z' },
  { id: 'p3', text: 'e f', pair: '' },
]);
const limits = { maxSourceTokens: 9, maxTargetTokens: 9 };

test('sources and translations lie flat, each closed by the end-of-sentence token', async (t) => {
  const encoded = await encodePairs(pairs, tokenizers, limits);
  t.deepEqual([...encoded.ids], [3, 4, 5, 1, 6, 1, 7, 8, 1]);
  t.deepEqual([...encoded.offsets], [0, 4, 6, 9]);
  t.is(encoded.typeIds.length, 9);
  t.deepEqual(encoded.targets, {
    ids: Int32Array.of(3, 4, 1, 5, 6, 7, 8, 1, 1),
    offsets: Uint32Array.of(0, 3, 8, 9),
    maxTokens: 9,
    truncated: 0,
    tokenizer: tokenizers.target.fingerprint,
  });
  t.like(encoded, { exampleIds: ['p1', 'p2', 'p3'], maxTokens: 9, truncated: 0, corpus: pairs.fingerprint, tokenizer: tokenizers.source.fingerprint });
  t.false('labels' in encoded);
});

test('what is too long is cut before its last token and counted on its side, or refused with its example', async (t) => {
  const encoded = await encodePairs(pairs, tokenizers, { maxSourceTokens: 3, maxTargetTokens: 4 });
  t.deepEqual([...encoded.ids], [3, 4, 1, 6, 1, 7, 8, 1]);
  t.deepEqual([...(encoded.targets?.ids ?? [])], [3, 4, 1, 5, 6, 7, 1, 1]);
  t.like(encoded, { truncated: 1, maxTokens: 3, targets: { truncated: 1, maxTokens: 4 } });
  await t.throwsAsync(encodePairs(pairs, tokenizers, { maxSourceTokens: 9, maxTargetTokens: 4, tooLong: 'refuse' }), { message: /^example p2: its translation has more than 4 tokens \(1 of 3 have\); leave such pairs out/ });
  await t.throwsAsync(encodePairs(pairs, tokenizers, { maxSourceTokens: 2, maxTargetTokens: 9, tooLong: 'refuse' }), { message: /^example p1: its source has more than 2 tokens \(2 of 3 have\)/ });
  await t.notThrowsAsync(encodePairs(pairs, tokenizers, { ...limits, tooLong: 'refuse' }));
});

test('sources alone are those of the pairs, and need no translation', async (t) => {
  const { targets: _, ...sources } = await encodePairs(pairs, tokenizers, limits);
  t.deepEqual(await encodeSources(pairs, tokenizers, { maxSourceTokens: 9 }), sources);
  const alone = await encodeSources(corpusOf([{ id: 'm', text: 'a b c' }]), tokenizers, { maxSourceTokens: 3 });
  t.like(alone, { truncated: 1, exampleIds: ['m'] });
  await t.throwsAsync(encodeSources(pairs, tokenizers, { maxSourceTokens: 3, tooLong: 'refuse' }), { message: /^example p1: its source has more than 3 tokens/ });
});

test('a text without a translation, and a tokenizer that does not close one, are refused', async (t) => {
  const lacking = corpusOf([{ id: 'p1', text: 'a', pair: 'u' }, { id: 'p2', text: 'b' }]);
  await t.throwsAsync(encodePairs(lacking, tokenizers, limits), { message: /^example p2 of toy \(train\) has no translation: its pair is missing/ });
  const open = { ...tokenizers, target: letterTokenizer('uvwxyz', { closes: false }) };
  await t.throwsAsync(encodePairs(pairs, open, limits), { message: /^example p1: the target tokenizer does not end its translation with the end-of-sentence token \(id 1\)/ });
});

test('translations stay with their sources when corpora are sliced and joined', async (t) => {
  const encoded = await encodePairs(pairs, tokenizers, limits);
  const [head, tail] = [sliceCorpus(encoded, 0, 1), sliceCorpus(encoded, 1, 3)];
  t.deepEqual([...(tail.targets?.ids ?? [])], [5, 6, 7, 8, 1, 1]);
  t.deepEqual([...(tail.targets?.offsets ?? [])], [0, 5, 6]);
  t.deepEqual(concatenate(head, tail).targets, encoded.targets);
  const { targets: _, ...sources } = sliceCorpus(encoded, 1, 3);
  t.throws(() => concatenate(head, sources), { message: /one of two corpora has translations and the other has none/ });
  const other = await encodePairs(corpusOf([{ id: 'q1', text: 'a', pair: 'u' }]), { ...tokenizers, target: letterTokenizer('zyx') }, limits);
  t.throws(() => concatenate(encoded, other), { message: /translations were encoded by different tokenizers/ });
});
