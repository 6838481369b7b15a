/**
 * Builds the addon: cmake in a temporary folder, the result loaded once in a process of its own, then put in its place in one step. It
 * is built again only when something that goes into it has changed.
 */
import { execFile, spawn } from 'node:child_process';
import { copyFile, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, freemem, tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { writeFolderAtomically } from '../../storage/atomic.ts';
import { fingerprint } from '../../storage/hash.ts';
import type { LibTorch } from './find-libtorch.ts';
import { addonFile, type BuildRecord, nativeSources, nodeApiHeaders, readBuildRecord, recordFile, sourceFiles, sourcesId } from './package-folder.ts';
import type { Environment, Tools } from './tools.ts';

export interface BuildOptions {
  /** The package's folder. */
  readonly root: string;
  readonly libtorch: LibTorch;
  readonly tools: Tools;
  readonly environment: Environment;
  /** Files compiled at a time. */
  readonly jobs?: number | undefined;
  readonly onProgress?: (compiled: number, files: number) => void;
  /** Loads an addon somewhere and gives the files of LibTorch that come with it. */
  readonly load?: (addon: string, environment: Environment) => Promise<readonly string[]>;
}

export interface Built {
  readonly record: BuildRecord;
  readonly upToDate: boolean;
}

/** @throws in words if it does not compile, does not load, or loads another LibTorch; what was there before then stays. */
export async function buildAddon(options: BuildOptions): Promise<Built> {
  const { root, libtorch, tools, environment, load = loadElsewhere } = options;
  const buildId = await sourcesId(nativeSources(root));
  const { by: _by, ...installation } = libtorch;
  const key = fingerprint({ buildId, installation, tools, headers: await nodeApiHeaders(root), flags: compilerFlags.map((name) => environment[name] ?? '') });
  const before = await readBuildRecord(root);
  if (before?.key === key) return { record: before, upToDate: true };
  const record: BuildRecord = { key, buildId, libtorch: libtorch.libraryFolder, version: libtorch.version, cuda: libtorch.cuda, compiler: tools.compilerVersion };
  const folder = await mkdtemp(join(tmpdir(), 'retort-native-'));
  try {
    await configure(folder, options);
    const compiled = await compile(folder, options);
    await requireOnly(libtorch, await load(compiled, environment));
    await writeFolderAtomically(dirname(addonFile(root)), async (temporary) => {
      await copyFile(compiled, join(temporary, basename(addonFile(root))));
      await writeFile(join(temporary, basename(recordFile(root))), `${JSON.stringify(record, undefined, 2)}\n`);
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  return { record, upToDate: false };
}

/** What cmake and the compiler read from the environment. */
const compilerFlags = ['CXXFLAGS', 'CPPFLAGS', 'LDFLAGS'];
/** What would put headers or libraries of another installation before the chosen ones. */
const searchPaths = ['CPATH', 'C_INCLUDE_PATH', 'CPLUS_INCLUDE_PATH', 'LIBRARY_PATH', 'LD_RUN_PATH', 'CMAKE_PREFIX_PATH', 'CMAKE_GENERATOR', 'Torch_DIR', 'Caffe2_DIR'];

function pinned(environment: Environment): Environment {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !searchPaths.includes(name)));
}

/** Lays out the build in `folder`. */
export async function configure(folder: string, { root, libtorch, tools, environment }: BuildOptions): Promise<void> {
  const sources = nativeSources(root);
  const definitions = {
    CMAKE_CXX_COMPILER: tools.compiler,
    RETORT_TORCH_INCLUDE_DIR: libtorch.includeFolder,
    RETORT_TORCH_LIB_DIR: libtorch.libraryFolder,
    RETORT_CXX11_ABI: libtorch.cxx11Abi ? '1' : '0',
    RETORT_NODE_HEADERS: await nodeApiHeaders(root),
    RETORT_BUILD_ID: await sourcesId(sources),
  };
  await run('cmake', ['-G', tools.generator, '-S', sources, '-B', folder, ...Object.entries(definitions).map(([name, value]) => `-D${name}=${value}`)], { environment: pinned(environment) });
}

/** Gives the compiled file. */
async function compile(folder: string, { root, environment, jobs, onProgress }: BuildOptions): Promise<string> {
  const total = (await sourceFiles(nativeSources(root))).filter((file) => file.endsWith('.cc')).length;
  let begun = 0;
  await run('cmake', ['--build', folder, '--parallel', String(jobs ?? usualJobs())], {
    environment: pinned(environment),
    onLine: (line) => {
      if (line.includes('Building CXX object')) onProgress?.(begun++, total);
      else if (line.includes('Linking CXX')) onProgress?.(total, total);
    },
  });
  return join(folder, basename(addonFile(root)));
}

/** A file takes the compiler up to 1.5 GB. */
function usualJobs(): number {
  return Math.max(1, Math.min(availableParallelism(), Math.floor(freemem() / 1.5e9)));
}

/** @throws with what the command last said, errors first. */
async function run(command: string, words: readonly string[], { environment, onLine }: { environment: Environment; onLine?: (line: string) => void }): Promise<void> {
  const child = spawn(command, [...words], { env: environment, stdio: ['ignore', 'pipe', 'pipe'] });
  const lines: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    let rest = '';
    stream.setEncoding('utf8').on('data', (text: string) => {
      const parts = (rest + text).split('\n');
      rest = parts.pop() ?? '';
      for (const line of parts) onLine?.(line);
      lines.push(...parts);
    });
  }
  const ended = await new Promise<string>((done, failed) => {
    child.on('error', failed);
    child.on('close', (code, signal) => done(signal ?? String(code)));
  });
  if (ended === '0') return;
  if (lines.some((line) => /Killed|fatal error: Killed|signal terminated program/.test(line))) throw new Error('the compiler was killed, most likely for want of memory: give it less to do at once, with --jobs 1');
  const faults = lines.filter((line) => /\berror\b|CMake Error/i.test(line)).slice(0, 8);
  throw new Error(`the addon could not be built (${command}: ${ended}):\n${(faults.length > 0 ? faults : lines.slice(-20)).join('\n')}`);
}

/** Says which files of LibTorch it brought into the process. */
const trial = `require(process.argv[1]);
const mapped = require('node:fs').readFileSync('/proc/self/maps', 'utf8').split('\\n').map((line) => line.slice(line.indexOf('/')));
process.stdout.write('\\n' + JSON.stringify([...new Set(mapped)].filter((file) => /\\/lib(torch_cpu|torch_cuda|c10|c10_cuda)\\.so/.test(file))));`;

/** In a process of its own, which a fault may end. */
async function loadElsewhere(addon: string, environment: Environment): Promise<readonly string[]> {
  try {
    const { stdout } = await promisify(execFile)(process.execPath, ['-e', trial, addon], { env: environment });
    return JSON.parse(stdout.slice(stdout.lastIndexOf('\n'))) as string[];
  } catch (error) {
    const { stderr = '', message } = error as Error & { stderr?: string };
    const reason = stderr.split('\n').find((line) => /^\w*Error: |symbol lookup error/.test(line)) ?? message;
    throw new Error(`the addon was built but does not load: ${reason.replace(/^Error: /, '')}`, { cause: error });
  }
}

/** @throws if `files` are not all of this LibTorch. */
async function requireOnly({ libraryFolder }: LibTorch, files: readonly string[]): Promise<void> {
  const chosen = await realpath(libraryFolder);
  const strays: string[] = [];
  for (const file of files) if (dirname(await realpath(file)) !== chosen) strays.push(file);
  if (strays.length > 0) throw new Error(`the addon was built against ${chosen}, but loads ${strays.join(', ')}: take these out of LD_PRELOAD and LD_LIBRARY_PATH`);
}
