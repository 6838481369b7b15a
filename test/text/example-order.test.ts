import test from 'ava';
import fc from 'fast-check';
import { epochOrder, rowsFrom } from '../../src/text/example-order.ts';

const lengthsArbitrary = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 200 }).map((lengths) => Uint32Array.from(lengths));

function take(rows: Generator<number, never>, count: number): number[] {
  return Array.from({ length: count }, () => rows.next().value);
}

test('an epoch holds every row once', (t) => {
  const complete = fc.property(lengthsArbitrary, fc.nat(), fc.nat(5), (lengths, seed, epoch) => {
    const order = epochOrder(lengths, seed, epoch);
    return order.length === lengths.length && new Set(order).size === lengths.length;
  });
  t.notThrows(() => fc.assert(complete));
});

test('entering at a cursor is the same as skipping as many rows', (t) => {
  const resumes = fc.property(lengthsArbitrary, fc.nat(), fc.nat(700), (lengths, seed, cursor) => {
    const skipped = take(rowsFrom(0, lengths, seed), cursor + 50).slice(cursor);
    return skipped.join() === take(rowsFrom(cursor, lengths, seed), 50).join();
  });
  t.notThrows(() => fc.assert(resumes));
});

test('a far cursor costs no more than a near one: no epoch before it is computed', (t) => {
  const lengths = new Uint32Array(10).fill(3);
  t.deepEqual(take(rowsFrom(10 * 2 ** 40 + 4, lengths, 1), 6), [...epochOrder(lengths, 1, 2 ** 40)].slice(4));
});

test('seeds and epochs have orders of their own, and the same ones every time', (t) => {
  const lengths = new Uint32Array(100).fill(5);
  const orders = [[1, 0], [1, 1], [2, 0], [1, 0]].map(([seed = 0, epoch = 0]) => epochOrder(lengths, seed, epoch).join());
  t.is(new Set(orders).size, 3);
  t.is(orders[0], orders[3]);
});

test('large corpora: windows mix the corpus, blocks hold like lengths in mixed order', (t) => {
  const lengths = Uint32Array.from({ length: 10_000 }, (_, i) => 1 + ((i * 7919) % 97));
  const order = Array.from(epochOrder(lengths, 3, 0));
  t.is(new Set(order).size, 10_000);
  const blocks = Array.from({ length: 100 }, (_, i) => order.slice(i * 32, (i + 1) * 32));
  const spread = (rows: number[]) => Math.max(...rows.map((row) => lengths[row] ?? 0)) - Math.min(...rows.map((row) => lengths[row] ?? 0));
  t.true(Math.max(...blocks.map(spread)) <= 2);
  const firsts = blocks.map(([row = 0]) => lengths[row] ?? 0);
  t.notDeepEqual(firsts, [...firsts].sort((a, b) => a - b));
  // The first window draws from the whole corpus, not from its first rows.
  t.true(order.slice(0, 4096).filter((row) => row >= 5000).length > 1500);
});
