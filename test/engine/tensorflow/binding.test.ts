// A binding that cannot serve is told in one sentence with the command that mends it; the embedded engine is none the worse.
import { cp, mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { temporaryFolder } from '../../storage/temporary-folder.ts';
import { builtPackage, runProgram, said } from '../torch/package-copy.ts';
import { tensorflowTest } from './built.ts';

const built = join(builtPackage, 'build/tensorflow');

/** A copy of the package with the built engine in it, or something else there. */
async function packageWith(t: ExecutionContext, lay: (place: string) => Promise<void>): Promise<string> {
  const folder = await temporaryFolder(t);
  await cp(join(builtPackage, 'dist'), join(folder, 'dist'), { recursive: true });
  await cp(join(builtPackage, 'package.json'), join(folder, 'package.json'));
  await symlink(join(builtPackage, 'node_modules'), join(folder, 'node_modules'));
  await mkdir(join(folder, 'build'));
  await lay(join(folder, 'build/tensorflow'));
  return folder;
}

const start = 'useEngine(\'tensorflow\', { environment: process.env })';

test('there is none: told with its mend, and the embedded engine serves', async (t) => {
  const folder = await packageWith(t, async () => Promise.resolve());
  const [fault, engine] = (await said(t, runProgram(folder, `
    say(await fault(() => retort.${start}));
    say((await retort.useEngine('wasm')).engine);`))) as [string, string];
  t.is(fault, 'the tensorflow engine is not built here: retort build-tensorflow (in a clone: npm run build:tensorflow)');
  t.is(engine, 'wasm');
});

test('a file that is no binding', async (t) => {
  const folder = await packageWith(t, async (place) => {
    await mkdir(place);
    await writeFile(join(place, 'build.json'), '{ "package": "@tensorflow/tfjs-node", "version": "2.21.0", "cuda": false }');
    await writeFile(join(place, 'tfjs_binding.node'), '');
  });
  const [fault] = (await said(t, runProgram(folder, `say(await fault(() => retort.${start}));`))) as [string];
  t.regex(fault, /^the tensorflow engine's binding does not load \(.*file too short\): if TensorFlow was moved, removed or changed, retort build-tensorflow/);
  t.notRegex(fault, /\n/);
});

tensorflowTest('another TensorFlow in the place of the one it was built against', async (t) => {
  const folder = await packageWith(t, async (place) => {
    await cp(built, place, { recursive: true });
    await writeFile(join(place, 'build.json'), '{ "package": "@tensorflow/tfjs-node", "version": "2.20.0", "cuda": false }');
  });
  const [fault] = (await said(t, runProgram(folder, `say(await fault(() => retort.${start}));`))) as [string];
  t.regex(fault, /^the tensorflow engine was built against TensorFlow 2\.20\.0 and finds \d\S+ in its place: retort build-tensorflow/);
});

tensorflowTest('a whole copy serves, wherever it lies, without the rest of what its package depends on', async (t) => {
  const folder = await packageWith(t, (place) => cp(built, place, { recursive: true }));
  await writeFile(join(folder, 'build/tensorflow/node_modules/@tensorflow/tfjs/index.js'), 'throw new Error("another TensorFlow.js");'); // never loaded: the engine's own stands in its place
  t.deepEqual(await said(t, runProgram(folder, `say((await retort.${start}).engine);`)), ['tensorflow']);
});
