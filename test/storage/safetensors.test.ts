import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import test from 'ava';
import fc from 'fast-check';
import { readSafetensors, readSafetensorsHeader, writeSafetensors, type Dtype, type HostTensor } from '../../src/storage/safetensors.ts';
import { temporaryFolder } from './temporary-folder.ts';

const malformed = fileURLToPath(new URL('../fixtures/models/malformed/', import.meta.url));
type Case = { file: string; expect: 'error' | 'loads' | 'error or ignore'; note: string; values?: Record<string, (number | string)[]> };
const { cases } = JSON.parse(await readFile(join(malformed, 'cases.json'), 'utf8')) as { cases: Case[] };

test('every malformed file is refused in one sentence that names it, every odd but legal one loads', async (t) => {
  t.is(cases.length, 49);
  for (const { file, expect, note } of cases) {
    const path = join(malformed, file);
    for (const read of [readSafetensors, readSafetensorsHeader]) {
      const before = process.memoryUsage().arrayBuffers;
      const outcome = await read(path).then(() => undefined, (error: unknown) => error);
      t.true(process.memoryUsage().arrayBuffers - before < 10_000_000, `${file} makes us allocate`);
      if (expect === 'loads') {
        t.is(outcome, undefined, `${file}: ${note}`);
      } else {
        t.true(outcome instanceof Error, `${file}: ${note}`);
        const { message } = outcome as Error;
        t.true(message.startsWith(`${path}: `) && message.length < path.length + 300 && !message.includes('\n'), message);
      }
    }
  }
});

test('what the malformed header is said to be', async (t) => {
  const said = { 'truncated-data': /cut short/, gap: /"b" starts at byte/, overlapping: /"b" starts at byte/, 'duplicate-key': /"a" stands twice/,
    'header-length-max': /claims a header of 18446744073709551615 bytes in a file of 172/, 'shape-mismatch': /needs \d+ bytes/,
    'wrong-dtype': /"F33" is not one of/, 'deep-nesting': /more than 3 levels/, 'non-utf8-header': /not UTF-8/, 'bom-header': /does not start with \{/ };
  for (const [name, message] of Object.entries(said)) await t.throwsAsync(readSafetensors(join(malformed, `${name}.safetensors`)), { message }, name);
});

test('names that are special in JavaScript are names', async (t) => {
  const { tensors } = await readSafetensors(join(malformed, 'prototype-key.safetensors'));
  t.deepEqual([...tensors.keys()], ['__proto__', 'constructor']);
  t.deepEqual(tensors.get('__proto__')?.shape, [4, 2]);
  t.is(Object.getPrototypeOf({}), Object.prototype);
  t.false('dtype' in {});
});

test('every dtype, read as the values that were written', async (t) => {
  const { tensors } = await readSafetensors(join(malformed, 'all-dtypes.safetensors'));
  const values = cases.find(({ file }) => file === 'all-dtypes.safetensors')?.values ?? {};
  t.true(Object.keys(values).length >= 13);
  const views: Partial<Record<Dtype, (buffer: ArrayBufferLike) => ArrayLike<number | bigint>>> = {
    F64: (b) => new Float64Array(b), F32: (b) => new Float32Array(b), I64: (b) => new BigInt64Array(b), U64: (b) => new BigUint64Array(b),
    I32: (b) => new Int32Array(b), U32: (b) => new Uint32Array(b), I16: (b) => new Int16Array(b), U16: (b) => new Uint16Array(b),
    I8: (b) => new Int8Array(b), U8: (b) => new Uint8Array(b), BOOL: (b) => new Uint8Array(b),
  };
  for (const [name, expected] of Object.entries(values)) {
    const tensor = tensors.get(name);
    t.is(tensor?.dtype, name.toUpperCase() as Dtype);
    const view = tensor && views[tensor.dtype]?.(tensor.bytes.buffer);
    if (view) t.deepEqual(Array.from(view, String), expected.map(String), name); // F16 and BF16: halves.test.ts
  }
});

test('a tensor at an odd offset of the file can be viewed', async (t) => {
  const { tensors } = await readSafetensors(join(malformed, 'unaligned.safetensors'));
  const aligned = await readSafetensors(join(malformed, 'order.safetensors'));
  const { bytes } = tensors.get('a') ?? { bytes: new Uint8Array() };
  t.is(bytes.byteOffset % 8, 0);
  t.deepEqual(bytes, aligned.tensors.get('a')?.bytes);
});

const dtypes: Record<Dtype, number> = { BOOL: 1, U8: 1, I8: 1, F8_E5M2: 1, F8_E4M3: 1, I16: 2, U16: 2, F16: 2, BF16: 2, I32: 4, U32: 4, F32: 4, F64: 8, I64: 8, U64: 8 };
const tensor: fc.Arbitrary<HostTensor> = fc
  .tuple(fc.constantFrom(...(Object.keys(dtypes) as Dtype[])), fc.array(fc.nat(4), { maxLength: 4 }))
  .chain(([dtype, shape]) => {
    const length = shape.reduce((product, dimension) => product * dimension, dtypes[dtype]);
    return fc.uint8Array({ minLength: length, maxLength: length }).map((bytes) => ({ dtype, shape, bytes }));
  });
const name = fc.oneof(
  fc.string({ unit: 'binary' }).filter((text) => text !== '__metadata__'),
  fc.constantFrom('', '__proto__', 'constructor', 'toString', '0', '10', '9', '\u0000', '\ufeff', '\u2028', 'é', 'e\u0301', '"\\'),
);

test('what is written is read: any dtype, shape, name and metadata, in any order', async (t) => {
  const path = join(await temporaryFolder(t), 'file.safetensors');
  const tensors = fc.uniqueArray(fc.tuple(name, tensor), { selector: ([key]) => key, maxLength: 6 });
  const metadata = fc.dictionary(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), { noNullPrototype: true });
  await fc.assert(
    fc.asyncProperty(tensors, metadata, async (entries, notes) => {
      await writeSafetensors(path, entries, notes);
      const file = await readFile(path);
      t.is(Number(file.readBigUInt64LE()) % 8, 0);
      const back = await readSafetensors(path);
      t.deepEqual(new Map([...back.tensors].sort()), new Map([...entries].sort()));
      t.deepEqual(Object.entries(back.metadata), Object.entries(notes));
      for (const [key, { begin }] of (await readSafetensorsHeader(path)).entries) t.is(begin % dtypes[back.tensors.get(key)?.dtype ?? 'U8'], 0);
      await writeSafetensors(path, entries.reverse(), notes);
      t.deepEqual(await readFile(path), file);
    }),
    { numRuns: 60 },
  );
});

