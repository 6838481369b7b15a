import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { tableFromIPC } from 'apache-arrow';
import fc from 'fast-check';
import { readTranslations, type TranslationRow, writeTranslations } from '../../src/storage/arrow-translations.ts';
import { hashFile } from '../../src/storage/hash.ts';
import { temporaryFolder } from './temporary-folder.ts';

const text = fc.string({ unit: 'binary' }).filter((one) => !/\p{Surrogate}/u.test(one));
const translation = fc.record({ text, tokens: fc.int32Array({ maxLength: 5 }), logProb: fc.double({ noNaN: true }), score: fc.double({ noNaN: true }), finished: fc.boolean() });
const row = fc.record({ id: text, source: text, translations: fc.array(translation, { maxLength: 12 }) });

test('what is written is read: any texts, tokens and scores, no translations, no rows', async (t) => {
  const path = join(await temporaryFolder(t), 'deep', 'shard-0.arrow');
  await fc.assert(
    fc.asyncProperty(fc.array(row, { maxLength: 9 }), async (rows) => {
      const { rows: count, sha256 } = await writeTranslations(path, rows);
      t.deepEqual([count, sha256], [rows.length, await hashFile(path)]);
      t.deepEqual(await readTranslations(path, { sha256, rows: count }), rows.map((one) => ({ ...one, translations: one.translations.map((own) => ({ ...own })) })));
    }),
    { numRuns: 60 },
  );
});

const rows: TranslationRow[] = [
  { id: 'a', source: 'x y', translations: [{ text: 'ü', tokens: Int32Array.of(5, 1), logProb: -1.5, score: -0.75, finished: true }, { text: 'v w', tokens: Int32Array.of(5, 6), logProb: -3, score: -1.5, finished: false }] },
  { id: 'b', source: 'z', translations: [] },
];

test('the Arrow library reads the same rows', async (t) => {
  const path = join(await temporaryFolder(t), 'shard.arrow');
  await writeTranslations(path, rows);
  const table = tableFromIPC(await readFile(path));
  t.deepEqual(table.toArray().map((one) => JSON.parse(JSON.stringify(one)) as unknown), [
    { id: 'a', source: 'x y', texts: ['ü', 'v w'], tokens: [{ 0: 5, 1: 1 }, { 0: 5, 1: 6 }].map((list) => Object.values(list)), log_probs: [-1.5, -3], scores: [-0.75, -1.5], finished: [true, false] },
    { id: 'b', source: 'z', texts: [], tokens: [], log_probs: [], scores: [], finished: [] },
  ]);
  t.deepEqual(table.schema.fields.map(({ nullable }) => nullable), Array.from({ length: 7 }, () => false));
});

test('a shard that is not the one expected is refused in one sentence', async (t) => {
  const path = join(await temporaryFolder(t), 'shard.arrow');
  const { sha256 } = await writeTranslations(path, rows);
  await t.throwsAsync(readTranslations(path, { rows: 3 }), { message: `${path}: not a whole shard of translations: it has 2 rows, not 3. Delete it and translate again` });
  const bytes = await readFile(path);
  await writeFile(path, bytes.subarray(0, -20));
  await t.throwsAsync(readTranslations(path, { sha256 }), { message: new RegExp(`^${path}: the checksum is not the one in the store's header`) });
  await t.throwsAsync(readTranslations(path), { message: /not a whole shard of translations: the file was cut short\. Delete it/ });
  await t.throwsAsync(writeTranslations(path, [{ id: 'a', source: '\ud800', translations: [] }]), { message: /"\\ud800" is not sound Unicode/ });
});
