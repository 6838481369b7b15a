import test from 'ava';
import fc from 'fast-check';
import { protobufFields } from '../../src/storage/protobuf-reader.ts';
import { ProtobufMessage } from '../../src/storage/protobuf.ts';

const read = (bytes: Uint8Array) => [...protobufFields(bytes)];
const bytesOf = (message: ProtobufMessage) => Buffer.concat(message.chunks());

test('what is written is read, field by field', (t) => {
  const inner = new ProtobufMessage().varint(1, 150);
  const message = new ProtobufMessage().varint(1, 300).float(2, 1.5).double(3, -2).string(16, 'é').message(5, inner);
  t.deepEqual(read(bytesOf(message)).map((field) => ({ ...field, ...('bytes' in field && { bytes: [...field.bytes] }) })), [
    { field: 1, kind: 'varint', value: 300n },
    { field: 2, kind: 'fixed32', bytes: [0, 0, 0xc0, 0x3f] },
    { field: 3, kind: 'fixed64', bytes: [0, 0, 0, 0, 0, 0, 0, 0xc0] },
    { field: 16, kind: 'bytes', bytes: [0xc3, 0xa9] },
    { field: 5, kind: 'bytes', bytes: [0x08, 0x96, 0x01] },
  ]);
  t.deepEqual(read(new Uint8Array(0)), []);
});

test('every integer and field number comes back', (t) => {
  const integer = fc.bigInt(-(2n ** 63n), 2n ** 64n - 1n);
  t.notThrows(() =>
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2 ** 29 - 1 }), integer, (field, value) => {
        const [only] = read(bytesOf(new ProtobufMessage().varint(field, value)));
        return only?.kind === 'varint' && only.field === field && only.value === BigInt.asUintN(64, value);
      }),
    ),
  );
});

const broken: readonly (readonly [string, number[], RegExp])[] = [
  ['a number without end', [0x08, 0x96], /^it ends inside a number$/],
  ['a number of eleven bytes', [0x08, ...Array<number>(10).fill(0x80), 1], /^byte 11: a number of more than ten bytes$/],
  ['a field longer than what is left', [0x12, 0x05, 1, 2], /^byte 2: a field of 5 bytes, where 2 are left$/],
  ['a length of 2^63', [0x12, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x01], /a field of 9223372036854775808 bytes/],
  ['four bytes cut short', [0x0d, 0, 0], /^byte 1: a field of 4 bytes, where 2 are left$/],
  ['field 0', [0x00, 0x00], /^byte 0: 0 is no field number$/],
  ['a group', [0x0b], /^byte 0: wire type 3 is none that is known$/],
];
for (const [name, bytes, message] of broken) test(`${name}: refused`, (t) => void t.throws(() => read(Uint8Array.from(bytes)), { message }));
