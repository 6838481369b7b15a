// One shard of translations as an Arrow IPC stream that pyarrow and `datasets` open: of each example its id, its source and its N best
// translations. Columns, none nullable, each list as long as there are translations: `id` Utf8; `source` Utf8; `texts` List<Utf8>;
// `tokens` List<List<Int32>>; `log_probs` List<Float64>; `scores` List<Float64>; `finished` List<Bool>. One record batch, uncompressed.
// https://arrow.apache.org/docs/format/Columnar.html#ipc-streaming-format
import { readFile, stat } from 'node:fs/promises';
import { Bool, type Data, Field, Float64, Int32, List, RecordBatch, Schema, Struct, Table, Utf8, makeData, tableToIPC } from 'apache-arrow';
import { offsetsIn, offsetsOf, textsIn } from './arrow-buffers.ts';
import { type ArrowBatch, readArrowStream } from './arrow-stream.ts';
import { writeFileAtomically } from './atomic.ts';
import { sha256 } from './hash.ts';
import { printable } from './quoted.ts';

/** One translation of a source. */
export interface StoredTranslation {
  readonly text: string;
  /** Without the start token; with the end token, where it ended by itself. */
  readonly tokens: Int32Array;
  /** Sum over the tokens, in nats. */
  readonly logProb: number;
  /** What translations were ranked by. */
  readonly score: number;
  /** False: cut off at the longest that was allowed. */
  readonly finished: boolean;
}

export interface TranslationRow {
  readonly id: string;
  readonly source: string;
  /** Best first; none where there is no translation. */
  readonly translations: readonly StoredTranslation[];
}

const maxShardBytes = 2 ** 30;

/** Writes a shard, whole or not at all. @throws where a text is not sound Unicode, or the shard is larger than 1 GiB. */
export async function writeTranslations(path: string, rows: readonly TranslationRow[]): Promise<{ rows: number; sha256: string }> {
  const all = rows.flatMap(({ translations }) => translations);
  const broken = [...rows.flatMap(({ id, source }) => [id, source]), ...all.map(({ text }) => text)].find((text) => /\p{Surrogate}/u.test(text));
  if (broken !== undefined) throw new Error(`${path}: ${JSON.stringify(broken)} is not sound Unicode`);
  const perRow = () => offsetsOf(Int32Array.from(rows, ({ translations }) => translations.length)); // one for each: the library writes one memory once where it comes twice
  const lengths = Int32Array.from(all, ({ tokens }) => tokens.length);
  const tokens = new Int32Array(lengths.reduce((sum, length) => sum + length, 0));
  offsetsOf(lengths).slice(0, -1).forEach((offset, i) => tokens.set(all[i]!.tokens, offset));
  const columns: Record<string, Data> = {
    id: utf8(rows.map(({ id }) => id)),
    source: utf8(rows.map(({ source }) => source)),
    texts: list(utf8(all.map(({ text }) => text)), perRow()),
    tokens: list(list(makeData({ type: new Int32(), length: tokens.length, nullCount: 0, data: tokens }), offsetsOf(lengths)), perRow()),
    log_probs: list(float64(all.map(({ logProb }) => logProb)), perRow()),
    scores: list(float64(all.map(({ score }) => score)), perRow()),
    finished: list(makeData({ type: new Bool(), length: all.length, nullCount: 0, data: packed(all.map(({ finished }) => finished)) }), perRow()),
  };
  const fields = Object.entries(columns).map(([name, { type }]) => new Field(name, type, false));
  const struct = makeData({ type: new Struct(fields), length: rows.length, nullCount: 0, children: Object.values(columns) });
  const bytes = tableToIPC(new Table(new RecordBatch(new Schema(fields), struct)), 'stream');
  if (bytes.length > maxShardBytes) throw new Error(`${path}: a shard may hold 1 GiB. Write fewer examples per shard`);
  await writeFileAtomically(path, bytes);
  return { rows: rows.length, sha256: sha256(bytes) };
}

