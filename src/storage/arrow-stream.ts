// Takes an Arrow IPC stream apart into its columns and the raw buffers of its batches, without a copy. The apache-arrow
// package writes our streams but does not read them: it trusts the counts in a file, and one flipped bit can make it
// allocate until the process dies. No dictionaries, no compression. https://arrow.apache.org/docs/format/Columnar.html
//   stream:   one Schema message, RecordBatch messages, then u32 0xFFFFFFFF · i32 0
//   message:  u32 0xFFFFFFFF · i32 metadata length M · M bytes FlatBuffer (Message.fbs) · body of Message.bodyLength bytes
import { FlatTable } from './flatbuffer.ts';

export type ArrowBatch = {
  readonly rows: number;
  /** One per field, depth first. */
  readonly nodes: readonly { readonly length: number; readonly nullCount: number }[];
  /** Per field, depth first: validity, then what its type has (Utf8: offsets, data; numbers: data; List: offsets; FixedSizeList: nothing). */
  readonly buffers: readonly Uint8Array[];
};

/**
 * @returns `columns` as text, such as `id: Utf8, logits: FixedSizeList[3]<Float32>`.
 * @throws where the stream is not whole or not sound.
 */
export function readArrowStream(bytes: Uint8Array): { columns: string; batches: ArrowBatch[] } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const batches: ArrowBatch[] = [];
  let columns: string | undefined;
  let place = 0;
  for (;;) {
    if (place + 8 > bytes.length) throw new Error('the file was cut short');
    if (view.getUint32(place, true) !== 0xffffffff) throw new Error(`no Arrow message starts at byte ${place}`);
    const metadataLength = view.getInt32(place + 4, true);
    place += 8;
    if (metadataLength === 0) break;
    const message = FlatTable.root(slice(bytes, place, metadataLength));
    place += metadataLength;
    // Message: 1 header_type u8 · 2 header · 3 bodyLength i64
    const body = slice(bytes, place, message.int64(3));
    place += body.length;
    const header = message.table(2);
    const type = message.uint8(1);
    if (header !== undefined && type === 1 && columns === undefined) columns = describeSchema(header);
    else if (header !== undefined && type === 3 && columns !== undefined) batches.push(readBatch(header, body));
    else throw new Error(`a message of type ${type} is out of place`);
  }
  if (place !== bytes.length) throw new Error(`${bytes.length - place} bytes follow the end of the stream`);
  if (columns === undefined) throw new Error('it has no schema');
  return { columns, batches };
}

/** Schema: 0 endianness i16 · 1 fields [Field] */
function describeSchema(schema: FlatTable): string {
  if (schema.int16(0) !== 0) throw new Error('its numbers are big-endian');
  const fields = schema.tables(1);
  if (fields.length > 256) throw new Error(`it has ${fields.length} columns`);
  return fields.map((field) => `${field.string(0)}: ${describeField(field, 0)}`).join(', ');
}

/** Field: 0 name · 2 type_type u8 · 3 type · 4 dictionary · 5 children [Field] */
function describeField(field: FlatTable, depth: number): string {
  const children = field.tables(5);
  // Distances in a hostile file may share tables: without these bounds a small file describes an endless tree.
  if (depth > 2 || children.length > 1) throw new Error('its columns nest too deeply');
  if (field.table(4) !== undefined) throw new Error('a column is dictionary-encoded');
  const inner = children.map((child) => `<${describeField(child, depth + 1)}>`).join('');
  return `${describeType(field.uint8(2), field.table(3))}${inner}`;
}

function describeType(type: number, details: FlatTable | undefined): string {
  switch (type) {
    case 2:
      return `${details?.uint8(1) === 1 ? 'Int' : 'Uint'}${details?.int32(0) ?? 0}`;
    case 3:
      return ['Float16', 'Float32', 'Float64'][details?.int16(0) ?? 0] ?? 'Float?';
    case 5:
      return 'Utf8';
    case 6:
      return 'Bool';
    case 12:
      return 'List';
    case 16:
      return `FixedSizeList[${details?.int32(0) ?? 0}]`;
    default:
      return `Type${type}`;
  }
}

/** RecordBatch: 0 length i64 · 1 nodes [{ length i64, null_count i64 }] · 2 buffers [{ offset i64, length i64 }] · 3 compression */
function readBatch(batch: FlatTable, body: Uint8Array): ArrowBatch {
  if (batch.table(3) !== undefined) throw new Error('it is compressed');
  return {
    rows: batch.int64(0),
    nodes: batch.pairs(1).map(([length, nullCount]) => ({ length, nullCount })),
    buffers: batch.pairs(2).map(([offset, length]) => slice(body, offset, length)),
  };
}

function slice(bytes: Uint8Array, start: number, length: number): Uint8Array {
  if (length === 0) return bytes.subarray(0, 0); // writers may place an empty buffer anywhere
  if (length < 0 || start < 0 || start + length > bytes.length) throw new Error('the file was cut short');
  return bytes.subarray(start, start + length);
}
