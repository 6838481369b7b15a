import test from 'ava';
import { FlatTable } from '../../src/storage/flatbuffer.ts';

/** A finished buffer, written by hand after the format's description. */
function sample(): Uint8Array {
  const bytes = new Uint8Array(128);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, 24, true); //         root table
  [18, 28, 4, 6, 8, 16, 20, 0, 24].forEach((entry, i) => view.setUint16(4 + 2 * i, entry, true)); // vtable: fields 0..6, field 5 absent
  view.setInt32(24, 20, true); //         table, 20 bytes after its vtable
  view.setUint8(28, 200); //              field 0, u8
  view.setInt16(30, -2, true); //         field 1, i16
  view.setBigInt64(32, 77n, true); //     field 2, i64
  view.setUint32(40, 16, true); //        field 3, text at 56
  view.setUint32(44, 20, true); //        field 4, tables at 64
  view.setUint32(48, 32, true); //        field 6, pairs at 80
  view.setUint32(56, 3, true);
  bytes.set(Buffer.from('aé'), 60);
  view.setUint32(64, 1, true);
  view.setUint32(68, 36, true); //        the table at 104
  view.setUint32(80, 1, true);
  view.setBigInt64(84, 5n, true);
  view.setBigInt64(92, 6n, true);
  [6, 8, 4].forEach((entry, i) => view.setUint16(112 + 2 * i, entry, true));
  view.setInt32(104, -8, true); //        vtable at 112
  view.setInt32(108, -3, true); //        field 0, i32
  return bytes;
}

test('fields of every kind, and what absent ones are', (t) => {
  const table = FlatTable.root(sample());
  t.is(table.uint8(0), 200);
  t.is(table.int16(1), -2);
  t.is(table.int64(2), 77);
  t.is(table.string(3), 'aé');
  t.deepEqual(table.tables(4).map((inner) => inner.int32(0)), [-3]);
  t.deepEqual(table.pairs(6), [[5, 6]]);
  for (const absent of [5, 7, 99]) {
    t.deepEqual([table.uint8(absent), table.int16(absent), table.int32(absent), table.int64(absent), table.string(absent)], [0, 0, 0, 0, '']);
    t.is(table.table(absent), undefined);
    t.deepEqual([table.tables(absent), table.pairs(absent)], [[], []]);
  }
});

test('lengths and distances that leave the buffer are refused, also where more memory lies behind it', (t) => {
  const damaged = (place: number, value: number) => {
    const bytes = new Uint8Array(1 << 16);
    bytes.set(sample());
    new DataView(bytes.buffer).setUint32(place, value, true);
    return FlatTable.root(bytes.subarray(0, 128));
  };
  t.throws(() => damaged(56, 2 ** 31).string(3), { message: /longer than its message/ });
  t.throws(() => damaged(56, 69).string(3), { message: /longer than its message/ });
  t.throws(() => damaged(64, 0xffffffff).tables(4), { message: /longer than its message/ });
  t.throws(() => damaged(80, 4).pairs(6), { message: /longer than its message/ });
  t.throws(() => damaged(40, 1000).string(3), { message: 'a description points outside of its message' });
  t.throws(() => damaged(24, 5000).uint8(0), { message: 'a description points outside of its message' });
  t.throws(() => damaged(0, 4000).uint8(0), { message: 'a description points outside of its message' });
  t.throws(() => damaged(88, 0x80000000).pairs(6), { message: /is no size/ });
  t.throws(() => FlatTable.root(new Uint8Array(3)), { message: 'a description points outside of its message' });
});
