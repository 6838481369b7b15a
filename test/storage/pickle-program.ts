// Pickles written by hand: the opcodes that a state dict of torch.save is made of, and files around them.
import { crc32 } from 'node:zlib';

export const u32 = (value: number): number[] => [value & 255, (value >>> 8) & 255, (value >>> 16) & 255, (value >>> 24) & 255];
export const text = (value: string): number[] => [0x58, ...u32(Buffer.byteLength(value)), ...Buffer.from(value)];
export const int = (value: number): number[] => (Number.isInteger(value) && Math.abs(value) < 2 ** 31 ? [0x4a, ...u32(value)] : [0x8a, 8, ...Buffer.from(new BigInt64Array([BigInt(value)]).buffer)]);
export const named = (module: string, name: string): number[] => [0x63, ...Buffer.from(`${module}\n${name}\n`)];
export const tuple = (...items: number[][]): number[] => [0x28, ...items.flat(), 0x74];
export const call = (callable: number[], ...values: number[][]): number[] => [...callable, ...tuple(...values), 0x52];
export const dict = (...items: [key: number[], value: number[]][]): number[] => [0x7d, 0x28, ...items.flat(2), 0x75];
export const none = [0x4e];
export const program = (...body: number[][]): Uint8Array => Uint8Array.from([0x80, 2, ...body.flat(), 0x2e]);

export interface StoredTensor {
  readonly storage?: string;
  readonly key?: string;
  readonly length?: number;
  readonly offset?: number;
  readonly shape?: readonly number[];
  readonly strides?: readonly number[];
  readonly view?: number[];
}

/** A float tensor as torch.save describes it: by default two elements of storage 0. */
export function tensor({ storage = 'FloatStorage', key = '0', length = 2, offset = 0, shape = [2], strides = [1], view }: StoredTensor = {}): number[] {
  const id = tuple(text('storage'), named('torch', storage), text(key), text('cpu'), int(length), ...(view ? [view] : []));
  return call(named('torch._utils', '_rebuild_tensor_v2'), [...id, 0x51], int(offset), tuple(...shape.map(int)), tuple(...strides.map(int)), [0x89], call(named('collections', 'OrderedDict')));
}

export interface ZipFile {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly crc?: number;
  readonly method?: number;
  readonly flags?: number;
}

/** A ZIP archive of stored files, without the 64-bit records. */
export function zip(files: readonly ZipFile[], { comment = '' }: { comment?: string } = {}): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const { name, bytes, crc = crc32(bytes), method = 0, flags = 0 } of files) {
    const facts = Buffer.alloc(22);
    facts.writeUInt16LE(flags, 2);
    facts.writeUInt16LE(method, 4);
    facts.writeUInt32LE(crc, 10);
    facts.writeUInt32LE(bytes.length, 14);
    facts.writeUInt32LE(bytes.length, 18);
    const lengths = Buffer.alloc(4);
    lengths.writeUInt16LE(Buffer.byteLength(name));
    const local = Buffer.concat([Buffer.from([0x50, 0x4b, 3, 4]), facts, lengths, Buffer.from(name), bytes]);
    const rest = Buffer.alloc(14);
    rest.writeUInt32LE(offset, 10);
    directory.push(Buffer.concat([Buffer.from([0x50, 0x4b, 1, 2, 0, 0]), facts, lengths, rest, Buffer.from(name)]));
    parts.push(local);
    offset += local.length;
  }
  const listed = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50);
  end.writeUInt16LE(files.length, 8);
  end.writeUInt16LE(files.length, 10);
  end.writeUInt32LE(listed.length, 12);
  end.writeUInt32LE(offset, 16);
  end.writeUInt16LE(Buffer.byteLength(comment), 20);
  return Buffer.concat([...parts, listed, end, Buffer.from(comment)]);
}

/** A file of torch.save with this pickle and these storages. */
export function archive(pickle: Uint8Array, storages: Readonly<Record<string, Uint8Array>> = { 0: floats(1, 2) }): Buffer {
  return zip([{ name: 'model/data.pkl', bytes: pickle }, ...Object.entries(storages).map(([key, bytes]) => ({ name: `model/data/${key}`, bytes }))]);
}

export const floats = (...values: number[]): Uint8Array => new Uint8Array(Float32Array.from(values).buffer);

/** Before 1.6: five pickles and the bytes of the storages. */
export function legacy({ keys = [text('0')], count = 2n, tail = floats(1, 2), magic = 0x6c }: { keys?: number[][]; count?: bigint; tail?: Uint8Array; magic?: number } = {}): Buffer {
  const length = Buffer.alloc(8);
  length.writeBigInt64LE(count);
  return Buffer.concat([
    program([0x8a, 10, magic, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19]),
    program(int(1001)),
    program(dict([text('little_endian'), [0x88]])),
    program(dict([text('w'), tensor({ view: none })])),
    program([0x5d, 0x28, ...keys.flat(), 0x65]),
    length, tail,
  ]);
}
