import test from 'ava';
import { ensembleDecoder } from '../../src/decode/ensemble.ts';
import { greedy } from '../../src/decode/greedy.ts';
import { leaks } from '../../src/engine/memory.ts';
import { startEngine } from '../engine-under-test.ts';
import { reference, tableDecoder, type Tables } from './table-decoder.ts';

test.before(startEngine);

const other: Tables = { ...reference.tables, source: reference.tables.source.toReversed(), last: reference.tables.last.toReversed() };
const options = { startId: reference.start, eosIds: [reference.eos], maxNewTokens: 10, sources: 4 };

test.serial('each step decides by the mean of the probabilities', async (t) => {
  const members = [tableDecoder(), tableDecoder([0, 1, 2, 3], other)];
  const logits = ensembleDecoder(members).step(new Int32Array(4).fill(reference.start));
  const found = await logits.data();
  const softmax = (values: readonly number[]): number[] => values.map((value) => Math.exp(value) / values.reduce((sum, each) => sum + Math.exp(each), 0));
  for (const source of [0, 1, 2, 3]) {
    const [one, two] = [reference.tables, other].map((tables) => softmax(tables.source[source]!.map((value, token) => value + tables.last[reference.start]![token]!)));
    one!.forEach((probability, token) => t.true(Math.abs(Math.exp(found[source * 20 + token]!) - (probability + two![token]!) / 2) < 1e-6));
  }
  logits.dispose();
  for (const member of members) member.dispose();
});

test.serial('twice the same is the same; two that differ write something else; nothing is left behind', async (t) => {
  const left = await leaks(async () => {
    const [alone, one, two, three, four] = [tableDecoder(), tableDecoder(), tableDecoder(), tableDecoder(), tableDecoder([0, 1, 2, 3], other)];
    const words = async (decoder: Parameters<typeof greedy>[0]) => (await greedy(decoder, options)).map(({ tokens }) => [...tokens]);
    const own = await words(alone);
    t.deepEqual(await words(ensembleDecoder([one, two])), own);
    t.notDeepEqual(await words(ensembleDecoder([three, four])), own);
    for (const decoder of [alone, one, two, three, four]) decoder.dispose();
  });
  t.deepEqual(left, { tensors: 0, buffers: 0 });
});

test.serial('members must share a vocabulary', async (t) => {
  t.throws(() => ensembleDecoder([]), { message: 'an ensemble needs a decoder at least' });
  const short = (rows: readonly (readonly number[])[]) => rows.map((row) => row.slice(0, 19));
  const members = [tableDecoder(), tableDecoder([0, 1, 2, 3], { source: short(other.source), last: short(other.last), before: short(other.before) })];
  await t.throwsAsync(greedy(ensembleDecoder(members), options), { message: /vocabularies of 20 and 19 tokens/ });
  for (const member of members) member.dispose();
});

test.serial('where a member fails, nothing of the others is left behind', async (t) => {
  const left = await leaks(async () => {
    const one = tableDecoder();
    const broken = { step: () => { throw new Error('out of memory'); }, select: () => undefined };
    await t.throwsAsync(greedy(ensembleDecoder([one, broken]), options), { message: 'out of memory' });
    one.dispose();
  });
  t.deepEqual(left, { tensors: 0, buffers: 0 });
});
