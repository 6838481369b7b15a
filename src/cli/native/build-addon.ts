/**
 * Builds the addon: cmake in a temporary folder, the result loaded once in a process of its own, then put in its place in one step. It
 * is built again only when something that goes into it has changed.
 */
import { copyFile, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { availableParallelism, freemem, tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { writeFolderAtomically } from '../../storage/atomic.ts';
import { fingerprint } from '../../storage/hash.ts';
import type { LibTorch } from './find-libtorch.ts';
import { addonFile, type BuildRecord, nativeSources, nodeApiHeaders, readBuildRecord, recordFile, sourceFiles, sourcesId } from './package-folder.ts';
import { pinned, runTool } from './run-tool.ts';
import type { Environment, Tools } from './tools.ts';
import { loadElsewhere, requireOnly } from './trial-load.ts';

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
  const { root, libtorch, tools, environment, load = filesOfLibtorch } = options;
  const buildId = await sourcesId(nativeSources(root));
  const { by: _by, ...installation } = libtorch;
  const libraries = await librarySizes(libtorch);
  const key = fingerprint({ buildId, installation, libraries, tools, headers: await nodeApiHeaders(root), flags: compilerFlags.map((name) => environment[name] ?? '') });
  const before = await readBuildRecord(root);
  if (before?.key === key) return { record: before, upToDate: true };
  const folder = await mkdtemp(join(tmpdir(), 'retort-native-'));
  try {
    await configure(folder, options);
    const compiled = await compile(folder, options);
    await requireOnly(libtorch.libraryFolder, await load(compiled, environment));
    const bytes = { ...libraries, [basename(addonFile(root))]: (await stat(compiled)).size };
    const record: BuildRecord = { key, buildId, libtorch: libtorch.libraryFolder, version: libtorch.version, cuda: libtorch.cuda, compiler: tools.compilerVersion, bytes };
    await writeFolderAtomically(dirname(addonFile(root)), async (temporary) => {
      await copyFile(compiled, join(temporary, basename(addonFile(root))));
      await writeFile(join(temporary, basename(recordFile(root))), `${JSON.stringify(record, undefined, 2)}\n`);
    });
    return { record, upToDate: false };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Bytes by path, of those of its libraries that the addon is linked with. */
async function librarySizes({ libraryFolder }: LibTorch): Promise<Record<string, number>> {
  const sizes: Record<string, number> = {};
  for (const name of ['torch', 'torch_cpu', 'c10', 'torch_cuda', 'c10_cuda']) {
    const path = join(libraryFolder, `lib${name}.so`);
    const size = await stat(path).then((found) => found.size, () => undefined);
    if (size !== undefined) sizes[path] = size;
  }
  return sizes;
}

async function filesOfLibtorch(addon: string, environment: Environment): Promise<readonly string[]> {
  return (await loadElsewhere(addon, { environment, libraries: '(torch_cpu|torch_cuda|c10|c10_cuda)' })).files;
}

/** What cmake and the compiler read from the environment. */
const compilerFlags = ['CXXFLAGS', 'CPPFLAGS', 'LDFLAGS'];

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
    RETORT_TORCH_VERSION: libtorch.version,
  };
  await runTool('cmake', ['-G', tools.generator, '-S', sources, '-B', folder, ...Object.entries(definitions).map(([name, value]) => `-D${name}=${value}`)], { what: 'the addon', environment: pinned(environment) });
}

/** Gives the compiled file. */
async function compile(folder: string, { root, environment, jobs, onProgress }: BuildOptions): Promise<string> {
  const total = (await sourceFiles(nativeSources(root))).filter((file) => file.endsWith('.cc')).length;
  let begun = 0;
  await runTool('cmake', ['--build', folder, '--parallel', String(jobs ?? usualJobs())], {
    what: 'the addon',
    environment: pinned(environment),
    onLine: (line) => {
      if (/Building CXX object .*\.cc\.o/.test(line)) onProgress?.(begun++, total);
      else if (line.includes('Linking CXX')) onProgress?.(total, total);
    },
  });
  return join(folder, basename(addonFile(root)));
}

/** A file takes the compiler up to 1.5 GB. */
function usualJobs(): number {
  return Math.max(1, Math.min(availableParallelism(), Math.floor(freemem() / 1.5e9)));
}
