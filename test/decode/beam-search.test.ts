// Reference: transformers' generate() on the same table (scripts/decode-reference.py, which names the version in the fixture).
import test from 'ava';
import { beamSearch } from '../../src/decode/beam-search.ts';
import { leaks } from '../../src/engine/memory.ts';
import { startEngine } from '../engine-under-test.ts';
import { optionsOf, reference, tableDecoder } from './table-decoder.ts';

test.before(startEngine);

const searched = reference.cases.filter(({ options }) => optionsOf(options).beams > 1);
const plain = { startId: reference.start, eosIds: [reference.eos], maxNewTokens: 8, beams: 3, sources: 4 };

test.serial('every form of the search was asked of the reference', (t) => {
  t.true(searched.length >= 48, `${searched.length} cases`);
  const given = new Set(searched.flatMap(({ options }) => Object.keys(options)));
  t.is(given.size, 16, [...given].join(' '));
});

for (const { case: name, options, expected } of searched) {
  test.serial(`equals transformers: ${name}`, async (t) => {
    const decoder = tableDecoder();
    const found = await beamSearch(decoder, optionsOf(options));
    decoder.dispose();
    t.deepEqual(found.map((own) => own.map(({ tokens }) => [...tokens])), expected.map((own) => own.map(({ tokens }) => tokens)));
    for (const [source, own] of expected.entries()) {
      for (const [rank, { score, token_scores: scores }] of own.entries()) {
        const hypothesis = found[source]![rank]!;
        t.true(Math.abs(hypothesis.score - score!) < 2e-5 * Math.max(1, Math.abs(score!)), `source ${source}, rank ${rank}: ${hypothesis.score}, expected ${score}`);
        scores?.forEach((logProb, at) => t.true(Math.abs(hypothesis.logProbs[at]! - logProb) < 2e-5, `token ${at}: ${hypothesis.logProbs[at]}, expected ${logProb}`));
      }
    }
  });
}

test.serial('whether a translation ended by itself is told', async (t) => {
  const decoder = tableDecoder();
  const found = (await beamSearch(decoder, { ...plain, maxNewTokens: 5, nBest: 3 })).flat();
  decoder.dispose();
  for (const { tokens, finished } of found) t.is(finished, tokens.at(-1) === reference.eos);
  t.true(found.some(({ finished }) => finished) && found.some(({ finished }) => !finished));
});

test.serial('a sentence is translated alike alone and among others, and those that are done leave the batch', async (t) => {
  const together = tableDecoder();
  const all = await beamSearch(together, { ...plain, maxNewTokens: 14, earlyStopping: true });
  for (const source of [0, 1, 2, 3]) {
    const alone = tableDecoder([source]);
    t.deepEqual((await beamSearch(alone, { ...plain, sources: 1, maxNewTokens: 14, earlyStopping: true }))[0]!.map(({ tokens }) => tokens), all[source]!.map(({ tokens }) => tokens));
    alone.dispose();
  }
  together.dispose();
  t.is(together.widths[0], 4, 'one row a source before the beams part');
  t.is(Math.max(...together.widths), 12);
  t.true(together.widths.at(-1)! < 12, together.widths.join(' '));
});

test.serial('nothing is left behind on the engine', async (t) => {
  const left = await leaks(async () => {
    const decoder = tableDecoder();
    await beamSearch(decoder, { ...plain, noRepeatNgramSize: 2, repetitionPenalty: 1.2, suppressTokens: [3], badWordsIds: [[4, 4]], renormalize: true });
    decoder.dispose();
  });
  t.deepEqual(left, { tensors: 0, buffers: 0 });
});

test.serial('beams that the constraints starve are left out; a sentence without any is an error', async (t) => {
  const allBut = (...kept: readonly number[]) => Array.from({ length: 20 }, (_, token) => token).filter((token) => !kept.includes(token));
  const decoder = tableDecoder();
  const found = await beamSearch(decoder, { ...plain, suppressTokens: allBut(1, 7), maxNewTokens: 2, nBest: 3 });
  t.deepEqual(found.map((own) => own.map(({ tokens }) => [...tokens].join(' ')).sort()), Array.from({ length: 4 }, () => ['1', '7 1', '7 7']));
  decoder.dispose();
  const starved = tableDecoder();
  await t.throwsAsync(beamSearch(starved, { ...plain, suppressTokens: allBut() }), { message: 'sentence 1 of the batch: the constraints leave nothing to write as token 1' });
  starved.dispose();
});

test.serial('logits that are no numbers are an error, not a translation', async (t) => {
  const { tables } = reference;
  const decoder = tableDecoder([0, 1], { ...tables, source: tables.source.map((row, source) => (source === 1 ? row.map(() => NaN) : row)) });
  await t.throwsAsync(beamSearch(decoder, { ...plain, sources: 2 }), { message: "row 2 of the batch: the decoder's logits of token 1 are no numbers" });
  decoder.dispose();
});

test.serial('wrong numbers of beams are refused', async (t) => {
  const decoder = tableDecoder();
  await t.throwsAsync(beamSearch(decoder, { ...plain, beams: 0 }), { message: /beams must be a whole number from 1, not 0/ });
  await t.throwsAsync(beamSearch(decoder, { ...plain, nBest: 4 }), { message: /nBest must be a whole number from 1 to the number of beams \(3\), not 4/ });
  decoder.dispose();
});
