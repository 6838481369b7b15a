// One shard of a tokenised corpus as an Arrow IPC stream that pyarrow and `datasets` open. Columns, none nullable: `id` Utf8; `label` Utf8
// (JSON, empty where there is none); `input_ids` List<Int32>; `token_type_ids` List<Uint8>. One record batch, uncompressed, so that any
// row can be read where it lies: opening a shard checks all of it and keeps the offsets alone, 12 bytes a row.
// https://arrow.apache.org/docs/format/Columnar.html#ipc-streaming-format
import { type FileHandle, readFile, stat } from 'node:fs/promises';
import { type Data, Field, Int32, List, RecordBatch, Schema, Struct, Table, Uint8, Utf8, makeData, tableToIPC } from 'apache-arrow';
import { readArrowStream } from './arrow-stream.ts';
import { writeFileAtomically } from './atomic.ts';
import { readBytes, withFile } from './file-bytes.ts';
import { sha256 } from './hash.ts';
import { printable } from './quoted.ts';

/** N rows; row i has the tokens offsets[i] .. offsets[i + 1]. */
export interface TokenRows {
  readonly ids: readonly string[];
  readonly labels: readonly string[];
  /** [N + 1] */
  readonly offsets: Int32Array;
  readonly tokens: Int32Array;
  readonly types: Uint8Array;
}

/** Where the cells of a column lie in the file. */
interface Cells {
  /** Of the first cell's first byte. */
  readonly position: number;
  /** [rows + 1], in elements of the column */
  readonly offsets: Int32Array;
}

/** A shard that was checked, and where its rows are. */
export interface TokenShard {
  readonly path: string;
  readonly rows: number;
  readonly ids: Cells;
  readonly labels: Cells;
  readonly tokens: Cells;
  /** Its offsets are those of `tokens`. */
  readonly types: Cells;
  /** Whether any type is other than 0; if not they need not be read. */
  readonly hasTypes: boolean;
}

const maxShardBytes = 2 ** 30;

/** Writes a shard, whole or not at all. @returns the SHA-256 of the file. @throws where the lengths disagree or the shard is above 1 GiB. */
export async function writeTokenShard(path: string, { ids, labels, offsets, tokens, types }: TokenRows): Promise<string> {
  const rows = ids.length;
  if (labels.length !== rows || offsets.length !== rows + 1) throw new Error(`${path}: ${rows} ids, ${labels.length} labels and ${offsets.length} offsets do not fit together`);
  if (offsets[rows] !== tokens.length || tokens.length !== types.length) throw new Error(`${path}: ${tokens.length} tokens, ${types.length} types and offsets up to ${offsets[rows]} do not fit together`);
  const broken = [...ids, ...labels].find((text) => /\p{Surrogate}/u.test(text));
  if (broken !== undefined) throw new Error(`${path}: ${JSON.stringify(broken)} is not sound Unicode`);
  const columns: Record<string, Data> = {
    id: utf8Column(ids),
    label: utf8Column(labels),
    input_ids: listColumn(makeData({ type: new Int32(), length: tokens.length, nullCount: 0, data: tokens }), offsets),
    token_type_ids: listColumn(makeData({ type: new Uint8(), length: types.length, nullCount: 0, data: types }), offsets.slice()), // its own: the library writes one memory once where it comes twice in a row
  };
  const fields = Object.entries(columns).map(([name, { type }]) => new Field(name, type, false));
  const struct = makeData({ type: new Struct(fields), length: rows, nullCount: 0, children: Object.values(columns) });
  const bytes = tableToIPC(new Table(new RecordBatch(new Schema(fields), struct)), 'stream');
  if (bytes.length > maxShardBytes) throw new Error(`${path}: a shard may hold 1 GiB. Write fewer rows per shard`);
  await writeFileAtomically(path, bytes);
  return sha256(bytes);
}

/**
 * Checks a shard and finds its rows; the file is read once and not kept.
 * @throws one sentence naming the file where it is not whole, not of these columns, or not the one that was written.
 */
