// The protocol-buffer wire format, read field by field (protobuf.ts has its layout and writes it). What the fields mean, and that a
// field comes twice or not at all, is the caller's business. Groups, which nobody writes any more, are refused.

/** An integer of up to 64 bits (wire type 0), four or eight bytes, or so many bytes as the field says; `bytes` are a view of the message. */
export type ProtobufField =
  | { readonly field: number; readonly kind: 'varint'; readonly value: bigint }
  | { readonly field: number; readonly kind: 'fixed32' | 'fixed64' | 'bytes'; readonly bytes: Uint8Array };

/** The fields of a message in their order. @throws where the message is cut short or is none. */
export function* protobufFields(message: Uint8Array): Generator<ProtobufField, void, undefined> {
  let place = 0;
  const varint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = message[place];
      if (byte === undefined) throw new Error('it ends inside a number');
      place += 1;
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return BigInt.asUintN(64, value);
    }
    throw new Error(`byte ${place}: a number of more than ten bytes`);
  };
  const take = (length: bigint): Uint8Array => {
    const begin = place;
    if (length > BigInt(message.length - begin)) throw new Error(`byte ${begin}: a field of ${length} bytes, where ${message.length - begin} are left`);
    place += Number(length);
    return message.subarray(begin, place);
  };
  while (place < message.length) {
    const begin = place;
    const key = varint();
    const field = Number(key >> 3n);
    if (field < 1 || field >= 2 ** 29) throw new Error(`byte ${begin}: ${field} is no field number`);
    switch (Number(key & 7n)) {
      case 0:
        yield { field, kind: 'varint', value: varint() };
        break;
      case 1:
        yield { field, kind: 'fixed64', bytes: take(8n) };
        break;
      case 2:
        yield { field, kind: 'bytes', bytes: take(varint()) };
        break;
      case 5:
        yield { field, kind: 'fixed32', bytes: take(4n) };
        break;
      default:
        throw new Error(`byte ${begin}: wire type ${key & 7n} is none that is known`);
    }
  }
}
