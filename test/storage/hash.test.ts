import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import fc from 'fast-check';
import { canonicalJson, fingerprint, hashFile, sha256 } from '../../src/storage/hash.ts';
import { temporaryFolder } from './temporary-folder.ts';

test('SHA-256 of the standard example, as text, bytes and file', async (t) => {
  const abc = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'; // FIPS 180-2, B.1
  t.is(sha256('abc'), abc);
  t.is(sha256(new Uint8Array([97, 98, 99])), abc);
  const path = join(await temporaryFolder(t), 'file');
  await writeFile(path, 'abc');
  t.is(await hashFile(path), abc);
  const long = Buffer.alloc(1_000_000, 'a');
  await writeFile(path, long);
  t.is(await hashFile(path), 'cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0'); // B.3
  await t.throwsAsync(hashFile(`${path}.absent`), { code: 'ENOENT' });
});

test('canonical JSON: sorted keys at every depth, no spaces, undefined left out', (t) => {
  t.is(canonicalJson({ b: [{ y: 1, x: null }], a: 'é', 10: true, 9: undefined }), '{"10":true,"a":"é","b":[{"x":null,"y":1}]}');
  t.is(canonicalJson(-0), '0');
  t.is(fingerprint({ a: 1, b: 2 }), fingerprint({ b: 2, a: 1, c: undefined }));
  t.not(fingerprint({ a: 1 }), fingerprint({ a: '1' }));
  t.not(fingerprint([1, 2]), fingerprint([2, 1]));
  t.is(fingerprint({}), sha256('{}'));
});

test('canonical JSON reads back as the same value', (t) => {
  fc.assert(
    fc.property(fc.json(), (text) => {
      const value: unknown = JSON.parse(text);
      t.deepEqual(JSON.parse(canonicalJson(value)), JSON.parse(JSON.stringify(value)));
    }),
  );
});

test('what has no honest text is refused by place', (t) => {
  const loop: Record<string, unknown> = {};
  loop.inner = { loop };
  const cases: [value: unknown, message: RegExp][] = [
    [{ a: [0, NaN] }, /\$\.a\[1\]: NaN/],
    [Infinity, /Infinity/],
    [{ f: () => 1 }, /\$\.f: function/],
    [[undefined], /\$\[0\]: undefined/],
    [Array(1), /\$\[0\]: undefined/],
    [1n, /bigint/],
    [new Date(0), /only plain objects/],
    [{ a: new Float32Array(2) }, /\$\.a: only plain objects/],
    [new Map(), /only plain objects/],
    [loop, /\$\.inner\.loop: it contains itself/],
  ];
  for (const [value, message] of cases) t.throws(() => fingerprint(value), { message });
  const shared = { x: 1 };
  t.is(canonicalJson([shared, shared]), '[{"x":1},{"x":1}]', 'twice is not inside itself');
  t.is(canonicalJson(Object.create(null)), '{}');
});
