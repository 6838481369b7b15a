// Reference: transformers' generate() on the same table (scripts/decode-reference.py).
import test from 'ava';
import { beamSearch } from '../../src/decode/beam-search.ts';
import { greedy } from '../../src/decode/greedy.ts';
import { leaks } from '../../src/engine/memory.ts';
import { startEngine } from '../engine-under-test.ts';
import { optionsOf, reference, tableDecoder } from './table-decoder.ts';

test.before(startEngine);

const searched = reference.cases.filter(({ options }) => optionsOf(options).beams === 1);
const plain = { startId: reference.start, eosIds: [reference.eos], maxNewTokens: 14, sources: 4 };

test.serial('the reference was asked', (t) => t.is(searched.length, 18));

for (const { case: name, options, expected } of searched) {
  test.serial(`equals transformers: ${name}`, async (t) => {
    const decoder = tableDecoder();
    const found = await greedy(decoder, optionsOf(options));
    decoder.dispose();
    t.deepEqual(found.map(({ tokens }) => [...tokens]), expected.map(([only]) => only!.tokens));
    for (const [source, [only]] of expected.entries()) only!.token_scores!.forEach((score, at) => t.true(Math.abs(found[source]!.logits[at]! - score) < 2e-5, `${found[source]!.logits[at]}, expected ${score}`));
  });
}

test.serial('log-probabilities and score are those of a search with one beam', async (t) => {
  const [one, other] = [tableDecoder(), tableDecoder()];
  const found = await greedy(one, { ...plain, lengthPenalty: 0.6 });
  const searchedFor = await beamSearch(other, { ...plain, beams: 1, lengthPenalty: 0.6, earlyStopping: true });
  for (const [source, { tokens, logProbs, score, finished }] of found.entries()) {
    const [beam] = searchedFor[source]!;
    // A search with one beam may still end on its second choice; where it did not, all is alike.
    if (beam!.tokens.join() !== tokens.join()) continue;
    t.true(logProbs.every((value, at) => Math.abs(value - beam!.logProbs[at]!) < 1e-5));
    t.true(Math.abs(score - beam!.score) < 1e-5 && finished === beam!.finished);
  }
  t.true(found.some(({ tokens }, source) => searchedFor[source]![0]!.tokens.join() === tokens.join()));
  one.dispose();
  other.dispose();
});

test.serial('rows leave as they end, nothing is left behind', async (t) => {
  const left = await leaks(async () => {
    const decoder = tableDecoder();
    const lengths = (await greedy(decoder, { ...plain, noRepeatNgramSize: 2 })).map(({ tokens }) => tokens.length);
    t.deepEqual(decoder.widths, Array.from({ length: Math.max(...lengths) }, (_, step) => lengths.filter((length) => length > step).length));
    t.true(new Set(lengths).size > 1, lengths.join(' '));
    decoder.dispose();
  });
  t.deepEqual(left, { tensors: 0, buffers: 0 });
});

test.serial('no allowed token, or logits that are no numbers, are errors', async (t) => {
  const decoder = tableDecoder();
  await t.throwsAsync(greedy(decoder, { ...plain, suppressTokens: Array.from({ length: 20 }, (_, token) => token) }), { message: 'sentence 1 of the batch: the constraints leave nothing to write as token 1' });
  decoder.dispose();
  const { tables } = reference;
  const broken = tableDecoder([2, 3], { ...tables, source: tables.source.map((row, source) => (source === 3 ? row.map(() => NaN) : row)) });
  await t.throwsAsync(greedy(broken, { ...plain, sources: 2 }), { message: "sentence 2 of the batch: the decoder's logits of token 1 are no numbers" });
  broken.dispose();
});
