// The script of the bundle, over a payload of three files: what it unpacks and when, and what it hands to the command.
import { execFile, execFileSync } from 'node:child_process';
import { chmod, copyFile, mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { temporaryFolder } from '../../storage/temporary-folder.ts';

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

const hasXz = (() => {
  try {
    return execFileSync('xz', ['--version']).length > 0;
  } catch {
    return false;
  }
})();

/** A bundle whose node tells what it is called with. */
async function lay(t: ExecutionContext): Promise<(words: string[], PATH?: string) => Promise<Ended>> {
  const folder = await temporaryFolder(t);
  const payload = join(folder, 'payload');
  await mkdir(join(payload, 'bin'), { recursive: true });
  await writeFile(join(payload, 'bin', 'node'), '#!/bin/sh\necho "$PWD: $*"\n');
  await chmod(join(payload, 'bin', 'node'), 0o755);
  await writeFile(join(payload, 'suites'), 'test/a.test.ts\ntest/b.test.ts\n');
  await copyFile(resolve('scripts/bundle/run.sh'), join(folder, 'run'));
  execFileSync('tar', ['-cJf', join(folder, 'payload.tar.xz'), '-C', payload, '.']);
  return (words, PATH = process.env.PATH) => new Promise((done) => {
    execFile('/bin/sh', [join(folder, 'run'), ...words], { env: { PATH } }, (error, stdout, stderr) => done({ code: typeof error?.code === 'number' ? error.code : 0, stdout: stdout.replaceAll(folder, '.'), stderr: stderr.replaceAll(folder, '.') }));
  });
}

const withXz = hasXz ? test : test.skip;

withXz('unpacks once, and hands words on', async (t) => {
  const run = await lay(t);
  const first = await run(['retort', 'predict', 'a b']);
  t.deepEqual([first.code, first.stderr], [0, 'unpacking into ./unpacked\n']);
  t.regex(first.stdout, /: \.\/unpacked\/dist\/cli\.js predict a b\n$/);
  t.is((await run(['doctor', '--json'])).stderr, '');
});

withXz('tests run on the torch engine, in the bundle\'s folder, all suites unless some are named', async (t) => {
  const run = await lay(t);
  const all = await run(['test', '--device', 'cuda:0']);
  t.is(all.stdout.trim().split('\n').at(-1), './unpacked: --import ./unpacked/node_modules/tsx/dist/loader.mjs scripts/test.ts test/a.test.ts test/b.test.ts');
  t.regex(all.stderr, /cli\.js build-native/, 'the engine is made sure of first');
  t.regex((await run(['test', 'test/c.test.ts', '-v'])).stdout, /scripts\/test\.ts test\/c\.test\.ts -v\n$/);
});

withXz('the quick start runs where it was asked for, the check takes its options', async (t) => {
  const run = await lay(t);
  t.regex((await run(['start', '--device', 'cuda:0'])).stdout, /: \.\/unpacked\/dist\/cli\.js run \.\/unpacked\/recipes\/quickstart\.ts --set corpus=\.\/unpacked\/corpora\/opinions\/sample --device cuda:0\n$/);
  t.regex((await run(['check', '--to', 'out'])).stdout, /: --import \.\/unpacked\/node_modules\/tsx\/dist\/loader\.mjs \.\/unpacked\/scripts\/bundle\/check\.ts --to out\n$/);
});

withXz('wrong use is code 2, and unpacks nothing', async (t) => {
  const run = await lay(t);
  const wrong = await run(['tests']);
  t.deepEqual([wrong.code, wrong.stdout], [2, '']);
  t.regex(wrong.stderr, /^run: there is no command tests\nUsage: /);
  const help = await run([]);
  t.deepEqual([help.code, help.stderr], [0, '']);
  t.regex(help.stdout, /^Usage: [^]*build [^]*bench /);
});

test('the script is one that any POSIX shell reads', async (t) => {
  t.is(execFileSync('/bin/sh', ['-n', resolve('scripts/bundle/run.sh')]).toString(), '');
  t.true(((await stat('scripts/bundle/run.sh')).mode & 0o111) !== 0, 'it is not executable');
  t.regex(await readFile('scripts/bundle/run.sh', 'utf8'), /^#!\/bin\/sh\n/);
});
