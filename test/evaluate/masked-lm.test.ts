import test from 'ava';
import { upload } from '../../src/engine/batch.ts';
import { leaks } from '../../src/engine/memory.ts';
import { randomKey } from '../../src/engine/random.ts';
import * as tf from '../../src/engine/tf.ts';
import { maskedLmScores } from '../../src/evaluate/masked-lm.ts';
import { evaluationBatches } from '../../src/text/batches.ts';
import { wordMasking } from '../../src/text/masking.ts';
import { precisionUnderTest } from '../engine-choice.ts';
import { startEngine } from '../engine-under-test.ts';
import { tinyModel } from '../models/tiny-model.ts';
import { tinyCorpus } from '../teacher/tiny-corpus.ts';
import { tinyTokenizer } from '../text/tiny-tokenizer.ts';

test.before(startEngine);

const corpus = tinyCorpus(23, { prefix: 'h' });
const masking = wordMasking(tinyTokenizer());
const model = () => tinyModel({ task: 'masked-lm', labels: [] });

test('the mean over all hidden words, as their logits say', async (t) => {
  const filled = model();
  const { maskedLmLoss, perplexity } = await maskedLmScores(filled, corpus, masking, { rows: 5, seed: 3 });
  let [sum, words] = [0, 0];
  for (const batch of evaluationBatches(corpus, { rows: 7, padId: 0 })) {
    const masked = masking.mask(batch, randomKey(3, 'held-out masking'));
    const logits = await tf.tidy(() => tf.logSoftmax(filled.forward(upload(masked), { logits: true }).logits)).data();
    masked.labels.tokens.forEach((token, place) => {
      if (token < 0) return;
      sum -= logits[place * 29 + token] ?? NaN;
      words += 1;
    });
  }
  t.true(words >= 23);
  const bound = precisionUnderTest === 'bf16' ? 0.02 : 1e-5;
  t.true(Math.abs(maskedLmLoss - sum / words) < bound, `${maskedLmLoss}, by hand ${sum / words}`);
  t.is(perplexity, Math.exp(maskedLmLoss));
});

test('the size of batches changes nothing but the last bits, the seed does', async (t) => {
  const filled = model();
  const loss = async (rows: number, seed = 0) => (await maskedLmScores(filled, corpus, masking, { rows, seed })).maskedLmLoss;
  t.true(Math.abs((await loss(1)) - (await loss(23))) < (precisionUnderTest === 'bf16' ? 0.02 : 1e-5));
  t.not(await loss(23), await loss(23, 1));
});

test('a model without such a head is refused', async (t) => {
  await t.throwsAsync(maskedLmScores(tinyModel(), corpus, masking), { message: 'hidden words are filled in by a masked-LM head, but this model is single-label: load it for masked-lm' });
  await t.throwsAsync(maskedLmScores(tinyModel({ task: 'none', labels: [] }), corpus, masking), { message: /this model is a bare encoder/ });
});

test.serial('it leaves nothing behind', async (t) => {
  const filled = model();
  t.deepEqual(await leaks(async () => void (await maskedLmScores(filled, corpus, masking, { rows: 9 }))), { tensors: 0, buffers: 0 });
});
