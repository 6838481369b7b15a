/**
 * Gets the sources of TensorFlow.js's binding from npm's registry: the tarballs alone, held against the checksums written here. No
 * install script is run, and nothing of what the package depends on is fetched but the one module that its backend loads.
 */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Environment } from '../native/tools.ts';

export interface PinnedPackage {
  readonly name: string;
  readonly version: string;
  /** As npm's lock files write it. */
  readonly integrity: string;
}

/** The two hold the same sources; they differ in what their install scripts would download. */
export const bindingPackages = {
  cpu: { name: '@tensorflow/tfjs-node', version: '4.22.0', integrity: 'sha512-uHrXeUlfgkMxTZqHkESSV7zSdKdV0LlsBeblqkuKU9nnfxB1pC6DtoyYVaLxznzZy7WQSegjcohxxCjAf6Dc7w==' },
  gpu: { name: '@tensorflow/tfjs-node-gpu', version: '4.22.0', integrity: 'sha512-p//NN6DGiN4hInUmIkRffaFVMcdTREUMjPyjW04J7OXvB2zBlQimj61eFKSgRrH3f5TnOfKzb0n56he/B6a4bw==' },
} as const satisfies Record<string, PinnedPackage>;

/** What the backend's own protocol messages are written with. */
const protobuf: PinnedPackage = { name: 'google-protobuf', version: '3.21.4', integrity: 'sha512-MnG7N936zcKTco4Jd2PX2U96Kf9PxygAPKBug+74LHzmHXmceN16MmRcdgZv+DGef/S9YvQAfRsNCn4cjf9yyQ==' };

/** Puts them below `folder`/node_modules. @throws in one sentence if npm cannot get them, or gives others. */
export async function fetchPackages(folder: string, wanted: PinnedPackage, environment: Environment): Promise<void> {
  for (const one of [wanted, protobuf]) await unpack(folder, one, environment);
  const union = join(folder, 'node_modules', '@tensorflow', 'tfjs');
  await mkdir(union, { recursive: true });
  await writeFile(join(union, 'package.json'), '{ "name": "@tensorflow/tfjs", "version": "0.0.0", "main": "index.js" }\n');
  await writeFile(join(union, 'index.js'), '// Stands in the place of the package of this name: the engine puts its own TensorFlow.js here while the backend is loaded.\nthrow new Error(\'loaded by Retort\\\'s tensorflow engine alone\');\n');
}

async function unpack(folder: string, { name, version, integrity }: PinnedPackage, environment: Environment): Promise<void> {
  const file = join(folder, await pack(folder, `${name}@${version}`, environment));
  const [algorithm = '', sum] = integrity.split(/-(.*)/s);
  const found = createHash(algorithm).update(await readFile(file)).digest('base64');
  if (found !== sum) throw new Error(`npm gave a ${name}@${version} that is not the published one (${algorithm} ${found}, not ${sum ?? ''}): see which registry npm asks, with npm config get registry`);
  const place = join(folder, 'node_modules', name);
  await mkdir(place, { recursive: true });
  try {
    await promisify(execFile)('tar', ['-xzf', file, '--strip-components=1', '-C', place], { env: environment });
  } catch (error) {
    throw new Error(`${name}@${version} could not be unpacked (${lastLine(error)}): apt-get install tar gzip, or your system's packages of these names`, { cause: error });
  }
  await rm(file);
}

/** Gives the name of the tarball. */
async function pack(folder: string, spec: string, environment: Environment): Promise<string> {
  try {
    const { stdout } = await promisify(execFile)('npm', ['pack', spec, '--json', '--ignore-scripts', '--prefer-offline', '--dry-run=false'], { cwd: folder, env: environment });
    const [{ filename }] = JSON.parse(stdout) as [{ filename: string }];
    return filename;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') throw new Error('npm is not on the path: it comes with Node (https://nodejs.org)', { cause: error });
    throw new Error(`npm could not get ${spec} (${lastLine(error)}): see whether npm reaches its registry, with npm ping, and run the same command again`, { cause: error });
  }
}

function lastLine(error: unknown): string {
  const { stderr = '', message } = error as Error & { stderr?: string };
  const lines = stderr.split('\n').filter((line) => /npm (error|ERR!)(?! (A complete log|code\b|errno\b))|^tar:/.test(line)).map((line) => line.replace(/^npm (error|ERR!)\s*/, '').trim()).filter((line) => line !== '');
  return lines[0] ?? message.split('\n')[0] ?? '';
}
