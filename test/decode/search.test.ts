import test from 'ava';
import { beamSearch } from '../../src/decode/beam-search.ts';
import { greedy } from '../../src/decode/greedy.ts';
import { search } from '../../src/decode/search.ts';
import type { StepDecoder } from '../../src/decode/step-decoder.ts';
import { startEngine } from '../engine-under-test.ts';
import { reference, tableDecoder } from './table-decoder.ts';

test.before(startEngine);

const plain = { startId: reference.start, eosIds: [reference.eos], maxNewTokens: 6, sources: 4 };

async function opened<T>(work: (decoder: StepDecoder) => Promise<T>): Promise<T> {
  const decoder = tableDecoder();
  try {
    return await work(decoder);
  } finally {
    decoder.dispose();
  }
}

test.serial('one beam is greedy search, several are beam search', async (t) => {
  const only = await opened((decoder) => search(decoder, { ...plain, beams: 1 }));
  t.deepEqual(only, (await opened((decoder) => greedy(decoder, plain))).map((one) => [one]));
  const options = { ...plain, beams: 3, nBest: 2 };
  const found = await opened((decoder) => search(decoder, options));
  t.deepEqual(found, await opened((decoder) => beamSearch(decoder, options)));
  t.true(found.every(({ length }) => length === 2));
});

test.serial('more translations than beams are refused', async (t) => {
  await t.throwsAsync(opened((decoder) => search(decoder, { ...plain, beams: 1, nBest: 2 })), { message: '2 translations of each source are wanted, but greedy search finds one: take as many beams' });
  await t.throwsAsync(opened((decoder) => search(decoder, { ...plain, beams: 2, nBest: 3 })), { message: /nBest must be a whole number from 1 to the number of beams \(2\)/ });
});
