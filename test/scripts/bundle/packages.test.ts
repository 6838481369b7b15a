import { existsSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { closure, isLoaded, type Lock, packageFiles, readLock } from '../../../scripts/bundle/packages.ts';

const lock: Lock = {
  'node_modules/a': { dependencies: { b: '1', c: '2' } },
  'node_modules/b': { dependencies: { a: '1' } },
  'node_modules/c': {},
  'node_modules/a/node_modules/c': { dependencies: { d: '1' } },
  'node_modules/d': { dependencies: { fast: '1' }, optionalDependencies: { fast: '1' } },
  'node_modules/fast': {},
  'node_modules/@scope/e': { dependencies: { c: '1' } },
  'node_modules/stray': {},
};

test('what is needed, as Node would find it; rings end', (t) => {
  const from = (names: string[], isHere = () => true) => closure(lock, names, isHere).map((place) => place.from);
  t.deepEqual(from(['a']), ['node_modules/a', 'node_modules/a/node_modules/c', 'node_modules/b', 'node_modules/d', 'node_modules/fast']);
  t.deepEqual(from(['d'], () => false), ['node_modules/d'], 'an optional package that is not installed');
  t.deepEqual(from(['@scope/e']), ['node_modules/@scope/e', 'node_modules/c']);
  t.throws(() => from(['x']), { message: 'package-lock.json has no x, which the bundle needs' });
});

test('a package moves up where nobody takes its place', (t) => {
  const to = (names: string[]) => closure(lock, names, () => true).map((place) => place.to);
  t.deepEqual(to(['a']), ['node_modules/a', 'node_modules/c', 'node_modules/b', 'node_modules/d', 'node_modules/fast']);
  t.true(to(['a', 'c']).includes('node_modules/a/node_modules/c'));
});

test('files for other systems, maps and declarations stay behind', (t) => {
  t.deepEqual(
    ['tokenizers/tokenizers.linux-x64-gnu.node', 'tokenizers/tokenizers.darwin-x64.node', 'zod/index.d.cts', 'zod/index.cjs', 'ava/readme.md', 'ava/LICENSE', '@tensorflow/tfjs-core/dist/tf-core.min.js', '@tensorflow/tfjs-core/dist/tf-core.node.js', '@tensorflow/tfjs-core/src/io.ts'].filter(isLoaded),
    ['tokenizers/tokenizers.linux-x64-gnu.node', 'zod/index.cjs', 'ava/LICENSE', '@tensorflow/tfjs-core/dist/tf-core.node.js'],
  );
});

test('the project\'s own packages: each is found, none twice, and its entry is among its files', async (t) => {
  const root = process.cwd();
  const places = closure(await readLock(root), ['zod', 'ava', 'tsx'], (path) => existsSync(join(root, path)));
  t.is(new Set(places.map(({ to }) => to)).size, places.length);
  const zod = places.find(({ from }) => from === 'node_modules/zod');
  t.truthy(zod);
  const files = zod === undefined ? [] : await packageFiles(root, zod);
  t.true(files.includes('package.json') && files.includes('index.js'));
  t.false(files.some((file) => file.startsWith('node_modules/')));
});
