import { existsSync } from 'node:fs';
import { cp, mkdir, rename, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import test from 'ava';
import { addonFile, nativeSources, nodeApiHeaders, packageFolder, readBuildRecord, recordFile, sourceFiles, sourcesId } from '../../../src/cli/native/package-folder.ts';
import { loadAddon } from '../../../src/engine/torch/addon.ts';
import manifest from '../../../package.json' with { type: 'json' };
import { temporaryFolder } from '../../storage/temporary-folder.ts';

test('the package is found from within, and its parts in it', async (t) => {
  t.is(packageFolder(), resolve('.'));
  t.true(existsSync(join(await nodeApiHeaders(packageFolder()), 'node_api.h')));
  t.is(resolve(manifest.imports['#torch-addon']), addonFile(packageFolder()), 'package.json imports another file than is built');
});

test('everything the addon is compiled of is shipped', async (t) => {
  const files = await sourceFiles(nativeSources(packageFolder()));
  t.true(files.includes('CMakeLists.txt') && files.includes('addon.cc'));
  t.true(manifest.files.includes('src/engine/torch/native') && 'node-api-headers' in manifest.dependencies);
});

test('the identity of the sources is that of their names and bytes, wherever they lie', async (t) => {
  const folder = await temporaryFolder(t);
  const [here, there] = [nativeSources(packageFolder()), join(folder, 'native')];
  await cp(here, there, { recursive: true });
  const id = await sourcesId(there);
  t.regex(id, /^[0-9a-f]{16}$/);
  t.is(await sourcesId(here), id);
  await writeFile(join(there, 'notes.txt'), 'no source');
  t.is(await sourcesId(there), id);
  await rename(join(there, 'addon.cc'), join(there, 'addin.cc'));
  t.not(await sourcesId(there), id);
  await writeFile(join(there, 'addin.cc'), '//');
  t.not(await sourcesId(there), id);
  await t.throwsAsync(sourcesId(join(folder, 'none')), { message: /none: the sources of the native engine are missing; install retort-distill again/ });
});

test('without the headers of Node-API: one sentence', async (t) => {
  const folder = await temporaryFolder(t);
  await writeFile(join(folder, 'package.json'), '{}');
  await t.throwsAsync(nodeApiHeaders(folder), { message: 'the headers of Node-API are missing: npm install node-api-headers@1.9.0 (0.2 MB)' });
});

test('a record counts only beside its addon', async (t) => {
  const root = await temporaryFolder(t);
  t.is(await readBuildRecord(root), undefined);
  await mkdir(dirname(addonFile(root)), { recursive: true });
  const record = { key: 'a', buildId: 'b', libtorch: '/lib', version: '2.13.0', cuda: false, compiler: 'c++', bytes: { '/lib/libc10.so': 7 } };
  await writeFile(recordFile(root), JSON.stringify(record));
  t.is(await readBuildRecord(root), undefined);
  await writeFile(addonFile(root), '');
  t.deepEqual(await readBuildRecord(root), record);
  await writeFile(recordFile(root), '{ "key": "a" }');
  t.is(await readBuildRecord(root), undefined, 'a record of another form');
  await writeFile(recordFile(root), '{ "key": ');
  t.is(await readBuildRecord(root), undefined);
});

const built = existsSync(addonFile(packageFolder()));
(built ? test : test.skip)('the addon that is here was built from the sources that are here (else: npm run build:native)', async (t) => {
  t.is(loadAddon().facts().buildId, await sourcesId(nativeSources(packageFolder())));
});
