import test from 'ava';
import { leaks } from '../../../src/engine/memory.ts';
import { upload } from '../../../src/engine/batch.ts';
import { searchTranslations } from '../../../src/models/seq2seq/search.ts';
import { startEngine } from '../../engine-under-test.ts';
import { pairArrays, pairBatch, pairs, tinySeq2Seq, tinySeq2SeqConfig } from './tiny-seq2seq.ts';

test.before(startEngine);

test.serial('a batch is searched as the model says, or with changes', async (t) => {
  const model = tinySeq2Seq();
  const batch = pairBatch();
  const left = await leaks(async () => {
    const usual = await searchTranslations(model, batch);
    t.deepEqual(usual.map(({ length }) => length), [1, 1, 1]);
    t.true(usual.flat().every(({ tokens, finished }) => tokens.length <= 20 && finished === (tokens.at(-1) === 1) && !tokens.includes(0)));
    const best = await searchTranslations(model, batch, { nBest: 4 });
    t.deepEqual(best.map(([first]) => [...first!.tokens]), usual.map(([first]) => [...first!.tokens]));
    t.true(best.every((own) => own.length === 4 && own.every(({ score }, rank) => rank === 0 || score <= own[rank - 1]!.score)));
    const greedy = await searchTranslations(model, batch, { beams: 1, maxNewTokens: 3 });
    t.true(greedy.every(([only]) => only!.tokens.length <= 3));
  });
  t.deepEqual(left, { tensors: 0, buffers: 0 });
  batch.dispose();
  model.dispose();
});

test.serial('a source is translated alike alone and among others', async (t) => {
  for (const family of ['marian', 't5', 'bart'] as const) {
    const model = tinySeq2Seq({ family });
    const together = pairBatch(model.config.startId);
    const all = await searchTranslations(model, together, { maxNewTokens: 12 });
    for (const [row, pair] of pairs.entries()) {
      const alone = upload(pairArrays([pair], { startId: model.config.startId }));
      t.deepEqual((await searchTranslations(model, alone, { maxNewTokens: 12 }))[0]![0]!.tokens, all[row]![0]!.tokens, `${family}, ${row}`);
      alone.dispose();
    }
    together.dispose();
    model.dispose();
  }
});

test.serial('more than the positions allow is refused where it is asked for, and cut where it is only the usual', async (t) => {
  const { generation } = tinySeq2SeqConfig();
  const model = tinySeq2Seq({ positions: 9, generation: { ...generation, maxNewTokens: 40, minNewTokens: 9 } });
  const batch = pairBatch();
  t.true((await searchTranslations(model, batch)).every(([best]) => best!.tokens.length === 9));
  await t.throwsAsync(searchTranslations(model, batch, { maxNewTokens: 10 }), { message: '10 tokens are to be written at most, but the model has only 9 positions' });
  await t.throwsAsync(searchTranslations(model, batch, { beams: 1, nBest: 2 }), { message: /greedy search finds one/ });
  batch.dispose();
  model.dispose();
});