test('tensors that cannot be stored are refused before anything is written', async (t) => {
  const folder = await temporaryFolder(t);
  const path = join(folder, 'file.safetensors');
  const good: HostTensor = { dtype: 'F32', shape: [1], bytes: new Uint8Array(4) };
  const cases: [entries: [string, HostTensor][], message: RegExp][] = [
    [[['w', { ...good, shape: [2] }]], /file\.safetensors: cannot store tensor "w": F32 \[2\] needs 8 bytes, not 4/],
    [[['w', { ...good, shape: [-1] }]], /whole numbers/],
    [[['w', good], ['w', good]], /"w": the name is given twice/],
    [[['__metadata__', good]], /reserved/],
    [[['\ud800', good]], /not sound Unicode/],
  ];
  for (const [entries, message] of cases) await t.throwsAsync(writeSafetensors(path, entries), { message });
  t.deepEqual(await readdir(folder), []);
});

test('a view into a larger buffer is stored as the view, not the buffer', async (t) => {
  const path = join(await temporaryFolder(t), 'file.safetensors');
  await writeSafetensors(path, new Map([['w', { dtype: 'U8', shape: [2], bytes: new Uint8Array([1, 2, 3, 4]).subarray(1, 3) }]]));
  t.deepEqual([...((await readSafetensors(path)).tensors.get('w')?.bytes ?? [])], [2, 3]);
});

test('what is no file is named', async (t) => {
  const folder = await temporaryFolder(t);
  await t.throwsAsync(readSafetensors(join(folder, 'absent')), { message: /absent/, code: 'ENOENT' });
  await t.throwsAsync(readSafetensors(folder), { message: `${folder}: this is not a file` });
});
