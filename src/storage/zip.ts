// Finds the files of a ZIP archive, those that are stored as they are: what torch.save writes. Compressed entries are refused when
// they are asked for, so that no small archive becomes a large one. Sizes of 64 bits are read. All numbers are little-endian.
// https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT
import { crc32 } from 'node:zlib';
import type { FileHandle } from 'node:fs/promises';
import { readBytes } from './file-bytes.ts';
import { quoted } from './quoted.ts';

export interface ZipEntry {
  readonly name: string;
  /** Of the bytes in the archive. */
  readonly size: number;
  /** 0: it was not computed. */
  readonly crc: number;
  readonly compressed: boolean;
  /** Where its local header starts. */
  readonly offset: number;
}

const endLength = 22;
const longestComment = 0xffff;
/** A directory larger than this is none that we would want to hold. */
const maxDirectoryLength = 2 ** 26;

/** Names to entries, in the order of their bytes. @throws where the archive is not whole, or two entries share bytes or a name. */
export async function readZipDirectory(file: FileHandle, fileSize: number): Promise<Map<string, ZipEntry>> {
  const tailStart = Math.max(0, fileSize - endLength - longestComment);
  const tail = view(await readBytes(file, tailStart, fileSize - tailStart));
  const end = findEnd(tail);
  if (end < 0) throw new Error('the end of the ZIP archive is missing. It was cut short, or it is no archive');
  const { size, offset, entries } = await directoryPlace(file, tail, end, fileSize);
  if (size > maxDirectoryLength || offset + size > fileSize) throw new Error('the directory of the ZIP archive lies outside of the file');
  const found = readEntries(await readBytes(file, offset, size), entries);
  let covered = 0;
  for (const entry of [...found.values()].sort((a, b) => a.offset - b.offset)) {
    if (entry.offset < covered) throw new Error(`${quoted(entry.name)} shares bytes with another entry of the archive`);
    covered = entry.offset + entry.size;
  }
  if (covered > offset) throw new Error('an entry of the ZIP archive is longer than the file has room for');
  return found;
}

/**
 * The bytes of an entry, in a buffer of their own. Before them, at its offset:
 *    0  u32  0x04034b50
 *   26  u16  n, the length of its name
 *   28  u16  e, the length of what else is said of it
 *   30  n + e bytes, then the data
 * @throws where it is compressed, or not what the checksum says.
 */
export async function readZipEntry(file: FileHandle, { name, size, crc, compressed, offset }: ZipEntry): Promise<Uint8Array> {
  if (compressed) throw new Error(`${quoted(name)} is compressed; torch.save stores its files as they are. Save it again with torch.save`);
  const header = view(await readBytes(file, offset, 30));
  if (header.getUint32(0, true) !== 0x04034b50) throw new Error(`no entry of the archive starts where ${quoted(name)} should`);
  const bytes = await readBytes(file, offset + 30 + header.getUint16(26, true) + header.getUint16(28, true), size);
  if (crc !== 0 && crc32(bytes) !== crc) throw new Error(`the checksum of ${quoted(name)} is wrong: the file was damaged. Download it again`);
  return bytes;
}

/**
 * Where the end record starts; it reaches exactly to the end of the file. -1 where there is none.
 *    0  u32  0x06054b50
 *   10  u16  entries
 *   12  u32  size of the directory
 *   16  u32  its offset
 *   20  u16  c, the length of the comment
 *   22  c bytes
 */
function findEnd(tail: DataView): number {
  for (let place = tail.byteLength - endLength; place >= 0; place--) {
    if (tail.getUint32(place, true) === 0x06054b50 && tail.getUint16(place + 20, true) === tail.byteLength - place - endLength) return place;
  }
  return -1;
}

/**
 * From the end record, or from that of 64 bits, which a locator of 20 bytes right before it points to:
 *    0  u32  0x07064b50                        0  u32  0x06064b50
 *    8  u64  offset of the record    --->     32  u64  entries
 *                                             40  u64  size of the directory
 *                                             48  u64  its offset
 */
