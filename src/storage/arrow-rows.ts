// One shard of the label store: class logits by example id, as an Arrow IPC stream that pyarrow and `datasets` open.
// Columns, none nullable: `id` Utf8 and `logits` FixedSizeList<Float32>[C]. Written uncompressed as one record batch; any
// number of batches is read. https://arrow.apache.org/docs/format/Columnar.html#ipc-streaming-format
// Knows nothing of headers or of which shard is which: that is the label store's.
import { readFile, stat } from 'node:fs/promises';
import { Field, FixedSizeList, Float32, RecordBatch, Schema, Struct, Table, Utf8, makeData, tableToIPC } from 'apache-arrow';
import { readArrowStream, type ArrowBatch } from './arrow-stream.ts';
import { writeFileAtomically } from './atomic.ts';
import { sha256 } from './hash.ts';
import { viewOf } from './typed-view.ts';

/** Arrow and Node read a shard in one piece; both end near 2 GiB. */
const maxShardBytes = 2 ** 30;

/**
 * Writes rows i = (ids[i], logits[i * classes .. (i + 1) * classes]), whole or not at all.
 * @param shard `logits` [N, C] row-major for N ids and C `classes`.
 * @returns the row count, and the SHA-256 and size of the file, for the store's header.
 * @throws where the lengths disagree, an id is not sound Unicode, or the shard is larger than 1 GiB.
 */
export async function writeLogitShard(
  path: string,
  { ids, logits, classes }: { ids: readonly string[]; logits: Float32Array; classes: number },
): Promise<{ rows: number; sha256: string; bytes: number }> {
  const rows = ids.length;
  if (!Number.isSafeInteger(classes) || classes < 1) throw new Error(`${path}: ${classes} is no number of classes`);
  if (logits.length !== rows * classes) throw new Error(`${path}: ${rows} ids of ${classes} classes need ${rows * classes} logits, not ${logits.length}`);
  const broken = ids.find((id) => /\p{Surrogate}/u.test(id));
  if (broken !== undefined) throw new Error(`${path}: the id ${JSON.stringify(broken)} is not sound Unicode`);
  const text = Buffer.from(ids.join(''));
  if (logits.byteLength + text.length > maxShardBytes) throw new Error(`${path}: a shard may hold 1 GiB. Write fewer rows per shard`);

  const valueOffsets = new Int32Array(rows + 1);
  ids.forEach((id, row) => (valueOffsets[row + 1] = (valueOffsets[row] ?? 0) + Buffer.byteLength(id)));
  const idType = new Utf8();
  const logitType = new FixedSizeList(classes, new Field('item', new Float32(), false));
  const fields = [new Field('id', idType, false), new Field('logits', logitType, false)];
  const child = makeData({ type: new Float32(), length: logits.length, nullCount: 0, data: logits });
  const columns = [
    makeData({ type: idType, length: rows, nullCount: 0, valueOffsets, data: text }),
    makeData({ type: logitType, length: rows, nullCount: 0, child }),
  ];
  const struct = makeData({ type: new Struct(fields), length: rows, nullCount: 0, children: columns });
  const batch = new RecordBatch(new Schema(fields), struct);
  const bytes = tableToIPC(new Table(batch), 'stream');
  await writeFileAtomically(path, bytes);
  return { rows, sha256: sha256(bytes), bytes: bytes.byteLength };
}

/**
 * Reads a shard back. Logits of a single batch are a view of the file's bytes.
 * @param expected what the store's header says: `classes`, and where known the checksum and the row count.
 * @throws one sentence naming the file where it is not whole, not of this shape, or not the one that was written.
 */
export async function readLogitShard(
  path: string,
  expected: { classes: number; sha256?: string; rows?: number },
): Promise<{ ids: string[]; logits: Float32Array; rows: number }> {
  const { size } = await stat(path);
  if (size > 2 * maxShardBytes) throw new Error(`${path}: ${size} bytes are more than a shard may have`);
  const bytes = await readFile(path);
  if (expected.sha256 !== undefined && sha256(bytes) !== expected.sha256) {
    throw new Error(`${path}: the checksum is not the one in the store's header: the file was changed or damaged. Delete it and label again`);
  }
  try {
    return parse(bytes, expected);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new Error(`${path}: not a whole logit shard: ${why}. Delete it and label again`, { cause: error });
  }
}

function parse(bytes: Uint8Array, { classes, rows: expectedRows }: { classes: number; rows?: number }) {
  const { columns, batches } = readArrowStream(bytes);
  const wanted = `id: Utf8, logits: FixedSizeList[${classes}]<Float32>`;
  if (columns !== wanted) throw new Error(`its columns are ${columns}, not ${wanted}`);
  const parts = batches.map((batch) => readRows(batch, classes));
  const ids = parts.flatMap((part) => part.ids);
  const rows = ids.length;
  if (expectedRows !== undefined && rows !== expectedRows) throw new Error(`it has ${rows} rows, not ${expectedRows}`);
  const [only] = parts;
  return { ids, logits: only !== undefined && parts.length === 1 ? only.logits : concatenated(parts.map((part) => part.logits)), rows };
}

/** Buffers: 0 id validity · 1 id offsets i32[N+1] · 2 id text · 3 list validity · 4 value validity · 5 values f32[N*C] */
function readRows({ rows, nodes, buffers }: ArrowBatch, classes: number): { ids: string[]; logits: Float32Array } {
  const [idNode, listNode, valueNode] = nodes;
  const [, offsetBytes, text, , , valueBytes] = buffers;
  if (offsetBytes === undefined || text === undefined || valueBytes === undefined) throw new Error('buffers are missing');
  const isWhole = idNode?.length === rows && listNode?.length === rows && valueNode?.length === rows * classes;
  if (!isWhole || valueBytes.length < rows * classes * 4) throw new Error('rows are missing');
  if (nodes.some(({ nullCount }) => nullCount > 0)) throw new Error('rows are null');
  const logits = new Float32Array(...viewOf(valueBytes.subarray(0, rows * classes * 4), 4));
  if (rows === 0) return { ids: [], logits }; // an empty column may come without offsets

  if (offsetBytes.length < (rows + 1) * 4) throw new Error('ids are missing');
  const offsets = new Int32Array(...viewOf(offsetBytes.subarray(0, (rows + 1) * 4), 4));
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  const ids = Array.from({ length: rows }, (_, row) => {
    const [begin = -1, end = -1] = [offsets[row], offsets[row + 1]];
    if (begin < 0 || end < begin || end > text.length) throw new Error(`the id of row ${row} lies outside the file`);
    return decoder.decode(text.subarray(begin, end));
  });
  return { ids, logits };
}

function concatenated(parts: readonly Float32Array[]): Float32Array {
  const whole = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let place = 0;
  for (const part of parts) {
    whole.set(part, place);
    place += part.length;
  }
  return whole;
}