/** Reads a shard back. @throws one sentence naming the file where it is not whole, not of these columns, or not the one that was written. */
export async function readTranslations(path: string, expected: { readonly sha256?: string; readonly rows?: number } = {}): Promise<TranslationRow[]> {
  const { size } = await stat(path);
  if (size > 2 * maxShardBytes) throw new Error(`${path}: ${size} bytes are more than a shard may have`);
  const bytes = await readFile(path);
  if (expected.sha256 !== undefined && sha256(bytes) !== expected.sha256) throw new Error(`${path}: the checksum is not the one in the store's header: the file was changed or damaged. Delete it and translate again`);
  try {
    const { columns, batches } = readArrowStream(bytes);
    if (columns !== columnsOfShard) throw new Error(`its columns are ${printable(columns, 200)}, not ${columnsOfShard}`);
    const rows = batches.flatMap(rowsIn);
    if (expected.rows !== undefined && rows.length !== expected.rows) throw new Error(`it has ${rows.length} rows, not ${expected.rows}`);
    return rows;
  } catch (error) {
    throw new Error(`${path}: not a whole shard of translations: ${error instanceof Error ? error.message : String(error)}. Delete it and translate again`, { cause: error });
  }
}

const columnsOfShard = 'id: Utf8, source: Utf8, texts: List<Utf8>, tokens: List<List<Int32>>, log_probs: List<Float64>, scores: List<Float64>, finished: List<Bool>';

/**
 * Buffers: 0 id validity · 1 offsets · 2 text · 3-5 source · 6 texts validity · 7 offsets · 8 validity · 9 offsets · 10 text · 11 tokens validity ·
 * 12 offsets · 13 validity · 14 offsets · 15 validity · 16 i32 · 17-20 log_probs: validity, offsets, validity, f64 · 21-24 scores · 25-28 finished, bits
 */
function rowsIn({ rows, nodes, buffers }: ArrowBatch): TranslationRow[] {
  if (nodes.some(({ nullCount }) => nullCount > 0)) throw new Error('rows are null');
  const buffer = (at: number): Uint8Array => {
    const found = buffers[at];
    if (found === undefined) throw new Error('buffers are missing');
    return found;
  };
  const numbers = (at: number, count: number, size: number): ArrayBuffer => {
    const bytes = buffer(at);
    if (bytes.length < count * size) throw new Error('rows are missing');
    return new Uint8Array(bytes.subarray(0, count * size)).buffer; // a copy, for its alignment
  };
  const ids = textsIn(buffer(2), offsetsIn(buffer(1), rows));
  const sources = textsIn(buffer(5), offsetsIn(buffer(4), rows));
  const [places, ...others] = [7, 12, 18, 22, 26].map((at) => offsetsIn(buffer(at), rows));
  if (places === undefined || others.some((other) => other.some((offset, row) => offset !== places[row]))) throw new Error('its lists differ in length');
  const count = places[rows] ?? 0;
  const texts = textsIn(buffer(10), offsetsIn(buffer(9), count));
  const tokenPlaces = offsetsIn(buffer(14), count);
  const tokens = new Int32Array(numbers(16, tokenPlaces[count] ?? 0, 4));
  const [logProbs, scores] = [new Float64Array(numbers(20, count, 8)), new Float64Array(numbers(24, count, 8))];
  const bits = new Uint8Array(numbers(28, Math.ceil(count / 8), 1));
  const all = texts.map((text, i): StoredTranslation => ({
    text, tokens: tokens.slice(tokenPlaces[i], tokenPlaces[i + 1]), logProb: logProbs[i] ?? NaN, score: scores[i] ?? NaN, finished: (((bits[i >> 3] ?? 0) >> (i & 7)) & 1) === 1,
  }));
  return ids.map((id, row) => ({ id, source: sources[row] ?? '', translations: all.slice(places[row], places[row + 1]) }));
}

function utf8(texts: readonly string[]): Data {
  const valueOffsets = offsetsOf(Int32Array.from(texts, (text) => Buffer.byteLength(text)));
  return makeData({ type: new Utf8(), length: texts.length, nullCount: 0, valueOffsets, data: Buffer.from(texts.join('')) }) as Data;
}

function float64(values: readonly number[]): Data {
  return makeData({ type: new Float64(), length: values.length, nullCount: 0, data: Float64Array.from(values) }) as Data;
}

function list(child: Data, valueOffsets: Int32Array<ArrayBuffer>): Data {
  const type = new List(new Field('item', child.type, false));
  return makeData({ type, length: valueOffsets.length - 1, nullCount: 0, valueOffsets, child: child as never }) as Data;
}

/** Bits, the first one lowest, as Arrow has them. */
function packed(flags: readonly boolean[]): Uint8Array {
  const bytes = new Uint8Array(Math.ceil(flags.length / 8));
  flags.forEach((flag, i) => (bytes[i >> 3]! |= flag ? 1 << (i & 7) : 0));
  return bytes;
}
