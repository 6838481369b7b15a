// One shard of the label store: what was said about each example, by its id, as an Arrow IPC stream that pyarrow and `datasets` open.
// Columns, none nullable: `id` Utf8; a vector of W numbers a row, FixedSizeList<Float32 or Float16>[W]; or one such vector for
// each of its tokens, List<FixedSizeList<Float16>[W]>. Written uncompressed as one record batch; any number of batches is read.
// https://arrow.apache.org/docs/format/Columnar.html#ipc-streaming-format
import { readFile, stat } from 'node:fs/promises';
import { type Data, Field, FixedSizeList, Float16, Float32, List, RecordBatch, Schema, Struct, Table, Utf8, makeData, tableToIPC } from 'apache-arrow';
import { offsetsIn, offsetsOf, textsIn } from './arrow-buffers.ts';
import { type ArrowBatch, readArrowStream } from './arrow-stream.ts';
import { writeFileAtomically } from './atomic.ts';
import { sha256 } from './hash.ts';
import { printable } from './quoted.ts';

/** How a column is laid out. */
export interface RowColumn {
  readonly name: string;
  /** Float16 as bit patterns. */
  readonly dtype: 'float32' | 'float16';
  /** W */
  readonly width: number;
  /** One vector for each token of a row, not for the row. */
  readonly perToken?: boolean;
}

/** N rows of a column to be written. */
export interface RowValues extends RowColumn {
  /** [N, W], or with `perToken` [Σ tokens, W], row-major. */
  readonly values: Float32Array | Uint16Array;
  /** [N], with `perToken`: how many vectors each row has. */
  readonly tokens?: Int32Array;
}

/** A column of one record batch, where its numbers lie in the file. */
export interface StoredColumn extends RowColumn {
  /** All of them; a view of the file's bytes. */
  readonly bytes: Uint8Array;
  /** Of `bytes` in the file. */
  readonly position: number;
  /** [N + 1], with `perToken`: where the vectors of row i begin, in vectors. */
  readonly offsets?: Int32Array;
}

export interface StoredRows {
  readonly ids: readonly string[];
  /** In the order they were asked for. */
  readonly columns: readonly StoredColumn[];
}

/** Arrow and Node read a shard in one piece; both end near 2 GiB. */
const maxShardBytes = 2 ** 30;

/**
 * Writes a shard, whole or not at all.
 * @returns the row count, and the SHA-256 and size of the file, for the store's header.
 * @throws where the lengths disagree, an id is not sound Unicode, or the shard is larger than 1 GiB.
 */
export async function writeRows(path: string, { ids, columns }: { ids: readonly string[]; columns: readonly RowValues[] }): Promise<{ rows: number; sha256: string; bytes: number }> {
  const rows = ids.length;
  for (const column of columns) checkColumn(path, column, rows);
  const broken = ids.find((id) => /\p{Surrogate}/u.test(id));
  if (broken !== undefined) throw new Error(`${path}: the id ${JSON.stringify(broken)} is not sound Unicode`);
  const text = Buffer.from(ids.join(''));
  if (columns.reduce((sum, { values }) => sum + values.byteLength, text.length) > maxShardBytes) throw new Error(`${path}: a shard may hold 1 GiB. Write fewer rows per shard`);

  const lengths = Int32Array.from(ids, (id) => Buffer.byteLength(id));
  const built: Data[] = [makeData({ type: new Utf8(), length: rows, nullCount: 0, valueOffsets: offsetsOf(lengths), data: text }), ...columns.map((column) => columnData(column, rows))];
  const fields = built.map(({ type }, i) => new Field(columns[i - 1]?.name ?? 'id', type, false));
  const struct = makeData({ type: new Struct(fields), length: rows, nullCount: 0, children: built });
  const bytes = tableToIPC(new Table(new RecordBatch(new Schema(fields), struct)), 'stream');
  await writeFileAtomically(path, bytes);
  return { rows, sha256: sha256(bytes), bytes: bytes.byteLength };
}

/**
 * Reads a shard back, one part for each record batch.
 * @param expected what the store's header says: the columns, and where known the checksum and the row count.
 * @throws one sentence naming the file where it is not whole, not of these columns, or not the one that was written.
 */
export async function readRows(path: string, expected: { columns: readonly RowColumn[]; sha256?: string; rows?: number }): Promise<StoredRows[]> {
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
    throw new Error(`${path}: not a whole shard of labels: ${why}. Delete it and label again`, { cause: error });
  }
}

