import test from 'ava';
import { leaks } from '../../../src/engine/memory.ts';
import { translationSamples } from '../../../src/models/seq2seq/samples.ts';
import { startEngine } from '../../engine-under-test.ts';
import { pairs, tinySeq2Seq } from './tiny-seq2seq.ts';

test.before(startEngine);

const sources = pairs.map(([source]) => source);

test.serial('samples are translations, what the decoder was fed of them and its last logits', async (t) => {
  const model = tinySeq2Seq();
  const left = await leaks(async () => {
    const { fed, logits, translations, texts, ...asked } = await translationSamples(model, { sources, precision: 'fp32' });
    t.deepEqual(asked, { sources, precision: 'fp32' });
    t.is(texts, null);
    t.deepEqual(fed, translations.map((tokens) => [model.config.startId, ...tokens.slice(0, -1)]));
    t.true(logits.every((own) => own.length === model.config.vocabulary && own.every(Number.isFinite)));
  });
  t.deepEqual(left, { tensors: 0, buffers: 0 });
  model.dispose();
});

test.serial('where a source cannot be read, nothing is left behind', async (t) => {
  const model = tinySeq2Seq({ positions: 3 });
  const left = await leaks(async () => {
    await t.throwsAsync(translationSamples(model, { sources: [[4, 5, 6, 7, 1]], precision: 'fp32' }), { message: /a text of the encoder is 5 tokens long/ });
  });
  t.deepEqual(left, { tensors: 0, buffers: 0 });
  model.dispose();
});
