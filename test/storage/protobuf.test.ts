import test from 'ava';
import fc from 'fast-check';
import { ProtobufMessage } from '../../src/storage/protobuf.ts';

const encoded = (message: ProtobufMessage) => Buffer.concat(message.chunks());
const hex = (message: ProtobufMessage) => encoded(message).toString('hex');

/** Just enough of a reader, by the letter of the specification. */
function decode(bytes: Buffer): [field: number, value: bigint | Buffer][] {
  const fields: [number, bigint | Buffer][] = [];
  let place = 0;
  const varint = () => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = bytes.readUInt8(place++);
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
  };
  const take = (length: number) => bytes.subarray(place, (place += length));
  while (place < bytes.length) {
    const key = Number(varint());
    const type = key % 8;
    fields.push([(key - type) / 8, type === 0 ? varint() : take(type === 1 ? 8 : type === 5 ? 4 : Number(varint()))]);
  }
  return fields;
}

test("the examples of the format's own documentation", (t) => {
  t.is(hex(new ProtobufMessage().varint(1, 150)), '089601');
  t.is(hex(new ProtobufMessage().string(2, 'testing')), '120774657374696e67');
  t.is(hex(new ProtobufMessage().message(3, new ProtobufMessage().varint(1, 150))), '1a03089601');
  t.is(hex(new ProtobufMessage().varint(1, -2)), '08feffffffffffffffff01');
  t.is(hex(new ProtobufMessage()), '');
});

test('fixed-width fields are little-endian', (t) => {
  t.is(hex(new ProtobufMessage().float(1, 1.5)), '0d0000c03f');
  t.is(hex(new ProtobufMessage().double(1, -2.25)), '0900000000000002c0');
  t.is(hex(new ProtobufMessage().fixed32(16, 0xdeadbeef)), '8501efbeadde');
  t.is(hex(new ProtobufMessage().fixed64(1, 0x0102030405060708n)), '090807060504030201');
  t.is(hex(new ProtobufMessage().fixed64(1, -1n)), '09ffffffffffffffff');
  t.is(hex(new ProtobufMessage().varint(1, true).varint(1, false).string(2, 'é')), '080108001202c3a9');
});

test('every 64-bit integer and field number is read back, as number and as bigint', (t) => {
  const integer = fc.oneof(fc.bigInt(-(2n ** 63n), 2n ** 64n - 1n), fc.maxSafeInteger().map(BigInt));
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 2 ** 29 - 1 }), integer, (field, value) => {
      const expected = [[field, BigInt.asUintN(64, value)]];
      t.deepEqual(decode(encoded(new ProtobufMessage().varint(field, value))), expected as never);
      if (Number.isSafeInteger(Number(value))) t.deepEqual(decode(encoded(new ProtobufMessage().varint(field, Number(value)))), expected as never);
    }),
  );
});

test('nested messages of any size and order are read back', (t) => {
  const payload = fc.uint8Array({ maxLength: 40 }).chain((bytes) => fc.constantFrom(bytes, Buffer.concat([bytes, Buffer.alloc(5000)])));
  fc.assert(
    fc.property(fc.array(payload, { maxLength: 8 }), (payloads) => {
      const inner = new ProtobufMessage();
      for (const bytes of payloads) inner.bytes(2, bytes);
      const outer = new ProtobufMessage().varint(1, 7).message(3, inner).string(4, 'end');
      t.is(outer.byteLength, encoded(outer).length);
      const [first, nested, last] = decode(encoded(outer));
      t.deepEqual(first, [1, 7n]);
      t.deepEqual(decode(nested?.[1] as Buffer).map(([, value]) => Buffer.from(value as Buffer)), payloads.map((bytes) => Buffer.from(bytes)));
      t.deepEqual(last, [4, Buffer.from('end')]);
    }),
    { numRuns: 50 },
  );
});

test('a message may grow after it was nested or written: what was taken stays', (t) => {
  const inner = new ProtobufMessage().varint(1, 1);
  const outer = new ProtobufMessage().message(2, inner);
  const before = encoded(outer);
  inner.varint(1, 2);
  t.deepEqual(encoded(outer), before);
  outer.varint(3, 3);
  t.is(hex(outer), `${before.toString('hex')}1803`);
});

test('large bytes are kept, not copied, however deep', (t) => {
  const weights = new Uint8Array(100_000);
  const model = new ProtobufMessage().message(7, new ProtobufMessage().message(5, new ProtobufMessage().bytes(9, weights)));
  t.true(model.chunks().some((chunk) => chunk.buffer === weights.buffer));
});

test('a message of 2 GiB is refused when it would come to be', (t) => {
  const block = new Uint8Array(2 ** 26);
  const message = new ProtobufMessage();
  for (let i = 0; i < 31; i++) message.bytes(1, block);
  t.throws(() => message.bytes(1, block), { message: /may not exceed 2147483647 bytes, and field 1 alone adds 67108864/ });
  t.throws(() => new ProtobufMessage().message(1, message).message(2, message), { message: /may not exceed/ });
});

test('numbers that do not fit are refused', (t) => {
  const message = new ProtobufMessage();
  for (const value of [0.5, NaN, 2 ** 53, 2n ** 64n, -(2n ** 63n) - 1n]) t.throws(() => message.varint(1, value), { message: /field 1/ });
  for (const value of [-1, 2 ** 32, 0.5]) t.throws(() => message.fixed32(1, value), { message: /does not fit in 32 bits/ });
  t.throws(() => message.fixed64(1, 2n ** 64n), { message: /does not fit in 64 bits/ });
  for (const field of [0, -1, 2 ** 29, 1.5]) t.throws(() => message.varint(field, 1), { message: /no protobuf field number/ });
  t.is(message.byteLength, 0);
});
