// safetensors files: the tensors of a checkpoint as named, typed bytes on the host. Nothing here computes with them.
//   0    u64 little-endian  N, the length of the header
//   8    N bytes            UTF-8 JSON (safetensors-header.ts), padded with spaces so that 8 + N is a multiple of 8
//   8+N  to the end         the tensors, row-major and little-endian, end to end in the order of their offsets
import { type FileHandle, open } from 'node:fs/promises';
import { writeFileAtomically } from './atomic.ts';
import { named, readBytes, withFile } from './file-bytes.ts';
import { byteSize, formatHeader, parseHeader, type Dtype, type Header } from './safetensors-header.ts';

export type { Dtype };

/** A tensor outside any engine: row-major, little-endian, at an offset that any typed array can view. */
export type HostTensor = { readonly dtype: Dtype; readonly shape: readonly number[]; readonly bytes: Uint8Array };

/** A tensor that is still in its file. */
export interface StoredTensor extends Omit<HostTensor, 'bytes'> {
  /** Its bytes, in a buffer of their own, while the file is open. */
  readonly read: () => Promise<Uint8Array<ArrayBuffer>>;
}

/** What the reference library allows; it also bounds what a hostile file can make us allocate. */
const maxHeaderLength = 100_000_000;

/**
 * Hands `use` the tensors of a file that stays open meanwhile, so that one at a time can be brought into memory. The map is in the order of the bytes.
 * @throws one sentence that names the file, and the tensor where one is at fault.
 */
export async function withSafetensors<T>(path: string, use: (tensors: Map<string, StoredTensor>, metadata: Record<string, string>) => Promise<T>): Promise<T> {
  const file = await open(path, 'r');
  try {
    const { tensors, metadata } = await named(path, async () => {
      const { entries, metadata, dataStart } = await readHeader(file);
      const stored = [...entries].map(([name, { dtype, shape, begin, end }]) => [name, { dtype, shape, read: () => named(path, () => readBytes(file, dataStart + begin, end - begin)) }] as const);
      return { tensors: new Map<string, StoredTensor>(stored), metadata };
    });
    return await use(tensors, metadata);
  } finally {
    await file.close();
  }
}

/** Reads a whole file. @throws as `withSafetensors` does. */
export async function readSafetensors(path: string): Promise<{ tensors: Map<string, HostTensor>; metadata: Record<string, string> }> {
  return withSafetensors(path, async (stored, metadata) => {
    const tensors = new Map<string, HostTensor>();
    for (const [name, { dtype, shape, read }] of stored) tensors.set(name, { dtype, shape, bytes: await read() });
    return { tensors, metadata };
  });
}

/** Reads names, dtypes, shapes and offsets, checked against the length of the file, without the data. */
export async function readSafetensorsHeader(path: string): Promise<Header> {
  return withFile(path, readHeader);
}

/**
 * Writes a file, whole or not at all. The order in which tensors are given does not matter: the same ones make the same file.
 * @throws where bytes and shape disagree, or a name is given twice, reserved or not sound Unicode.
 */
export async function writeSafetensors(
  path: string,
  tensors: Iterable<readonly [string, HostTensor]>,
  metadata: Readonly<Record<string, string>> = {},
): Promise<void> {
  const byName = new Map<string, HostTensor>();
  for (const [name, tensor] of tensors) {
    const refuse = (what: string) => new Error(`${path}: cannot store tensor ${JSON.stringify(name)}: ${what}`);
    if (name === '__metadata__') throw refuse('the name is reserved');
    if (byName.has(name)) throw refuse('the name is given twice');
    if (/\p{Surrogate}/u.test(name)) throw refuse('the name is not sound Unicode');
    const size = byteSize(tensor.dtype, tensor.shape);
    if (size !== tensor.bytes.byteLength) {
      throw refuse(`${tensor.dtype} [${tensor.shape.join(', ')}] needs ${size} bytes, not ${tensor.bytes.byteLength}`);
    }
    byName.set(name, tensor);
  }
  const { text, order } = formatHeader(byName, metadata);
  const header = Buffer.from(text + ' '.repeat(-Buffer.byteLength(text) & 7));
  if (header.length > maxHeaderLength) throw new Error(`${path}: a header of ${header.length} bytes is more than the format allows`);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  await writeFileAtomically(path, [length, header, ...order.flatMap((name) => byName.get(name)?.bytes ?? [])]);
}

async function readHeader(file: FileHandle): Promise<Header & { dataStart: number }> {
  const stat = await file.stat();
  if (!stat.isFile()) throw new Error('this is not a file');
  if (stat.size < 8) throw new Error(`a safetensors file has at least 8 bytes, this one ${stat.size}. Download it again`);
  const bytes = await readBytes(file, 0, 8);
  const length = new DataView(bytes.buffer).getBigUint64(0, true);
  if (length > BigInt(Math.min(maxHeaderLength, stat.size - 8))) {
    throw new Error(`it claims a header of ${length} bytes in a file of ${stat.size}. It was cut short, or it is not a safetensors file`);
  }
  const dataStart = 8 + Number(length);
  const header = await readBytes(file, 8, Number(length));
  if (header[0] !== 0x7b) throw new Error('the header does not start with {. This is not a safetensors file');
  return { ...parseHeader(decode(header), stat.size - dataStart), dataStart };
}

function decode(header: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(header);
  } catch (error) {
    throw new Error('the header is not UTF-8', { cause: error });
  }
}
