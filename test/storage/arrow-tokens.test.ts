import { readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { Table, Utf8, tableFromIPC, tableToIPC, vectorFromArray } from 'apache-arrow';
import fc from 'fast-check';
import { openTokenShard, readTokenRows, readTokenTexts, type TokenRows, writeTokenShard } from '../../src/storage/arrow-tokens.ts';
import { hashFile } from '../../src/storage/hash.ts';
import { temporaryFolder } from './temporary-folder.ts';

const sample: TokenRows = {
  ids: ['train-2', 'é😀', 'c'],
  labels: ['"good"', '', '4.5'],
  offsets: Int32Array.of(0, 2, 2, 5),
  tokens: Int32Array.of(7, 8, -1, 2 ** 31 - 1, 0),
  types: Uint8Array.of(0, 1, 0, 0, 255),
};

test('any rows come back, in any ranges', async (t) => {
  const path = join(await temporaryFolder(t), 'deep', 'shard.arrow');
  const text = fc.string({ unit: 'binary', maxLength: 6 });
  // As a corpus has it: every example has an id and, special tokens counted, a token.
  const row = fc.record({ id: fc.string({ unit: 'binary', minLength: 1, maxLength: 6 }), label: text, tokens: fc.array(fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }), { minLength: 1, maxLength: 5 }), typed: fc.boolean() });
  const property = fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 12 }), fc.nat(11), fc.nat(11), async (rows, a, b) => {
    const tokens = rows.flatMap((one) => one.tokens);
    const types = Uint8Array.from(rows.flatMap((one) => one.tokens.map((token) => (one.typed ? token & 255 : 0))));
    let end = 0;
    const offsets = Int32Array.from([0, ...rows.map((one) => (end += one.tokens.length))]);
    const sha256 = await writeTokenShard(path, { ids: rows.map(({ id }) => id), labels: rows.map(({ label }) => label), offsets, tokens: Int32Array.from(tokens), types });
    t.is(sha256, await hashFile(path));
    const shard = await openTokenShard(path, { rows: rows.length, sha256 });
    t.is(shard.hasTypes, types.some((type) => type !== 0));
    const [first, last] = [Math.min(a, b) % rows.length, (Math.max(a, b) % rows.length) + 1];
    const ranges = [{ begin: 0, end: rows.length }, { begin: Math.min(first, last), end: Math.max(first, last) }];
    const read = await readTokenRows(shard, ranges, { labels: true });
    ranges.forEach((range, i) => {
      const [from = 0, to = 0] = [offsets[range.begin], offsets[range.end]];
      const wanted = rows.slice(range.begin, range.end);
      t.deepEqual(read[i], {
        ids: wanted.map(({ id }) => id), labels: wanted.map(({ label }) => label),
        offsets: offsets.slice(range.begin, range.end + 1).map((offset) => offset - from),
        tokens: Int32Array.from(tokens.slice(from, to)), types: types.slice(from, to),
      });
    });
    t.deepEqual(await readTokenTexts(shard, 'ids'), rows.map(({ id }) => id));
    t.deepEqual(await readTokenTexts(shard, 'labels'), rows.map(({ label }) => label));
    t.deepEqual((await readTokenRows(shard, [{ begin: 0, end: 1 }], { labels: false }))[0]?.labels, ['']);
  });
  await fc.assert(property, { numRuns: 60 });
});

test('the Arrow library reads the same rows', async (t) => {
  const path = join(await temporaryFolder(t), 'shard.arrow');
  await writeTokenShard(path, sample);
  const table = tableFromIPC(await readFile(path));
  const lists = (name: string) => Array.from((table.getChild(name) ?? []) as Iterable<{ toArray(): ArrayLike<number> }>, (list) => [...Array.from(list.toArray())]);
  t.deepEqual(Array.from(table.getChild('id') ?? []), sample.ids);
  t.deepEqual(Array.from(table.getChild('label') ?? []), sample.labels);
  t.deepEqual(lists('input_ids'), [[7, 8], [], [-1, 2 ** 31 - 1, 0]]);
  t.deepEqual(lists('token_type_ids'), [[0, 1], [], [0, 0, 255]]);
  t.true(table.schema.fields.every(({ nullable }) => !nullable));
});

