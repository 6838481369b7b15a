import { deflateRawSync } from 'node:zlib';
import test from 'ava';
import { packCounts, unpackCounts } from '../../src/storage/count-text.ts';

test('what is packed comes back, small numbers and the largest', (t) => {
  for (const counts of [[], [0], [127, 128, 129, 16_383, 16_384, 2 ** 31 - 1], Array.from({ length: 6000 }, (_, i) => (i * i) % 23)]) {
    t.deepEqual(unpackCounts(packCounts(counts), counts.length), counts);
  }
  t.is(packCounts([3, 200]), packCounts(Float64Array.from([3, 200])));
});

test('what is no count is refused', (t) => {
  for (const odd of [-1, 0.5, NaN, 2 ** 31]) t.throws(() => packCounts([odd]), { message: `${odd} is no count from 0 to 2^31` });
});

test('another number of counts, what is cut, too large or no base64 are told', (t) => {
  const packed = (...bytes: number[]) => deflateRawSync(Uint8Array.from(bytes)).toString('base64');
  t.is(unpackCounts(packed(0x81, 0x01), 1)[0], 129);
  for (const [text, count] of [[packCounts([1, 2]), 1], [packCounts([1, 2]), 3], [packed(0x80), 1], [packed(255, 255, 255, 255, 127), 1], [packed(128, 128, 128, 128, 128, 1), 1], ['A?', 1], ['AAAA', 1], [packCounts(new Array(1000).fill(1)), 2]] as const) {
    t.throws(() => unpackCounts(text, count), { message: `these are not ${count} counts, deflated and in base64` }, text);
  }
});
