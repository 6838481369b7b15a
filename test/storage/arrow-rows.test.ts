import { readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import test from 'ava';
import { tableFromIPC } from 'apache-arrow';
import fc from 'fast-check';
import { readLogitShard, writeLogitShard } from '../../src/storage/arrow-rows.ts';
import { hashFile } from '../../src/storage/hash.ts';
import { temporaryFolder } from './temporary-folder.ts';

const shard = { ids: ['train-0', 'é😀', ''], logits: Float32Array.of(1, -2, 3.5, NaN, Infinity, -0), classes: 2 };

test('what is written is read: any ids, any floats, no rows', async (t) => {
  const path = join(await temporaryFolder(t), 'deep', 'shard-0.arrow');
  const shards = fc
    .tuple(fc.array(fc.string({ unit: 'binary' }), { maxLength: 20 }), fc.integer({ min: 1, max: 5 }))
    .chain(([ids, classes]) => {
      const length = ids.length * classes;
      return fc.float32Array({ minLength: length, maxLength: length }).map((logits) => ({ ids, logits, classes }));
    });
  await fc.assert(
    fc.asyncProperty(shards, async ({ ids, logits, classes }) => {
      const { rows, sha256, bytes } = await writeLogitShard(path, { ids, logits, classes });
      t.is(rows, ids.length);
      t.is(sha256, await hashFile(path));
      t.is(bytes, (await readFile(path)).length);
      t.deepEqual(await readLogitShard(path, { classes, sha256, rows }), { ids, logits, rows });
    }),
    { numRuns: 40 },
  );
});

test('the Arrow library reads the same rows', async (t) => {
  const path = join(await temporaryFolder(t), 'shard.arrow');
  await writeLogitShard(path, shard);
  const table = tableFromIPC(await readFile(path));
  t.deepEqual(Array.from(table.getChild('id') ?? []), shard.ids);
  t.deepEqual(Array.from((table.getChild('logits') ?? []) as Iterable<{ toArray(): Float32Array }>, (row) => [...row.toArray()]), [[1, -2], [3.5, NaN], [Infinity, -0]]);
  t.deepEqual(table.schema.fields.map(({ nullable }) => nullable), [false, false]);
});

test('a shard that pyarrow wrote in two batches', async (t) => {
  const path = fileURLToPath(new URL('../fixtures/storage/pyarrow-two-batches.arrow', import.meta.url));
  t.deepEqual(await readLogitShard(path, { classes: 2, rows: 4 }), { ids: ['q', 'r', 'q', 'r'], logits: Float32Array.of(1, 2, 3, 4, 1, 2, 3, 4), rows: 4 });
});

test('many rows', async (t) => {
  const path = join(await temporaryFolder(t), 'shard.arrow');
  const ids = Array.from({ length: 200_000 }, (_, row) => `row-${row}`);
  await writeLogitShard(path, { ids, logits: new Float32Array(ids.length).fill(2), classes: 1 });
  const back = await readLogitShard(path, { classes: 1 });
  t.is(back.ids.at(-1), 'row-199999');
  t.is(back.logits.length, 200_000);
});

test('a shard that is not the one expected is refused in one sentence', async (t) => {
  const path = join(await temporaryFolder(t), 'shard.arrow');
  const { sha256 } = await writeLogitShard(path, shard);
  await t.throwsAsync(readLogitShard(path, { classes: 3 }), { message: /shard\.arrow: .*FixedSizeList\[2\]<Float32>, not .*FixedSizeList\[3\]<Float32>/ });
  await t.throwsAsync(readLogitShard(path, { classes: 2, rows: 4 }), { message: /it has 3 rows, not 4/ });
  const bytes = await readFile(path);
  bytes[bytes.length - 20] = (bytes.at(-20) ?? 0) ^ 1;
  await writeFile(path, bytes);
  await t.throwsAsync(readLogitShard(path, { classes: 2, sha256 }), { message: `${path}: the checksum is not the one in the store's header: the file was changed or damaged. Delete it and label again` });
  await t.throwsAsync(readLogitShard(`${path}.absent`, { classes: 2 }), { code: 'ENOENT' });
});

test('cut and damaged shards are errors that name the file, without a checksum too', async (t) => {
  const path = join(await temporaryFolder(t), 'shard.arrow');
  await writeLogitShard(path, shard);
  const bytes = await readFile(path);
  for (const damaged of [Buffer.alloc(0), bytes.subarray(0, 100), bytes.subarray(0, -8), bytes.subarray(0, -1), Buffer.from('PAR1'), Buffer.alloc(64, 0xff)]) {
    await writeFile(path, damaged);
    const { message } = await t.throwsAsync(readLogitShard(path, { classes: 2 }));
    t.true(message.startsWith(`${path}: not a whole logit shard: `) && message.endsWith('. Delete it and label again'), message);
  }
});

test('rows that do not fit together are not written', async (t) => {
  const folder = await temporaryFolder(t);
  const path = join(folder, 'shard.arrow');
  await t.throwsAsync(writeLogitShard(path, { ...shard, classes: 3 }), { message: /3 ids of 3 classes need 9 logits, not 6/ });
  for (const classes of [0, -1, 1.5]) await t.throwsAsync(writeLogitShard(path, { ...shard, classes }), { message: /is no number of classes/ });
  await t.throwsAsync(writeLogitShard(path, { ids: ['\udc00'], logits: new Float32Array(1), classes: 1 }), { message: /not sound Unicode/ });
  t.deepEqual(await readdir(folder), []);
});
