/** The choice of rows for a labelling batch. */
import test from 'ava';
import { fastestRows } from '../../../../scripts/bench/cases/labelling.ts';

async function choose(msOf: (rows: number) => number, sentences = 4096) {
  let [clock, passes] = [0, 0];
  return fastestRows(async (rows) => {
    clock += passes++ % 2 === 0 ? 10_000 : msOf(rows); // the cold pass of all does not count, nor the slower one of each two
    return Promise.resolve();
  }, { sentences, now: () => clock });
}

test('rows double until a pass is a tenth slower than the best', async (t) => {
  t.deepEqual(await choose((rows) => ({ 8: 100, 16: 80, 32: 82, 64: 95 })[rows] ?? 1), { best: 16, triedMs: { 8: 100, 16: 80, 32: 82, 64: 95 } });
});

test('rows end where a batch holds every sentence, or at 1024', async (t) => {
  t.deepEqual(Object.keys((await choose(() => 100, 20)).triedMs), ['8', '16', '32']);
  t.deepEqual(Object.keys((await choose((rows) => 1e6 / rows)).triedMs).at(-1), '1024');
});