function checkColumn(path: string, { name, dtype, width, perToken = false, values, tokens }: RowValues, rows: number): void {
  if (!Number.isSafeInteger(width) || width < 1) throw new Error(`${path}: ${width} is no width of ${name}`);
  if ((dtype === 'float32') !== values instanceof Float32Array) throw new Error(`${path}: the values of ${name} are not ${dtype}`);
  if (perToken !== (tokens !== undefined) || (tokens !== undefined && tokens.length !== rows)) throw new Error(`${path}: ${name} of ${rows} rows ${perToken ? 'needs as many token counts' : 'has no tokens to count'}`);
  const vectors = tokens?.reduce((sum, count) => sum + count, 0) ?? rows;
  if (values.length !== vectors * width) throw new Error(`${path}: ${vectors} ${perToken ? 'tokens' : 'ids'} of ${width} numbers need ${vectors * width} values of ${name}, not ${values.length}`);
}

function columnData({ dtype, width, values, tokens }: RowValues, rows: number): Data {
  const item = dtype === 'float32' ? new Float32() : new Float16();
  const vectors = values.length / width;
  const numbers = makeData({ type: item, length: values.length, nullCount: 0, data: values as never });
  const vectorType = new FixedSizeList(width, new Field('item', item, false));
  const list = makeData({ type: vectorType, length: vectors, nullCount: 0, child: numbers }) as Data;
  if (tokens === undefined) return list;
  return makeData({ type: new List(new Field('item', vectorType, false)), length: rows, nullCount: 0, valueOffsets: offsetsOf(tokens), child: list as never }) as Data;
}

function parse(bytes: Uint8Array, { columns: wanted, rows: expectedRows }: { columns: readonly RowColumn[]; rows?: number }): StoredRows[] {
  const { columns, batches } = readArrowStream(bytes);
  const described = ['id: Utf8', ...wanted.map(describe)].join(', ');
  if (columns !== described) throw new Error(`its columns are ${printable(columns, 200)}, not ${printable(described, 200)}`);
  const parts = batches.map((batch) => partOf(batch, wanted, bytes));
  const rows = parts.reduce((sum, { ids }) => sum + ids.length, 0);
  if (expectedRows !== undefined && rows !== expectedRows) throw new Error(`it has ${rows} rows, not ${expectedRows}`);
  return parts;
}

function describe({ name, dtype, width, perToken }: RowColumn): string {
  const vector = `FixedSizeList[${width}]<${dtype === 'float32' ? 'Float32' : 'Float16'}>`;
  return `${name}: ${perToken === true ? `List<${vector}>` : vector}`;
}

/** Nodes and buffers come depth first: id (validity, offsets, text), then of each column (validity, offsets)? (validity) (validity, values). */
function partOf({ rows, nodes, buffers }: ArrowBatch, wanted: readonly RowColumn[], file: Uint8Array): StoredRows {
  if (nodes.some(({ nullCount }) => nullCount > 0)) throw new Error('rows are null');
  let [node, buffer] = [0, 0];
  const nextNode = (length: number) => {
    if (nodes[node++]?.length !== length) throw new Error('rows are missing');
  };
  const nextBuffer = () => {
    const found = buffers[buffer++];
    if (found === undefined) throw new Error('buffers are missing');
    return found;
  };
  nextNode(rows);
  nextBuffer();
  const idOffsets = offsetsIn(nextBuffer(), rows);
  const ids = textsIn(nextBuffer(), idOffsets);
  const columns = wanted.map((column): StoredColumn => {
    const size = column.dtype === 'float32' ? 4 : 2;
    let vectors = rows;
    let offsets: Int32Array | undefined;
    if (column.perToken === true) {
      nextNode(rows);
      nextBuffer();
      offsets = offsetsIn(nextBuffer(), rows);
      vectors = offsets[rows] ?? 0;
    }
    nextNode(vectors);
    nextBuffer();
    nextNode(vectors * column.width);
    nextBuffer();
    const values = nextBuffer();
    if (values.length < vectors * column.width * size) throw new Error('rows are missing');
    const bytes = values.subarray(0, vectors * column.width * size);
    return { ...column, bytes, position: bytes.byteOffset - file.byteOffset, ...(offsets && { offsets }) };
  });
  return { ids, columns };
}
