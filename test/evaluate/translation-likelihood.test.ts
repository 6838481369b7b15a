import { join } from 'node:path';
import test from 'ava';
import { scoreSequences } from '../../src/decode/score-sequences.ts';
import { upload } from '../../src/engine/batch.ts';
import { leaks } from '../../src/engine/memory.ts';
import { perplexity } from '../../src/evaluate/perplexity.ts';
import { translationLikelihood } from '../../src/evaluate/translation-likelihood.ts';
import { loadSeq2Seq } from '../../src/models/seq2seq/load.ts';
import { openDecoder } from '../../src/models/seq2seq/step-decoder.ts';
import { flatRows } from '../../src/text/flat-rows.ts';
import { precisionUnderTest } from '../engine-choice.ts';
import { startEngine } from '../engine-under-test.ts';

test.before(startEngine);

const [sources, targets] = [[[3, 9, 12, 0], [20, 0], [5, 6, 7, 8, 9, 0]], [[4, 10, 0], [11, 12, 13, 14, 0], [30, 0]]].map((rows) => rows.map((ids) => Int32Array.from(ids))) as [Int32Array[], Int32Array[]];
const pairs = {
  exampleIds: ['a', 'b', 'c'], ...flatRows(sources), typeIds: new Int32Array(12), maxTokens: 8, truncated: 0, corpus: 'c', tokenizer: 't',
  targets: { ...flatRows(targets), maxTokens: 8, truncated: 0, tokenizer: 't' },
};

test('under teacher forcing it is what the decoder says token by token, however the pairs are batched', async (t) => {
  const { model } = await loadSeq2Seq(join(import.meta.dirname, '../fixtures/models/marian'));
  const logProbs: number[] = [];
  for (const [row, ids] of sources.entries()) {
    const batch = upload({ exampleIds: ['x'], rows: 1, width: ids.length, inputIds: ids, mask: new Float32Array(ids.length).fill(1), typeIds: new Int32Array(ids.length) });
    const decoder = openDecoder(model, batch);
    const [scores] = await scoreSequences(decoder, { startId: model.config.startId, sequences: [targets[row]!] });
    logProbs.push(...scores!);
    decoder.dispose();
    batch.dispose();
  }
  const wanted = perplexity(logProbs);
  const tolerance = precisionUnderTest === 'fp32' ? 1e-4 : 0.1;
  for (const rows of [1, 3]) {
    let found = { tokens: 0, perplexity: NaN, logLikelihood: NaN };
    t.deepEqual(await leaks(async () => {
      found = await translationLikelihood(model, pairs, { rows });
    }), { tensors: 0, buffers: 0 });
    t.is(found.tokens, 10);
    t.true(Math.abs(found.perplexity / wanted - 1) < tolerance, `${found.perplexity}, not ${wanted}`);
    t.true(Math.abs(found.logLikelihood + Math.log(wanted)) < tolerance);
  }
  model.dispose();
});
