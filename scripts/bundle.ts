/**
 * `npm run bundle`: one archive with which a Linux machine (x86-64) that has neither npm nor network builds the torch engine against
 * its own PyTorch, tests and measures it: Node, the built command, the engine's sources and tests, the bench, the sample corpora.
 *
 *     tar xf build/bundle/retort-bundle.tar && retort-bundle/run help
 *
 * `--quick` packs loosely, in seconds, to try it; `--to FOLDER` puts it elsewhere.
 */
import { execFile } from 'node:child_process';
import { copyFile, cp, mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import manifest from '../package.json' with { type: 'json' };
import { formatBytes } from '../src/report/units.ts';
import { closure, packageFiles, readLock } from './bundle/packages.ts';

/** What the archive may weigh. */
const mostBytes = 40e6;

/** transformers.js comes with 400 MB of ONNX runtimes; it checks exported students, which the quick start leaves out where it is not installed. */
const leftOut = '@huggingface/transformers';
const packages = [...Object.keys(manifest.dependencies).filter((name) => name !== leftOut), 'ava', 'fast-check', 'jasmine-core', 'tsx'];
const trees = ['dist', 'recipes', 'corpora', 'scripts', 'src', 'test'];
const files = ['package.json', 'tsconfig.json', 'ava.config.js', 'LICENSE', 'NOTICE'];

/** Tests that compute on the engine. */
const rooms = ['engine', 'nn', 'models', 'objectives', 'teacher', 'train', 'strategies', 'evaluate'];
const alone = ['test/fixtures.test.ts', 'test/conformance/torch.test.ts'];

const { values: { quick = false, to } } = parseArgs({ options: { quick: { type: 'boolean' }, to: { type: 'string' } } });
const root = fileURLToPath(new URL('..', import.meta.url));
const work = to === undefined ? join(root, 'build', 'bundle') : resolve(to);
const [payload, outer] = [join(work, 'payload'), join(work, 'retort-bundle')];
const archive = join(work, 'retort-bundle.tar');
const run = promisify(execFile);

if (process.platform !== 'linux' || process.arch !== 'x64') throw new Error(`a bundle carries the Node it is made with, for Linux on x86-64; this is ${process.platform} on ${process.arch}`);
await rm(work, { recursive: true, force: true });
for (const name of trees) await cp(join(root, name), join(payload, name), { recursive: true, filter: (path) => !/\.map$|__pycache__/.test(path) });
for (const name of files) await copyFile(join(root, name), join(payload, name));
await layPackages();
await layNode();
await writeFile(join(payload, 'suites'), `${(await suites()).join('\n')}\n`);
await mkdir(outer);
await copyFile(join(root, 'scripts', 'bundle', 'run.sh'), join(outer, 'run'));
const tar = ['--sort=name', '--owner=0', '--group=0', '--numeric-owner', '--mtime=@0'];
await run('tar', [...tar, '-I', quick ? 'xz -0 -T0' : 'xz -9 -e', '-cf', join(outer, 'payload.tar.xz'), '-C', payload, '.']);
await run('tar', [...tar, '-cf', archive, '-C', work, 'retort-bundle']);
await rm(payload, { recursive: true });
const { size } = await stat(archive);
console.log(`${archive}: ${formatBytes(size)}`);
if (size > mostBytes && !quick) throw new Error(`the bundle weighs ${formatBytes(size)}; ${formatBytes(mostBytes)} is the most it may`);

async function layPackages(): Promise<void> {
  for (const place of closure(await readLock(root), packages)) {
    for (const file of await packageFiles(root, place)) {
      const target = join(payload, place.to, file);
      await mkdir(dirname(target), { recursive: true });
      await copyFile(join(root, place.from, file), target);
    }
  }
}

/** Node itself, without the symbols that only a debugger reads. */
async function layNode(): Promise<void> {
  const target = join(payload, 'bin', 'node');
  await mkdir(dirname(target), { recursive: true });
  await copyFile(process.execPath, target);
  await run('strip', ['--strip-all', target]);
}

async function suites(): Promise<string[]> {
  const found: string[] = [...alone];
  for (const room of rooms) {
    const names = await readdir(join(root, 'test', room), { recursive: true }).catch(() => []);
    found.push(...names.filter((name) => name.endsWith('.test.ts') && !`${room}/${name}`.startsWith('engine/wasm/')).map((name) => `test/${room}/${name}`));
  }
  const needs = async (file: string) => /@huggingface\/transformers|\bonnx-check\.ts/.test(await readFile(join(root, file), 'utf8').catch(() => ''));
  const kept = await Promise.all(found.map(async (file) => !(await needs(file)) && !(await needs(file.replace(/^test/, 'src').replace('.test.ts', '.ts')))));
  return found.filter((_, place) => kept[place]).sort();
}
