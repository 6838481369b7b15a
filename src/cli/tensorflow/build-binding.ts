/**
 * Builds TensorFlow.js's own binding, unchanged, against the TensorFlow of a Python wheel: two files of C++, the libraries where pip has
 * put them, and the headers of Node-API from npm. The result is loaded once in a process of its own, then put in its place in one step.
 */
import { copyFile, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { bindingName, recordName, tensorflowPlace } from '../../engine/tensorflow/binding.ts';
import { writeFolderAtomically } from '../../storage/atomic.ts';
import { fingerprint } from '../../storage/hash.ts';
import { nodeApiHeaders } from '../native/package-folder.ts';
import { pinned, runTool } from '../native/run-tool.ts';
import type { Environment } from '../native/tools.ts';
import { loadElsewhere, requireOnly } from '../native/trial-load.ts';
import { fetchPackages, type PinnedPackage } from './fetch-packages.ts';
import { type TensorFlow, tensorflowLibraries } from './find-tensorflow.ts';

export interface BindingOptions {
  /** The package's folder. */
  readonly root: string;
  readonly tensorflow: TensorFlow;
  /** Whose sources are compiled. */
  readonly wanted: PinnedPackage;
  readonly compiler: { readonly compiler: string; readonly version: string };
  readonly environment: Environment;
  readonly note?: (sentence: string) => void;
  /** Puts the package below a folder's node_modules. */
  readonly fetch?: typeof fetchPackages;
  /** Loads a binding somewhere: the libraries that come with it, and its TF_Version. */
  readonly load?: (binding: string, environment: Environment) => Promise<{ readonly files: readonly string[]; readonly property?: unknown }>;
}

const recordSchema = z.object({
  /** Of all that went into it. */
  key: z.string(),
  /** What the engine reads: whose binding it is, TensorFlow's version as it says itself, and whether that is one for CUDA. */
  package: z.string(),
  version: z.string(),
  cuda: z.boolean(),
  tensorflow: z.string(),
  node: z.string(),
  compiler: z.string(),
});
export type BindingRecord = Readonly<z.infer<typeof recordSchema>>;

export const bindingFolder = (root: string): string => join(root, ...tensorflowPlace);
export const bindingFile = (root: string): string => join(bindingFolder(root), bindingName);

/** Undefined where nothing was built. */
export async function readRecord(root: string): Promise<BindingRecord | undefined> {
  try {
    await stat(bindingFile(root));
    return recordSchema.parse(JSON.parse(await readFile(join(bindingFolder(root), recordName), 'utf8')));
  } catch {
    return undefined;
  }
}

/** What the compiler reads from the environment. */
const compilerFlags = ['CXXFLAGS', 'CPPFLAGS', 'LDFLAGS'];

/** @throws in words if it cannot be fetched, does not compile or does not load; what was there before then stays. */
export async function buildBinding(options: BindingOptions): Promise<{ readonly record: BindingRecord; readonly upToDate: boolean }> {
  const { root, tensorflow: { by: _by, ...installation }, wanted, compiler, environment, note = () => undefined, fetch = fetchPackages, load = loadOnCpu } = options;
  const headers = await nodeApiHeaders(root);
  const libraries = await Promise.all(tensorflowLibraries.map((name) => stamp(join(installation.folder, name))));
  const key = fingerprint({ installation, libraries, wanted, compiler, headers, node: process.version, flags: compilerFlags.map((name) => environment[name] ?? '') });
  const before = await readRecord(root);
  if (before?.key === key) return { record: before, upToDate: true };
  const folder = await mkdtemp(join(tmpdir(), 'retort-tensorflow-'));
  try {
    let record: BindingRecord | undefined;
    await writeFolderAtomically(bindingFolder(root), async (temporary) => {
      note(`getting ${wanted.name}@${wanted.version}`);
      await fetch(temporary, wanted, environment);
      const compiled = join(folder, bindingName);
      note('compiling its binding');
      await compile(join(temporary, 'node_modules', wanted.name, 'binding'), compiled, { ...options, headers });
      const { files, property } = await load(compiled, environment);
      await requireOnly(installation.folder, files);
      await copyFile(compiled, join(temporary, bindingName));
      record = { key, package: wanted.name, version: String(property), cuda: installation.cuda, tensorflow: installation.folder, node: process.version, compiler: compiler.version };
      await writeFile(join(temporary, recordName), `${JSON.stringify(record, undefined, 2)}\n`);
    });
    return { record: record!, upToDate: false };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** What changes when pip puts another one in the same place. */
async function stamp(file: string): Promise<readonly number[]> {
  const { size, mtimeMs } = await stat(file);
  return [size, mtimeMs];
}

async function compile(sources: string, result: string, { tensorflow: { folder }, compiler: { compiler }, environment, headers }: BindingOptions & { headers: string }): Promise<void> {
  const given = (name: string) => (environment[name] ?? '').split(/\s+/).filter((word) => word !== '');
  await runTool(compiler, [
    '-std=c++17', '-O2', '-fPIC', '-shared', '-DNAPI_VERSION=8', ...given('CPPFLAGS'), ...given('CXXFLAGS'), '-I', headers, '-I', join(folder, 'include'),
    'tfjs_backend.cc', 'tfjs_binding.cc', '-o', result, ...given('LDFLAGS'), '-L', folder, ...tensorflowLibraries.map((name) => `-l:${name}`), `-Wl,-rpath,${folder}`,
  ], { what: 'the binding', environment: pinned(environment), folder: sources });
}

/** A GPU is not woken for the trial. */
async function loadOnCpu(binding: string, environment: Environment): Promise<{ readonly files: readonly string[]; readonly property?: unknown }> {
  return loadElsewhere(binding, { environment: { ...environment, CUDA_VISIBLE_DEVICES: '-1' }, libraries: 'tensorflow_(cc|framework)', property: 'TF_Version' });
}