test('rows that are all empty are rows', async (t) => {
  const path = join(await temporaryFolder(t), 'shard.arrow');
  for (const count of [1, 2, 3, 4, 7]) {
    const ids = Array.from({ length: count }, (_, row) => `e${row}`);
    const labels = ids.map(() => '');
    const rows: TokenRows = { ids, labels, offsets: new Int32Array(count + 1), tokens: new Int32Array(0), types: new Uint8Array(0) };
    await writeTokenShard(path, rows);
    const shard = await openTokenShard(path, { rows: count });
    t.deepEqual(await readTokenRows(shard, [{ begin: 0, end: count }], { labels: true }), [rows]);
    t.deepEqual(Array.from(tableFromIPC(await readFile(path)).getChild('token_type_ids') ?? [], (list: { length: number }) => list.length), ids.map(() => 0));
  }
});

test('rows that do not fit together are not written', async (t) => {
  const folder = await temporaryFolder(t);
  const write = (change: Partial<TokenRows>) => writeTokenShard(join(folder, 'shard.arrow'), { ...sample, ...change });
  await t.throwsAsync(write({ labels: [] }), { message: /shard\.arrow: 3 ids, 0 labels and 4 offsets do not fit together/ });
  await t.throwsAsync(write({ offsets: Int32Array.of(0, 1, 2, 4) }), { message: /5 tokens, 5 types and offsets up to 4 do not fit/ });
  await t.throwsAsync(write({ types: new Uint8Array(4) }), { message: /5 tokens, 4 types/ });
  await t.throwsAsync(write({ ids: ['a', 'b', '\ud800'] }), { message: /is not sound Unicode/ });
  t.deepEqual(await readdir(folder), []);
});

test('a shard that is cut, changed, gone or another is refused in one sentence', async (t) => {
  const path = join(await temporaryFolder(t), 'shard.arrow');
  const sha256 = await writeTokenShard(path, sample);
  const bytes = await readFile(path);
  for (const length of [0, 7, 300, bytes.length - 9, bytes.length - 1]) {
    await writeFile(path, bytes.subarray(0, length));
    await t.throwsAsync(openTokenShard(path), { message: /^[^\n]*shard\.arrow: not a whole shard of tokens: [^\n]+$/ });
  }
  await writeFile(path, bytes);
  await t.throwsAsync(openTokenShard(path, { sha256: '0'.repeat(64) }), { message: /its checksum is not the one that was noted when it was written/ });
  await t.throwsAsync(openTokenShard(path, { sha256, rows: 4 }), { message: /it has 3 rows, not 4/ });
  const shard = await openTokenShard(path);
  await writeFile(path, bytes.subarray(0, 200));
  await t.throwsAsync(readTokenRows(shard, [{ begin: 0, end: 3 }], { labels: true }), { message: /shard\.arrow: the file became shorter while it was read/ });
  await rm(path);
  await t.throwsAsync(readTokenRows(shard, [{ begin: 0, end: 1 }], { labels: true }), { message: /shard\.arrow/ });
  await writeFile(path, tableToIPC(new Table({ id: vectorFromArray(['a'], new Utf8()) }), 'stream'));
  await t.throwsAsync(openTokenShard(path), { message: /its columns are id: Utf8, not id: Utf8, label: Utf8, input_ids: List<Int32>, token_type_ids: List<Uint8>/ });
});

test('any flipped bit gives an error or the same form of rows inside the file', async (t) => {
  const path = join(await temporaryFolder(t), 'shard.arrow');
  await writeTokenShard(path, sample);
  const bytes = await readFile(path);
  for (let bit = 0; bit < bytes.length * 8; bit += 13) {
    const damaged = Uint8Array.from(bytes);
    damaged[bit >> 3] = (damaged[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    await writeFile(path, damaged);
    const shard = await openTokenShard(path).catch((error: unknown) => {
      t.regex(String(error), /^Error: [^\n]*shard\.arrow: not a whole shard of tokens: /);
      return undefined;
    });
    if (shard === undefined) continue;
    const [rows] = await readTokenRows(shard, [{ begin: 0, end: shard.rows }], { labels: true });
    t.is(rows?.ids.length, shard.rows);
  }
});
