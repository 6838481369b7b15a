import { join } from 'node:path';
import test from 'ava';
import { upload } from '../../src/engine/batch.ts';
import { leaks } from '../../src/engine/memory.ts';
import * as tf from '../../src/engine/tf.ts';
import { perplexity } from '../../src/evaluate/perplexity.ts';
import { referencePerplexity } from '../../src/evaluate/reference-perplexity.ts';
import { loadSeq2Seq } from '../../src/models/seq2seq/load.ts';
import { makeCorpus } from '../../src/text/corpus.ts';
import { evaluationBatches } from '../../src/text/batches.ts';
import { encodePairs } from '../../src/text/encoded-pairs.ts';
import { precisionUnderTest } from '../engine-choice.ts';
import { startEngine } from '../engine-under-test.ts';
import { tinyModel } from '../models/tiny-model.ts';
import { letterTokenizers } from '../text/word-tokenizers.ts';

test.before(startEngine);

const pairs = () => encodePairs(makeCorpus(['a b c', 'c', 'b a', 'c c a b', 'a'].map((text, i) => ({ id: `p${i}`, text, pair: text.split(' ').reverse().join(' ') })), { name: 'toy', split: 'test' }), letterTokenizers('abc'), { maxSourceTokens: 8, maxTargetTokens: 8 });
const translator = async () => (await loadSeq2Seq(join(import.meta.dirname, '../fixtures/models/marian'))).model;

test('the perplexity of every target token, as the logits say, however they are batched', async (t) => {
  const [model, corpus] = [await translator(), await pairs()];
  const { padId, startId, vocabulary } = model.config;
  const logProbs: number[] = [];
  for (const batch of evaluationBatches(corpus, { rows: 5, padId, startId })) {
    const said = await tf.tidy(() => tf.logSoftmax(model.forward(upload(batch), { logits: true }).logits)).data();
    if (batch.labels?.kind !== 'translation') throw new Error('no translations');
    batch.labels.tokens.forEach((token, place) => token >= 0 && logProbs.push(said[place * vocabulary + token]!));
  }
  t.is(logProbs.length, 16);
  const bound = precisionUnderTest === 'bf16' ? 0.05 : 1e-4;
  for (const rows of [5, 2]) t.true(Math.abs((await referencePerplexity(model, corpus, { rows })) / perplexity(logProbs) - 1) < bound);
  model.dispose();
});

test('nothing is left behind, and a model that does not translate is refused', async (t) => {
  const [model, corpus] = [await translator(), await pairs()];
  t.deepEqual(await leaks(async () => void (await referencePerplexity(model, corpus))), await leaks(() => Promise.resolve()));
  await t.throwsAsync(referencePerplexity(tinyModel(), corpus), { message: /no token to start with/ });
});
