// With an npm that only pretends: what it is asked for, what comes of it, and what is said when it gives nothing or something else.
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execFileSync } from 'node:child_process';
import test, { type ExecutionContext } from 'ava';
import { bindingPackages, fetchPackages } from '../../../src/cli/tensorflow/fetch-packages.ts';
import { temporaryFolder } from '../../storage/temporary-folder.ts';
import { layCommands } from '../native/installations.ts';

/** A tarball as npm packs one, an npm that hands it out whatever is asked for, and its checksum. */
async function workplace(t: ExecutionContext, body = 'echo "npm $*" >> "$CALLS"; cp "$TARBALL" given.tgz; echo \'[{"filename":"given.tgz"}]\'') {
  const root = await temporaryFolder(t);
  await mkdir(join(root, 'package'));
  await writeFile(join(root, 'package', 'index.js'), '// a package\n');
  const tarball = join(root, 'package.tgz');
  execFileSync('tar', ['-czf', tarball, '-C', root, 'package']);
  const PATH = await layCommands(join(root, 'bin'), { npm: body });
  const folder = join(root, 'into');
  await mkdir(folder);
  const integrity = `sha512-${createHash('sha512').update(await readFile(tarball)).digest('base64')}`;
  return { root, folder, integrity, environment: { PATH: `${PATH}:/usr/bin:/bin`, TARBALL: tarball, CALLS: join(root, 'calls') } };
}

test('the tarball alone is asked for, without scripts, and held against its checksum', async (t) => {
  const { root, folder, integrity, environment } = await workplace(t);
  const fault = await t.throwsAsync(fetchPackages(folder, { name: 'one', version: '1.0.0', integrity }, environment));
  t.regex(fault?.message ?? '', /^npm gave a google-protobuf@3\.21\.4 that is not the published one \(sha512 \S+, not \S+\): see which registry npm asks/);
  t.is(await readFile(join(folder, 'node_modules', 'one', 'index.js'), 'utf8'), '// a package\n');
  const [first = ''] = (await readFile(join(root, 'calls'), 'utf8')).split('\n');
  t.is(first, 'npm pack one@1.0.0 --json --ignore-scripts --prefer-offline --dry-run=false');
});

test('an npm that fails, or is not there, is one sentence', async (t) => {
  const failing = await workplace(t, 'echo "npm error code ENOTFOUND" >&2; echo "npm error network request to https://registry.example/one failed" >&2; echo "npm error A complete log of this run is in x" >&2; exit 1');
  await t.throwsAsync(fetchPackages(failing.folder, bindingPackages.gpu, failing.environment), {
    message: 'npm could not get @tensorflow/tfjs-node-gpu@4.22.0 (network request to https://registry.example/one failed): see whether npm reaches its registry, with npm ping, and run the same command again',
  });
  await t.throwsAsync(fetchPackages(failing.folder, bindingPackages.cpu, { PATH: '' }), { message: 'npm is not on the path: it comes with Node (https://nodejs.org)' });
  t.deepEqual(await readdir(failing.folder), []);
});

test('what was built last holds the package, the one module it loads, and none of the rest it names', async (t) => {
  const place = 'build/tensorflow/node_modules';
  if (!existsSync(place)) {
    t.pass();
    t.log('skipped: the tensorflow engine is not built here');
    return;
  }
  t.deepEqual((await readdir(place)).sort(), ['@tensorflow', 'google-protobuf']);
  t.regex(await readFile(join(place, '@tensorflow/tfjs/index.js'), 'utf8'), /throw new Error/);
  t.false(existsSync(join(place, '@tensorflow/tfjs-core')));
});
