import test from 'ava';
import { beamSearch } from '../../src/decode/beam-search.ts';
import { scoreSequences } from '../../src/decode/score-sequences.ts';
import { leaks } from '../../src/engine/memory.ts';
import { startEngine } from '../engine-under-test.ts';
import { reference, tableDecoder } from './table-decoder.ts';

test.before(startEngine);

const { start: startId, eos, tables } = reference;

test.serial('what a search wrote is scored as the search did', async (t) => {
  const writer = tableDecoder();
  const found = await beamSearch(writer, { startId, eosIds: [eos], maxNewTokens: 9, beams: 3, sources: 4, nBest: 3 });
  writer.dispose();
  const all = found.flatMap((own, source) => own.map((hypothesis) => ({ source, ...hypothesis })));
  t.true(new Set(all.map(({ tokens }) => tokens.length)).size > 2);
  const left = await leaks(async () => {
    const reader = tableDecoder(all.map(({ source }) => source));
    const scores = await scoreSequences(reader, { startId, sequences: all.map(({ tokens }) => tokens) });
    reader.dispose();
    for (const [row, { logProbs }] of all.entries()) {
      t.is(scores[row]!.length, logProbs.length);
      t.true(logProbs.every((value, at) => Math.abs(value - scores[row]![at]!) < 1e-5));
    }
  });
  t.deepEqual(left, { tensors: 0, buffers: 0 });
});

test.serial('any pair: a token nobody would write has its log-softmax', async (t) => {
  const decoder = tableDecoder([2]);
  const [scores] = await scoreSequences(decoder, { startId, sequences: [[17, 3]] });
  decoder.dispose();
  const logSoftmax = (logits: readonly number[], token: number): number => logits[token]! - Math.log(logits.reduce((sum, logit) => sum + Math.exp(logit), 0));
  const sums = (last: number, before?: number): number[] => tables.source[2]!.map((logit, token) => logit + tables.last[last]![token]! + (before === undefined ? 0 : tables.before[before]![token]!));
  t.true(Math.abs(scores![0]! - logSoftmax(sums(startId), 17)) < 1e-5);
  t.true(Math.abs(scores![1]! - logSoftmax(sums(17, startId), 3)) < 1e-5);
});

test.serial('what cannot be scored is refused, and leaves nothing behind', async (t) => {
  const left = await leaks(async () => {
    const decoder = tableDecoder([0, 1]);
    await t.throwsAsync(scoreSequences(decoder, { startId, sequences: [] }), { message: 'there is no sequence to score' });
    await t.throwsAsync(scoreSequences(decoder, { startId, sequences: [[1], []] }), { message: 'sequence 2 of 2 holds no token to score' });
    await t.throwsAsync(scoreSequences(decoder, { startId, sequences: [[1], [20]] }), { message: 'token 20 at place 1 is none of the 20 the decoder writes' });
    decoder.dispose();
  });
  t.deepEqual(left, { tensors: 0, buffers: 0 });
});
