// The JSON header of a safetensors file, as text on one side and checked entries on the other. Touches no file.
// Stricter than the reference library in one point: a tensor named twice is refused, not resolved.
// { "__metadata__": { key: text }, name: { "dtype": "F32", "shape": [2, 3], "data_offsets": [begin, end] }, ... }
// https://github.com/huggingface/safetensors#format
import { findJsonProblem } from './json-scan.ts';
import { listed, quoted } from './quoted.ts';

const bytesPerElement = {
  BOOL: 1, U8: 1, I8: 1, F8_E5M2: 1, F8_E4M3: 1,
  I16: 2, U16: 2, F16: 2, BF16: 2,
  I32: 4, U32: 4, F32: 4,
  F64: 8, I64: 8, U64: 8,
} as const;

/** A dtype by its name in the format. Those of less than a byte, of scales (F8_E8M0) and of complex numbers are not read. */
export type Dtype = keyof typeof bytesPerElement;

export type TensorEntry = {
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  /** Bytes from the end of the header; `end` is exclusive. */
  readonly begin: number;
  readonly end: number;
};

export type Header = {
  /** In the order of their bytes. */
  readonly entries: Map<string, TensorEntry>;
  readonly metadata: Record<string, string>;
};

/** Element count times element size. @throws where that is no exact integer. */
export function byteSize(dtype: Dtype, shape: readonly number[]): number {
  if (shape.some((dimension) => !isSize(dimension))) throw new Error(`the shape ${shapeText(shape)} is not a list of whole numbers`);
  const size = shape.includes(0) ? 0 : shape.reduce((product, dimension) => product * dimension, bytesPerElement[dtype]);
  if (!Number.isSafeInteger(size)) throw new Error(`the shape ${shapeText(shape)} is too large`);
  return size;
}

/**
 * Orders tensors by element size, largest first, then by name, and lays them end to end: every one starts at a multiple of
 * its element size, and the same tensors make the same file.
 * @returns the header text without padding, and the names in the order of their bytes.
 */
export function formatHeader(
  tensors: ReadonlyMap<string, { readonly dtype: Dtype; readonly shape: readonly number[] }>,
  metadata: Readonly<Record<string, string>>,
): { text: string; order: string[] } {
  const sorted = [...tensors].sort(
    ([nameA, a], [nameB, b]) => bytesPerElement[b.dtype] - bytesPerElement[a.dtype] || (nameA < nameB ? -1 : 1),
  );
  // Joined by hand: an object literal would reorder "0" and lose "__proto__".
  const fields = Object.keys(metadata).length === 0 ? [] : [`"__metadata__":${JSON.stringify(metadata)}`];
  let begin = 0;
  for (const [name, { dtype, shape }] of sorted) {
    const end = begin + byteSize(dtype, shape);
    fields.push(`${JSON.stringify(name)}:${JSON.stringify({ dtype, shape, data_offsets: [begin, end] })}`);
    begin = end;
  }
  return { text: `{${fields.join(',')}}`, order: sorted.map(([name]) => name) };
}

/**
 * Reads a header text (padding included) and checks that its tensors cover exactly `dataLength` bytes, each once.
 * @throws a sentence that names the tensor; the caller adds the file.
 */
export function parseHeader(text: string, dataLength: number): Header {
  const problem = findJsonProblem(text, { uniqueKeys: true, maxDepth: 3 });
  if (problem !== undefined) throw new Error(`the header is not sound JSON: ${problem.what} (at character ${problem.offset})`);
  const fields: unknown = JSON.parse(text);
  if (!isRecord(fields)) throw new Error('the header is not a JSON object');
  const metadata = parseMetadata(Object.hasOwn(fields, '__metadata__') ? fields.__metadata__ : {});
  const entries = Object.entries(fields)
    .filter(([name]) => name !== '__metadata__')
    .map(([name, field]) => [name, parseEntry(name, field)] as const)
    .sort(([, a], [, b]) => a.begin - b.begin || a.end - b.end);

  let covered = 0;
  for (const [name, { begin, end }] of entries) {
    if (begin !== covered) throw new Error(`${quoted(name)} starts at byte ${begin} of the data, but the tensor before it ends at ${covered}`);
    covered = end;
  }
  if (covered > dataLength) throw new Error(`the tensors need ${covered} bytes, but only ${dataLength} follow the header. The file was cut short`);
  if (covered < dataLength) throw new Error(`${dataLength - covered} bytes follow the last tensor`);
  return { entries: new Map(entries), metadata };
}

/** For messages: `[2, 3]`. */
export function shapeText(shape: readonly number[]): string {
  return `[${listed(shape.map(String))}]`;
}

function parseMetadata(field: unknown): Record<string, string> {
  if (!isRecord(field)) throw new Error('"__metadata__" is not an object');
  const bad = Object.entries(field).find(([, value]) => typeof value !== 'string');
  if (bad !== undefined) throw new Error(`"__metadata__" may only hold text, and ${quoted(bad[0])} does not`);
  return field as Record<string, string>;
}

function parseEntry(name: string, field: unknown): TensorEntry {
  const refuse = (what: string) => new Error(`${quoted(name)}: ${what}`);
  if (/\p{Surrogate}/u.test(name)) throw refuse('the name is not sound Unicode');
  if (!isRecord(field)) throw refuse('its entry is not an object');
  const { dtype, shape, data_offsets: offsets } = field;
  if (typeof dtype !== 'string' || !isDtype(dtype)) {
    throw refuse(`dtype ${quoted(dtype)} is not one of ${Object.keys(bytesPerElement).join(', ')}`);
  }
  if (!Array.isArray(shape) || !shape.every(isSize)) throw refuse(`shape ${quoted(shape)} is not a list of whole numbers`);
  if (!Array.isArray(offsets) || offsets.length !== 2 || !offsets.every(isSize)) {
    throw refuse(`data_offsets ${quoted(offsets)} is not a pair of whole numbers`);
  }
  const [begin = 0, end = 0] = offsets;
  const size = byteSize(dtype, shape);
  if (end - begin !== size) throw refuse(`${dtype} ${shapeText(shape)} needs ${size} bytes, but its offsets ${begin} to ${end} give ${end - begin}`);
  return { dtype, shape, begin, end };
}

function isDtype(name: string): name is Dtype {
  return Object.hasOwn(bytesPerElement, name);
}

function isSize(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
