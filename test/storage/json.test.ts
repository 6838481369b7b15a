import { readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { readJson, readJsonLines, writeJson } from '../../src/storage/json.ts';
import { temporaryFolder } from './temporary-folder.ts';

async function fileWith(t: Parameters<typeof temporaryFolder>[0], content: string | Uint8Array): Promise<string> {
  const path = join(await temporaryFolder(t), 'file.json');
  await writeFile(path, content);
  return path;
}

test('a value goes out and comes back, in a readable form', async (t) => {
  const path = join(await temporaryFolder(t), 'deep', 'file.json');
  const value = { name: 'é😀', list: [1, null, true], empty: {} };
  await writeJson(path, value);
  t.deepEqual(await readJson(path), value);
  t.is(await readFile(path, 'utf8'), '{\n  "name": "é😀",\n  "list": [\n    1,\n    null,\n    true\n  ],\n  "empty": {}\n}\n');
});

test('what is no JSON value is not written', async (t) => {
  const folder = await temporaryFolder(t);
  await t.throwsAsync(writeJson(join(folder, 'a.json'), undefined), { message: /a\.json: undefined is not a JSON value/ });
  const self: Record<string, unknown> = {};
  self.self = self;
  await t.throwsAsync(writeJson(join(folder, 'a.json'), self));
  t.deepEqual(await readdir(folder), []);
});

test('a broken file is named with line and column', async (t) => {
  const path = await fileWith(t, '{\n  "a": 1,\n  "b": oops\n}\n');
  await t.throwsAsync(readJson(path), { message: `${path}:3:8: not valid JSON: a value is missing or misspelt` });
  const latin = await fileWith(t, Buffer.from('"caf\xe9"', 'latin1'));
  await t.throwsAsync(readJson(latin), { message: `${latin}: not UTF-8 text. Save it as UTF-8.` });
  await t.throwsAsync(readJson(`${path}.absent`), { message: /file\.json\.absent/, code: 'ENOENT' });
});

test('a byte order mark is skipped', async (t) => {
  t.deepEqual(await readJson(await fileWith(t, '\ufeff[1]')), [1]);
  t.deepEqual(await readJsonLines(await fileWith(t, '\ufeff{"a":1}')), [{ a: 1 }]);
  t.deepEqual(await readJsonLines(await fileWith(t, '\ufeff{"a":1}\n{"a":2}\n')), [{ a: 1 }, { a: 2 }]);
});

test('"__proto__" stays a plain property', async (t) => {
  const value = await readJson(await fileWith(t, '{"__proto__": {"polluted": true}}'));
  t.is(Object.getPrototypeOf(value), Object.prototype);
  t.is(({} as Record<string, unknown>).polluted, undefined);
});

test('lines: a torn last one is dropped at whatever byte it was torn', async (t) => {
  const whole = Buffer.from('{"step":1}\n{"text":"ä😀"}\n');
  const first = whole.indexOf('\n') + 1;
  for (let length = first; length < whole.length - 1; length++) {
    t.deepEqual(await readJsonLines(await fileWith(t, whole.subarray(0, length))), [{ step: 1 }], `${length} bytes`);
  }
  t.deepEqual(await readJsonLines(await fileWith(t, whole)), [{ step: 1 }, { text: 'ä😀' }]);
  t.deepEqual(await readJsonLines(await fileWith(t, whole.subarray(0, -1))), [{ step: 1 }, { text: 'ä😀' }], 'only the newline is missing');
  t.deepEqual(await readJsonLines(await fileWith(t, '')), []);
});

test('lines: empty ones are skipped, Windows endings too', async (t) => {
  t.deepEqual(await readJsonLines(await fileWith(t, '1\r\n\r\n2\r\n\n')), [1, 2]);
});

test('lines: a broken one before the end, or with its newline, is an error with its number', async (t) => {
  const middle = await fileWith(t, '{"a":1}\n{"a":\n{"a":3}\n');
  await t.throwsAsync(readJsonLines(middle), { message: `${middle}:2:6: not valid JSON: the text ends too early` });
  const last = await fileWith(t, '{"a":1}\n{"a" 2}\n');
  await t.throwsAsync(readJsonLines(last), { message: `${last}:2:6: not valid JSON: ':' is missing after a key` });
});
