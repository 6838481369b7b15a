import { readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import test from 'ava';
import { tableFromIPC } from 'apache-arrow';
import fc from 'fast-check';
import { readRows, type RowColumn, type StoredColumn, writeRows } from '../../src/storage/arrow-rows.ts';
import { narrowToFp16 } from '../../src/storage/halves.ts';
import { hashFile } from '../../src/storage/hash.ts';
import { viewOf } from '../../src/storage/typed-view.ts';
import { temporaryFolder } from './temporary-folder.ts';

const logits = (classes: number): RowColumn => ({ name: 'logits', dtype: 'float32', width: classes });
const shard = { ids: ['train-0', 'é😀', ''], columns: [{ ...logits(2), values: Float32Array.of(1, -2, 3.5, NaN, Infinity, -0) }] };
const hidden: RowColumn = { name: 'hidden_3', dtype: 'float16', width: 2, perToken: true };
/** As little as is needed to find the numbers again. */
const numbersOf = ({ dtype, bytes }: StoredColumn) => (dtype === 'float32' ? new Float32Array(...viewOf(bytes, 4)) : new Uint16Array(...viewOf(bytes, 2)));

const column = (rows: number) => fc
  .record({ dtype: fc.constantFrom('float32' as const, 'float16' as const), width: fc.integer({ min: 1, max: 5 }), tokens: fc.option(fc.array(fc.nat(4), { minLength: rows, maxLength: rows }), { nil: undefined }) })
  .chain(({ dtype, width, tokens }) => {
    const length = width * (tokens?.reduce((sum, count) => sum + count, 0) ?? rows);
    const values = dtype === 'float32' ? fc.float32Array({ minLength: length, maxLength: length }) : fc.uint16Array({ minLength: length, maxLength: length });
    return values.map((numbers) => ({ dtype, width, values: numbers, ...(tokens && { perToken: true, tokens: Int32Array.from(tokens) }) }));
  });

test('what is written is read: any ids, any numbers, any columns, no rows', async (t) => {
  const path = join(await temporaryFolder(t), 'deep', 'shard-0.arrow');
  const shards = fc.array(fc.string({ unit: 'binary' }), { maxLength: 20 }).chain((ids) => fc.array(column(ids.length), { maxLength: 4 }).map((columns) => ({ ids, columns: columns.map((one, i) => ({ ...one, name: `column ${i}` })) })));
  await fc.assert(
    fc.asyncProperty(shards, async ({ ids, columns }) => {
      const { rows, sha256, bytes } = await writeRows(path, { ids, columns });
      t.is(rows, ids.length);
      t.is(sha256, await hashFile(path));
      const file = await readFile(path);
      t.is(bytes, file.length);
      const [part, ...more] = await readRows(path, { columns, sha256, rows });
      t.deepEqual([part?.ids, more], [ids, []]);
      for (const [i, { values, tokens }] of columns.entries()) {
        const stored = part!.columns[i]!;
        t.deepEqual(Buffer.from(stored.bytes), Buffer.from(values.buffer));
        t.deepEqual(file.subarray(stored.position, stored.position + stored.bytes.length), Buffer.from(values.buffer), 'it lies where it is said to lie');
        let sum = 0;
        t.deepEqual(stored.offsets && [...stored.offsets], tokens && [0, ...Array.from(tokens, (count) => (sum += count))]);
      }
    }),
    { numRuns: 60 },
  );
});

test('the Arrow library reads the same rows', async (t) => {
  const path = join(await temporaryFolder(t), 'shard.arrow');
  const halves = narrowToFp16(Float32Array.of(1, 2, -3, 0.5, 7, 8));
  await writeRows(path, { ids: shard.ids, columns: [...shard.columns, { ...hidden, values: halves, tokens: Int32Array.of(2, 0, 1) }] });
  const table = tableFromIPC(await readFile(path));
  t.deepEqual(Array.from(table.getChild('id') ?? []), shard.ids);
  const rowsOf = (name: string) => Array.from((table.getChild(name) ?? []) as Iterable<Iterable<unknown>>);
  t.deepEqual(rowsOf('logits').map((row) => [...row]), [[1, -2], [3.5, NaN], [Infinity, -0]]);
  t.deepEqual(rowsOf('hidden_3').map((row) => [...(row as Iterable<Iterable<number>>)].map((vector) => [...vector])), [[[1, 2], [-3, 0.5]], [], [[7, 8]]]);
  t.deepEqual(table.schema.fields.map(({ nullable }) => nullable), [false, false, false]);
});

test('a shard that pyarrow wrote in two batches', async (t) => {
  const path = fileURLToPath(new URL('../fixtures/storage/pyarrow-two-batches.arrow', import.meta.url));
  const parts = await readRows(path, { columns: [logits(2)], rows: 4 });
  t.deepEqual(parts.map(({ ids, columns }) => [ids, [...numbersOf(columns[0]!)]]), [[['q', 'r'], [1, 2, 3, 4]], [['q', 'r'], [1, 2, 3, 4]]]);
});

test('many rows', async (t) => {
  const path = join(await temporaryFolder(t), 'shard.arrow');
  const ids = Array.from({ length: 200_000 }, (_, row) => `row-${row}`);
  await writeRows(path, { ids, columns: [{ ...logits(1), values: new Float32Array(ids.length).fill(2) }] });
  const [part] = await readRows(path, { columns: [logits(1)] });
  t.is(part?.ids.at(-1), 'row-199999');
  t.is(part?.columns[0]?.bytes.length, 800_000);
});

test('a shard that is not the one expected is refused in one sentence', async (t) => {
  const path = join(await temporaryFolder(t), 'shard.arrow');
  const { sha256 } = await writeRows(path, shard);
  await t.throwsAsync(readRows(path, { columns: [logits(3)] }), { message: /shard\.arrow: .*FixedSizeList\[2\]<Float32>, not .*FixedSizeList\[3\]<Float32>/ });
  await t.throwsAsync(readRows(path, { columns: [logits(2), hidden] }), { message: /not id: Utf8, logits: FixedSizeList\[2\]<Float32>, hidden_3: List<FixedSizeList\[2\]<Float16>>/ });
  await t.throwsAsync(readRows(path, { columns: [logits(2)], rows: 4 }), { message: /it has 3 rows, not 4/ });
  const bytes = await readFile(path);
  bytes[bytes.length - 20] = (bytes.at(-20) ?? 0) ^ 1;
  await writeFile(path, bytes);
  await t.throwsAsync(readRows(path, { columns: [logits(2)], sha256 }), { message: `${path}: the checksum is not the one in the store's header: the file was changed or damaged. Delete it and label again` });
  await t.throwsAsync(readRows(`${path}.absent`, { columns: [logits(2)] }), { code: 'ENOENT' });
});

test('cut and damaged shards are errors that name the file, without a checksum too', async (t) => {
  const path = join(await temporaryFolder(t), 'shard.arrow');
  await writeRows(path, shard);
  const bytes = await readFile(path);
  for (const damaged of [Buffer.alloc(0), bytes.subarray(0, 100), bytes.subarray(0, -8), bytes.subarray(0, -1), Buffer.from('PAR1'), Buffer.alloc(64, 0xff)]) {
    await writeFile(path, damaged);
    const { message } = await t.throwsAsync(readRows(path, { columns: [logits(2)] }));
    t.true(message.startsWith(`${path}: not a whole shard of labels: `) && message.endsWith('. Delete it and label again'), message);
  }
});

test('any bytes changed: rows, or one sentence; never a large allocation', async (t) => {
  const path = join(await temporaryFolder(t), 'shard.arrow');
  const columns = [logits(2), hidden];
  await writeRows(path, { ids: shard.ids, columns: [...shard.columns, { ...hidden, values: new Uint16Array(6), tokens: Int32Array.of(2, 0, 1) }] });
  const original = await readFile(path);
  let read = 0;
  await fc.assert(
    fc.asyncProperty(fc.noBias(fc.nat(original.length - 1)), fc.uint8Array({ minLength: 1, maxLength: 4 }), async (at, put) => {
      await writeFile(path, Buffer.concat([original.subarray(0, at), put, original.subarray(at + put.length)]));
      const before = process.memoryUsage().arrayBuffers;
      const outcome = await readRows(path, { columns }).then(() => undefined, (error: unknown) => error as Error);
      if (outcome === undefined) read += 1;
      else if (!outcome.message.startsWith(`${path}: not a whole shard of labels: `) || outcome.message.includes('\n')) throw outcome;
      if (process.memoryUsage().arrayBuffers - before > 5_000_000) throw new Error('it allocates');
    }),
    { numRuns: 1000 },
  );
  t.true(read > 20, `only ${read} were read`);
});

test('rows that do not fit together are not written', async (t) => {
  const folder = await temporaryFolder(t);
  const path = join(folder, 'shard.arrow');
  const write = (change: object, ids = shard.ids) => writeRows(path, { ids, columns: [{ ...shard.columns[0]!, ...change }] });
  await t.throwsAsync(write({ width: 3 }), { message: /3 ids of 3 numbers need 9 values of logits, not 6/ });
  for (const width of [0, -1, 1.5]) await t.throwsAsync(write({ width }), { message: /is no width of logits/ });
  await t.throwsAsync(write({ dtype: 'float16' }), { message: /the values of logits are not float16/ });
  await t.throwsAsync(write({ perToken: true }), { message: /needs as many token counts/ });
  await t.throwsAsync(write({ tokens: new Int32Array(3) }), { message: /has no tokens to count/ });
  await t.throwsAsync(write({ perToken: true, tokens: Int32Array.of(1, 1, 2) }), { message: /4 tokens of 2 numbers need 8 values of logits, not 6/ });
  await t.throwsAsync(write({}, ['a', '\udc00', 'b']), { message: /not sound Unicode/ });
  t.deepEqual(await readdir(folder), []);
});