export async function openTokenShard(path: string, expected: { readonly rows?: number; readonly sha256?: string } = {}): Promise<TokenShard> {
  const { size } = await stat(path);
  if (size > maxShardBytes) throw new Error(`${path}: ${size} bytes are more than a shard may have`);
  const bytes = await readFile(path);
  try {
    if (expected.sha256 !== undefined && sha256(bytes) !== expected.sha256) throw new Error('its checksum is not the one that was noted when it was written');
    const shard = { path, ...placesIn(bytes) };
    if (expected.rows !== undefined && shard.rows !== expected.rows) throw new Error(`it has ${shard.rows} rows, not ${expected.rows}`);
    return shard;
  } catch (error) {
    throw new Error(`${path}: not a whole shard of tokens: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}

/** Rows from `begin` to before `end`. */
export interface RowRange {
  readonly begin: number;
  readonly end: number;
}

/**
 * Some ranges of rows, read where they lie: the file is opened once, and all is asked for at once.
 * @param wanted `labels`: false leaves them unread, and empty.
 * @throws naming the file where it has become shorter since it was opened, or is gone.
 */
export async function readTokenRows(shard: TokenShard, ranges: readonly RowRange[], wanted: { readonly labels: boolean }): Promise<TokenRows[]> {
  return withFile(shard.path, (file) => Promise.all(ranges.map((range) => readRange(file, shard, range, wanted))));
}

async function readRange(file: FileHandle, { ids, labels, tokens, types, hasTypes }: TokenShard, range: RowRange, wanted: { readonly labels: boolean }): Promise<TokenRows> {
  const read = ({ position, offsets }: Cells, width: number) => {
    const [from = 0, to = 0] = [offsets[range.begin], offsets[range.end]];
    return readBytes(file, position + from * width, (to - from) * width);
  };
  const none = Promise.resolve(undefined);
  const [idBytes, tokenBytes, typeBytes, labelBytes] = await Promise.all([read(ids, 1), read(tokens, 4), hasTypes ? read(types, 1) : none, wanted.labels ? read(labels, 1) : none]);
  const first = tokens.offsets[range.begin] ?? 0;
  return {
    ids: textsIn(idBytes, ids, range),
    labels: labelBytes === undefined ? Array.from({ length: range.end - range.begin }, () => '') : textsIn(labelBytes, labels, range),
    offsets: tokens.offsets.slice(range.begin, range.end + 1).map((offset) => offset - first),
    tokens: new Int32Array(tokenBytes.buffer),
    types: typeBytes ?? new Uint8Array(tokenBytes.length / 4),
  };
}

/** All cells of a text column. */
export async function readTokenTexts(shard: TokenShard, column: 'ids' | 'labels'): Promise<string[]> {
  const { position, offsets } = shard[column];
  const bytes = await withFile(shard.path, (file) => readBytes(file, position, offsets[shard.rows] ?? 0));
  return textsIn(bytes, shard[column], { begin: 0, end: shard.rows });
}

function textsIn(bytes: Uint8Array, { offsets }: Cells, { begin, end }: RowRange): string[] {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const first = offsets[begin] ?? 0;
  return Array.from({ length: end - begin }, (_, i) => text.toString('utf8', (offsets[begin + i] ?? 0) - first, (offsets[begin + i + 1] ?? 0) - first));
}

function utf8Column(texts: readonly string[]): Data {
  const valueOffsets = new Int32Array(texts.length + 1);
  texts.forEach((text, row) => (valueOffsets[row + 1] = (valueOffsets[row] ?? 0) + Buffer.byteLength(text)));
  return makeData({ type: new Utf8(), length: texts.length, nullCount: 0, valueOffsets, data: Buffer.from(texts.join('')) }) as Data;
}

function listColumn(child: Data, valueOffsets: Int32Array): Data {
  const type = new List(new Field('item', child.type, false));
  return makeData({ type, length: valueOffsets.length - 1, nullCount: 0, valueOffsets, child: child as never }) as Data;
}

const columnsOfShard = 'id: Utf8, label: Utf8, input_ids: List<Int32>, token_type_ids: List<Uint8>';

/** Buffers: 0 id validity · 1 offsets · 2 text · 3-5 label · 6 list validity · 7 offsets · 8 item validity · 9 i32 items · 10-13 types, u8 */
function placesIn(bytes: Uint8Array): Omit<TokenShard, 'path'> {
  const { columns, batches } = readArrowStream(bytes);
  if (columns !== columnsOfShard) throw new Error(`its columns are ${printable(columns, 200)}, not ${columnsOfShard}`);
  const [batch] = batches;
  if (batch === undefined || batches.length > 1) throw new Error(`it has ${batches.length} record batches, not one`);
  const { rows, nodes, buffers } = batch;
  if (rows < 1 || rows > bytes.length) throw new Error(`${rows} rows cannot be`);
  if (nodes.some(({ nullCount }) => nullCount > 0)) throw new Error('rows are null');
  const cells = (offsetsAt: number, dataAt: number, width: number): Cells => {
    const [offsetBytes, data] = [buffers[offsetsAt], buffers[dataAt]];
    if (offsetBytes === undefined || data === undefined || offsetBytes.length < (rows + 1) * 4) throw new Error('rows are missing');
    // A copy: a view would keep the whole file in memory.
    const offsets = new Int32Array(new Uint8Array(offsetBytes.subarray(0, (rows + 1) * 4)).buffer);
    if (offsets[0] !== 0 || offsets.some((offset, row) => row > 0 && offset < (offsets[row - 1] ?? 0))) throw new Error('its rows overlap');
    if ((offsets[rows] ?? 0) * width > data.length) throw new Error('rows lie outside the file');
    return { position: data.byteOffset - bytes.byteOffset, offsets };
  };
  const [ids, labels, tokens, types] = [cells(1, 2, 1), cells(4, 5, 1), cells(7, 9, 4), cells(11, 13, 1)];
  if (types.offsets.some((offset, row) => offset !== tokens.offsets[row])) throw new Error('tokens and their types do not fit together');
  const hasTypes = buffers[13]?.subarray(0, tokens.offsets[rows]).some((type) => type !== 0) === true;
  return { rows, ids, labels, tokens, types: { ...types, offsets: tokens.offsets }, hasTypes };
}