async function directoryPlace(file: FileHandle, tail: DataView, end: number, fileSize: number): Promise<{ entries: number; size: number; offset: number }> {
  const locator = end - 20;
  if (locator >= 0 && tail.getUint32(locator, true) === 0x07064b50) {
    const place = safe(tail.getBigUint64(locator + 8, true));
    if (place + 56 > fileSize) throw new Error('the end record of the ZIP archive lies outside of the file');
    const record = view(await readBytes(file, place, 56));
    if (record.getUint32(0, true) !== 0x06064b50) throw new Error('the end record of the ZIP archive is broken');
    return { entries: safe(record.getBigUint64(32, true)), size: safe(record.getBigUint64(40, true)), offset: safe(record.getBigUint64(48, true)) };
  }
  return { entries: tail.getUint16(end + 10, true), size: tail.getUint32(end + 12, true), offset: tail.getUint32(end + 16, true) };
}

/**
 * The directory, entry after entry:
 *    0  u32  0x02014b50
 *    8  u16  flags; bit 0: encrypted
 *   10  u16  method; 0: stored
 *   16  u32  CRC-32
 *   20  u32  size in the archive
 *   24  u32  size of the file
 *   28  u16  n, the length of its name
 *   30  u16  e, the length of what else is said of it (`wideSizes`)
 *   32  u16  c, the length of a comment
 *   42  u32  offset of the entry
 *   46  n + e + c bytes
 */
function readEntries(bytes: Uint8Array, count: number): Map<string, ZipEntry> {
  const directory = view(bytes);
  const entries = new Map<string, ZipEntry>();
  let place = 0;
  while (place < bytes.length) {
    if (place + 46 > bytes.length || directory.getUint32(place, true) !== 0x02014b50) throw new Error('the directory of the ZIP archive is broken');
    const lengths = [28, 30, 32].map((at) => directory.getUint16(place + at, true));
    const [nameLength = 0, extraLength = 0, commentLength = 0] = lengths;
    const nameEnd = place + 46 + nameLength;
    const next = nameEnd + extraLength + commentLength;
    if (next > bytes.length) throw new Error('the directory of the ZIP archive is broken');
    const name = new TextDecoder().decode(bytes.subarray(place + 46, nameEnd));
    if (entries.has(name)) throw new Error(`${quoted(name)} is in the archive twice`);
    if ((directory.getUint16(place + 8, true) & 1) !== 0) throw new Error(`${quoted(name)} is encrypted`);
    const sizes = wideSizes(view(bytes.subarray(nameEnd, nameEnd + extraLength)), [24, 20, 42].map((at) => directory.getUint32(place + at, true)));
    const [size = 0, packed = 0, offset = 0] = sizes;
    entries.set(name, { name, size: packed, crc: directory.getUint32(place + 16, true), compressed: directory.getUint16(place + 10, true) !== 0 || packed !== size, offset });
    place = next;
  }
  if (entries.size !== count) throw new Error(`the ZIP archive says that it has ${count} entries, and lists ${entries.size}`);
  return entries;
}

/**
 * Sizes that read 0xffffffff stand in the extra field of id 1, one after the other in the order of `sizes`. Of each extra field:
 *    0  u16  its id
 *    2  u16  l, the length of what follows
 *    4  l bytes; in that of id 1, u64 each
 */
function wideSizes(extra: DataView, sizes: readonly number[]): number[] {
  let wide = -1;
  for (let place = 0; place + 4 <= extra.byteLength && wide < 0; place += 4 + extra.getUint16(place + 2, true)) if (extra.getUint16(place, true) === 1) wide = place + 4;
  return sizes.map((size) => {
    if (size !== 0xffffffff) return size;
    if (wide < 0 || wide + 8 > extra.byteLength) throw new Error('a size in the directory of the ZIP archive is missing');
    wide += 8;
    return safe(extra.getBigUint64(wide - 8, true));
  });
}

function safe(size: bigint): number {
  if (size > BigInt(Number.MAX_SAFE_INTEGER)) throw new Error(`${size} is no size of a file`);
  return Number(size);
}

function view(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
