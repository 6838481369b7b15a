// Reads event files back, for tests: every record with both checksums checked, every message as fields by number.
import { readFile } from 'node:fs/promises';
import { crc32c } from '../../src/storage/crc32c.ts';

/** A protobuf message, read without a schema: field -> values, which are integers, bytes or (fixed width) their bytes. */
export type Fields = ReadonlyMap<number, readonly (number | Buffer)[]>;

/** One event, as far as the tests look. */
export type ReadEvent = { time: number; step: number; version?: string; restart?: true; scalars: Record<string, number>; texts: Record<string, string> };

/** Whole records only; a torn last one is left out. Throws where a checksum is wrong. */
export async function readEventFile(path: string): Promise<ReadEvent[]> {
  const bytes = await readFile(path);
  const events: ReadEvent[] = [];
  for (let place = 0; place + 16 <= bytes.length; ) {
    const length = Number(bytes.readBigUInt64LE(place));
    const end = place + 12 + length;
    if (end + 4 > bytes.length) break;
    for (const [from, to] of [[place, place + 8], [place + 12, end]] as const) {
      if (unmasked(bytes.readUInt32LE(to)) !== crc32c(bytes.subarray(from, to))) throw new Error(`${path}: wrong checksum at byte ${to}`);
    }
    events.push(eventOf(fieldsOf(bytes.subarray(place + 12, end))));
    place = end + 4;
  }
  return events;
}

function unmasked(value: number): number {
  const rotated = (value - 0xa282ead8) >>> 0;
  return ((rotated >>> 17) | (rotated << 15)) >>> 0;
}

function eventOf(fields: Fields): ReadEvent {
  const event: ReadEvent = { time: bytesAt(fields, 1).readDoubleLE(), step: Number(fields.get(2)?.[0] ?? 0), scalars: {}, texts: {} };
  const version = fields.get(3)?.[0];
  if (version instanceof Buffer) event.version = version.toString();
  if (fields.has(7)) event.restart = true;
  for (const value of fields.has(5) ? (fieldsOf(bytesAt(fields, 5)).get(1) ?? []) : []) {
    const inner = fieldsOf(value as Buffer);
    const tag = bytesAt(inner, 1).toString();
    if (inner.has(2)) event.scalars[tag] = bytesAt(inner, 2).readFloatLE();
    else event.texts[tag] = bytesAt(fieldsOf(bytesAt(inner, 8)), 8).toString();
  }
  return event;
}

const bytesAt = (fields: Fields, field: number): Buffer => {
  const value = fields.get(field)?.[0];
  if (value instanceof Buffer) return value;
  throw new Error(`field ${field} holds no bytes`);
};

function fieldsOf(bytes: Buffer): Fields {
  const fields = new Map<number, (number | Buffer)[]>();
  let place = 0;
  const varint = (): number => {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = bytes[place++]!;
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
    }
  };
  while (place < bytes.length) {
    const key = varint();
    const width = [undefined, 8, undefined, undefined, undefined, 4][key % 8];
    const value = key % 8 === 0 ? varint() : bytes.subarray(place, (place += width ?? 0));
    const whole = key % 8 === 2 ? ((length) => bytes.subarray(place, (place += length)))(varint()) : value;
    fields.set(key >> 3, [...(fields.get(key >> 3) ?? []), whole]);
  }
  return fields;
}
