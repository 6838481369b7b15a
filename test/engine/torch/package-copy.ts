/** A copy of the built package whose addon may be spoilt, and programs that run in it, each in a process of its own. */
import { type SpawnOptions, spawn } from 'node:child_process';
import { cp, mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { ExecutionContext } from 'ava';
import { temporaryFolder } from '../../storage/temporary-folder.ts';

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs an ES module that finds the package as `retort`; `code` null with a `signal` is a process that was aborted. */
export function runProgram(folder: string, program: string, options: SpawnOptions = {}): Promise<Ended> {
  const text = `import * as retort from ${JSON.stringify(join(folder, 'dist/index.js'))};\nconst say = (what) => console.log(JSON.stringify(what));\nconst fault = (work) => Promise.resolve().then(work).then(() => null, (error) => error.message);\n${program}`;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', text], { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'], ...options });
  const heard = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) child[name]?.setEncoding('utf8').on('data', (chunk: string) => (heard[name] += chunk));
  return new Promise((done, failed) => child.on('error', failed).on('close', (code, signal) => done({ code, signal, ...heard })));
}

/** What the program said, a value a line. A process that ended otherwise than well fails the test. */
export async function said(t: ExecutionContext, running: Promise<Ended>): Promise<unknown[]> {
  const { code, signal, stdout, stderr } = await running;
  t.deepEqual([code, signal], [0, null], stderr);
  return stdout.trim().split('\n').map((line) => JSON.parse(line) as unknown);
}

export const builtPackage = resolve('.');
const addon = ['build', 'native', 'retort-torch.node'] as const;

/**
 * @param spoil what becomes of the addon's bytes; null = there is none.
 * @param record what becomes of the text of build.json, which is left out unless said.
 */
export async function packageWith(t: ExecutionContext, spoil: (bytes: Buffer) => Buffer | null, record?: (text: string) => string): Promise<string> {
  const folder = await temporaryFolder(t);
  await cp(join(builtPackage, 'dist'), join(folder, 'dist'), { recursive: true });
  await cp(join(builtPackage, 'package.json'), join(folder, 'package.json'));
  await symlink(join(builtPackage, 'node_modules'), join(folder, 'node_modules'));
  const bytes = spoil(await readFile(join(builtPackage, ...addon)));
  await mkdir(join(folder, 'build/native'), { recursive: true });
  if (bytes !== null) await writeFile(join(folder, ...addon), bytes);
  if (record !== undefined) await writeFile(join(folder, 'build/native/build.json'), record(await readFile(join(builtPackage, 'build/native/build.json'), 'utf8')));
  return folder;
}
