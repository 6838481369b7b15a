/**
 * Loading what was built once, in a process of its own, which a fault may end; and whether the libraries that came with it are those of
 * the installation it was built against.
 */
import { execFile } from 'node:child_process';
import { realpath } from 'node:fs/promises';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import type { Environment } from './tools.ts';

export interface Trial {
  readonly environment: Environment;
  /** The libraries to tell of: what stands between `lib` and `.so` in their names, as a regular expression. */
  readonly libraries: string;
  /** A property of what is loaded. */
  readonly property?: string;
}

const trial = `const loaded = require(process.argv[1]);
const mapped = require('node:fs').readFileSync('/proc/self/maps', 'utf8').split('\\n').map((line) => line.slice(line.indexOf('/')));
const wanted = new RegExp('/lib' + process.argv[2] + '[.]so');
process.stdout.write('\\n' + JSON.stringify({ files: [...new Set(mapped)].filter((file) => wanted.test(file)), property: loaded[process.argv[3]] }));`;

/** @throws if it does not load. */
export async function loadElsewhere(addon: string, { environment, libraries, property = '' }: Trial): Promise<{ readonly files: readonly string[]; readonly property?: unknown }> {
  try {
    const { stdout } = await promisify(execFile)(process.execPath, ['-e', trial, addon, libraries, property], { env: environment });
    return JSON.parse(stdout.slice(stdout.lastIndexOf('\n'))) as { files: string[] };
  } catch (error) {
    const { stderr = '', message } = error as Error & { stderr?: string };
    const reason = stderr.split('\n').find((line) => /^\w*Error: |symbol lookup error/.test(line)) ?? message;
    throw new Error(`the addon was built but does not load: ${reason.replace(/^Error: /, '')}`, { cause: error });
  }
}

/** @throws if `files` do not all lie in `libraryFolder`. */
export async function requireOnly(libraryFolder: string, files: readonly string[]): Promise<void> {
  const chosen = await realpath(libraryFolder);
  const strays: string[] = [];
  for (const file of files) if (dirname(await realpath(file)) !== chosen) strays.push(file);
  if (strays.length > 0) throw new Error(`the addon was built against ${chosen}, but loads ${strays.join(', ')}: take these out of LD_PRELOAD and LD_LIBRARY_PATH`);
}
