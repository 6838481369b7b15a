import test from 'ava';
import { flatRows, flatten, lengthsOf, offsetsOf, rowOf, sliceRows } from '../../src/text/flat-rows.ts';

const rows = [Int32Array.of(1, 2), Int32Array.of(), Int32Array.of(3, 4, 5)];

test('rows lie one after the other and are found again', (t) => {
  const flat = flatRows(rows);
  t.deepEqual(flat, { ids: Int32Array.of(1, 2, 3, 4, 5), offsets: Uint32Array.of(0, 2, 2, 5) });
  t.deepEqual(rows.map((_, i) => rowOf(flat, i)), rows);
  t.deepEqual(lengthsOf(flat), Uint32Array.of(2, 0, 3));
  t.deepEqual(offsetsOf([2, 0, 3]), flat.offsets);
  t.deepEqual(flatten([Int32Array.of(9)], Uint32Array.of(0, 1)), Int32Array.of(9));
});

test('a slice counts from its own first row', (t) => {
  const flat = flatRows(rows);
  t.deepEqual(sliceRows(flat, 1, 3), { ids: Int32Array.of(3, 4, 5), offsets: Uint32Array.of(0, 0, 3) });
  t.deepEqual(sliceRows(flat, 0, 0), { ids: Int32Array.of(), offsets: Uint32Array.of(0) });
});
