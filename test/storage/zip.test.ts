import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { withFile } from '../../src/storage/file-bytes.ts';
import { readZipDirectory, readZipEntry } from '../../src/storage/zip.ts';
import { zip, type ZipFile } from './pickle-program.ts';
import { temporaryFolder } from './temporary-folder.ts';

const two: ZipFile[] = [{ name: 'a/x', bytes: Buffer.from('first') }, { name: 'a/é', bytes: Buffer.from('') }];

async function contents(t: ExecutionContext, bytes: Uint8Array): Promise<[string, string][]> {
  const path = join(await temporaryFolder(t), 'archive.zip');
  await writeFile(path, bytes);
  return withFile(path, async (file) => {
    const found: [string, string][] = [];
    for (const [name, entry] of await readZipDirectory(file, bytes.length)) found.push([name, Buffer.from(await readZipEntry(file, entry)).toString()]);
    return found;
  });
}

test('stored files by their names, with a comment at the end or without', async (t) => {
  const expected = [['a/x', 'first'], ['a/é', '']];
  t.deepEqual(await contents(t, zip(two)), expected);
  t.deepEqual(await contents(t, zip(two, { comment: 'PK\u0005\u0006 made by hand' })), expected);
  t.deepEqual(await contents(t, zip([])), []);
  t.deepEqual(await contents(t, zip([{ ...two[0]!, crc: 0 }])), [['a/x', 'first']], 'no checksum was computed');
});

test('sizes and places of 64 bits', async (t) => {
  const small = zip([two[0]!]);
  const directory = small.readUInt32LE(small.length - 6);
  const entry = Buffer.from(small.subarray(directory, -22));
  const extra = Buffer.alloc(4 + 24);
  extra.writeUInt16LE(1);
  extra.writeUInt16LE(24, 2);
  extra.writeBigUInt64LE(5n, 4);
  extra.writeBigUInt64LE(5n, 12);
  extra.writeBigUInt64LE(0n, 20);
  for (const at of [20, 24, 42]) entry.writeUInt32LE(0xffffffff, at);
  entry.writeUInt16LE(extra.length, 30);
  const listed = Buffer.concat([entry, extra]);
  const record = Buffer.alloc(56);
  record.writeUInt32LE(0x06064b50);
  record.writeBigUInt64LE(1n, 32);
  record.writeBigUInt64LE(BigInt(listed.length), 40);
  record.writeBigUInt64LE(BigInt(directory), 48);
  const locator = Buffer.alloc(20);
  locator.writeUInt32LE(0x07064b50);
  locator.writeBigUInt64LE(BigInt(directory + listed.length), 8);
  const end = Buffer.from(small.subarray(-22));
  end.fill(0xff, 8, 20);
  const wide = Buffer.concat([small.subarray(0, directory), listed, record, locator, end]);
  t.deepEqual(await contents(t, wide), [['a/x', 'first']]);
  wide.writeBigUInt64LE(2n ** 60n, directory + listed.length + 48);
  await t.throwsAsync(contents(t, wide), { message: /is no size of a file/ });
});

test('damage, disguise and bombs are refused in one sentence', async (t) => {
  const damaged = (change: (bytes: Buffer, directory: number) => void): Buffer => {
    const bytes = zip(two);
    change(bytes, bytes.readUInt32LE(bytes.length - 6));
    return bytes;
  };
  const cases: [bytes: Uint8Array, message: RegExp][] = [
    [zip(two).subarray(0, -1), /end of the ZIP archive is missing/],
    [new Uint8Array(10), /end of the ZIP archive is missing/],
    [zip([{ ...two[0]!, method: 8 }]), /"a\/x" is compressed/],
    [zip([{ ...two[0]!, flags: 1 }]), /"a\/x" is encrypted/],
    [zip([{ ...two[0]!, crc: 7 }]), /checksum of "a\/x" is wrong/],
    [zip([two[0]!, two[0]!]), /"a\/x" is in the archive twice/],
    [damaged((bytes, at) => bytes.writeUInt32LE(999, at + 20)), /longer than the file has room for|shares bytes/],
    [damaged((bytes, at) => bytes.writeUInt32LE(999, at + 24)), /is compressed/], // packed and unpacked sizes differ
    [damaged((bytes, at) => bytes.writeUInt32LE(1, at + 42)), /no entry of the archive starts/],
    [damaged((bytes) => bytes.writeUInt32LE(0x7fffffff, bytes.length - 6)), /lies outside of the file/],
    [damaged((bytes) => bytes.writeUInt16LE(9, bytes.length - 12)), /says that it has 9 entries, and lists 2/],
    [damaged((bytes, at) => bytes.writeUInt8(0, at)), /directory of the ZIP archive is broken/],
    [damaged((bytes, at) => bytes.writeUInt16LE(0xffff, at + 28)), /directory of the ZIP archive is broken/],
    [damaged((bytes, at) => bytes.writeUInt32LE(0xffffffff, at + 42)), /a size in the directory of the ZIP archive is missing/],
  ];
  for (const [bytes, message] of cases) await t.throwsAsync(contents(t, bytes), { message }, String(message));
});

test('many entries over the same bytes are no archive', async (t) => {
  const bytes = zip([{ name: 'a', bytes: Buffer.alloc(50) }, { name: 'b', bytes: Buffer.alloc(50) }]);
  const directory = bytes.readUInt32LE(bytes.length - 6);
  bytes.writeUInt32LE(0, directory + 47 + 42); // the second entry starts where the first does
  await t.throwsAsync(contents(t, bytes), { message: /"[ab]" shares bytes with another entry/ });
});
