// The bundle itself, loosely packed: unpacked where there is neither node nor npm, it starts, computes and runs a suite of its own.
import { execFile, execFileSync } from 'node:child_process';
import { mkdir, readdir, readFile, symlink } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import test from 'ava';
import { temporaryFolder } from '../../storage/temporary-folder.ts';

const run = promisify(execFile);
/** All that the script and its payload call, but for Node. */
const tools = ['sh', 'tar', 'xz', 'cat', 'cksum', 'dirname', 'env', 'mkdir', 'mv', 'rm'];
const can = process.platform === 'linux' && process.arch === 'x64' && tools.every((tool) => placeOf(tool) !== undefined);

(can ? test : test.skip)(`a bundle runs where there is neither node nor npm (made on Linux x86-64 with ${tools.join(', ')} alone)`, async (t) => {
  t.timeout(300_000);
  const folder = await temporaryFolder(t);
  await run(process.execPath, ['--import=tsx', resolve('scripts/bundle.ts'), '--quick', '--to', join(folder, 'made')]);
  t.deepEqual((await readdir(join(folder, 'made'))).sort(), ['retort-bundle', 'retort-bundle.tar']);
  await run('tar', ['xf', join(folder, 'made', 'retort-bundle.tar'), '-C', folder]);

  const bin = join(folder, 'bin');
  await mkdir(bin);
  for (const tool of tools) await symlink(placeOf(tool)!, join(bin, tool));
  const bundle = join(folder, 'retort-bundle');
  const inside = (...words: string[]) => run(join(bundle, 'run'), words, { cwd: folder, env: { PATH: bin, HOME: folder } });
  await t.throwsAsync(run('/bin/sh', ['-c', 'command -v node || command -v npm'], { env: { PATH: bin } }), undefined, 'node is on the path after all');

  const { stdout, stderr } = await inside('doctor', '--engine', 'wasm');
  t.is(stderr, `unpacking into ${bundle}/unpacked\n`);
  t.regex(stdout, /wasm +cpu +fp32 +1 +\d+ GFLOP\/s/);
  const suites = (await readFile(join(bundle, 'unpacked', 'suites'), 'utf8')).trim().split('\n');
  t.true(suites.length > 50 && suites.includes('test/fixtures.test.ts') && suites.includes('test/conformance/torch.test.ts'), suites.join('\n'));
  const unpacked = join(bundle, 'unpacked');
  const suite = await run(join(unpacked, 'bin', 'node'), [join(unpacked, 'node_modules/ava/entrypoints/cli.mjs'), 'test/engine/fused/gelu.test.ts'], { cwd: unpacked, env: { PATH: bin, HOME: folder } });
  t.regex(suite.stdout, /\d+ tests? passed/);
});

function placeOf(tool: string): string | undefined {
  try {
    return execFileSync('/bin/sh', ['-c', `command -v ${tool}`]).toString().trim();
  } catch {
    return undefined;
  }
}
