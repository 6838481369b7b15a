import test from 'ava';
import fc from 'fast-check';
import { mergeWants, type Wants, wantsNothing } from '../../src/models/output.ts';

const layers = fc.uniqueArray(fc.integer({ min: -3, max: 6 }), { maxLength: 4 });
const wants: fc.Arbitrary<Wants> = fc.record(
  { logits: fc.constant(true as const), members: fc.constant(true as const), classWeights: fc.constant(true as const), pooled: fc.constant(true as const), headInput: fc.constant(true as const), hidden: layers, cls: layers, scores: layers, attention: layers, qkv: layers },
  { requiredKeys: [] },
);
const sorted = (list: Wants): unknown => Object.fromEntries(Object.entries(list).map(([key, want]: [string, unknown]) => [key, Array.isArray(want) ? [...(want as number[])].sort((a, b) => a - b) : want]));

test('two lists of wants join: every name of either, every layer once, in order', (t) => {
  t.deepEqual(mergeWants({ logits: true, hidden: [3, 1] }, { hidden: [1, 2], attention: [0] }), { logits: true, hidden: [1, 2, 3], attention: [0] });
  t.deepEqual(mergeWants({}, {}), {});
  t.deepEqual(mergeWants({ cls: [] }, {}), { cls: [] });
});

test('joining is commutative, associative and idempotent, with nothing as its zero', (t) => {
  t.notThrows(() => fc.assert(fc.property(wants, wants, wants, (a, b, c) => {
    t.deepEqual(mergeWants(a, b), mergeWants(b, a));
    t.deepEqual(mergeWants(mergeWants(a, b), c), mergeWants(a, mergeWants(b, c)));
    t.deepEqual(mergeWants(a, a) as unknown, sorted(a));
    t.deepEqual(mergeWants(a, {}), mergeWants({}, a));
  }), { numRuns: 60 }));
});

test('nothing is asked for by no name, and by names with no layer', (t) => {
  t.true(wantsNothing({}));
  t.true(wantsNothing({ hidden: [], attention: [] }));
  t.false(wantsNothing({ logits: true }));
  t.false(wantsNothing({ hidden: [], cls: [0] }));
});
