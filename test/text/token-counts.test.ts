import test from 'ava';
import { tokenCounts } from '../../src/text/token-counts.ts';
import { tinyCorpus } from '../teacher/tiny-corpus.ts';

test('every token of the corpus is counted, more rows than a part holds', async (t) => {
  const corpus = tinyCorpus(5000);
  const counts = await tokenCounts(corpus, { vocabulary: 29 });
  const expected = new Float64Array(29);
  for (const id of corpus.ids) expected[id] = (expected[id] ?? 0) + 1;
  t.deepEqual(counts, expected);
  t.is(counts[2], 5000);
});

test('a token beyond the vocabulary is told', async (t) => {
  await t.throwsAsync(tokenCounts(tinyCorpus(50), { vocabulary: 20 }), { message: /^token 2\d is none of the 20 of the vocabulary; the corpus was tokenised with another tokenizer$/ });
});
