/**
 * Which LibTorch the addon is built against: the one RETORT_LIBTORCH names, else the one inside Python's `torch`, else the system's.
 * Headers and libraries are always those of one installation; nothing is loaded or run to find them but Python.
 */
import { readdir, readFile, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { answerOf, type Environment } from './tools.ts';

export interface LibTorch {
  readonly includeFolder: string;
  readonly libraryFolder: string;
  /** As its headers say: 2.13.0 */
  readonly version: string;
  readonly cuda: boolean;
  /** Which of libstdc++'s two forms of strings it was built with. */
  readonly cxx11Abi: boolean;
  /** How it was found. */
  readonly by: string;
}

export interface SearchOptions {
  readonly environment: Environment;
  /** The Python to ask; those on the path unless said. */
  readonly python?: string | undefined;
  /** Where a system keeps its libraries. */
  readonly prefixes?: readonly string[];
}

type Version = readonly [major: number, minor: number];

/** What the engine is compiled and tested against. */
const oldest: Version = [2, 11];
const newest: Version = [2, 13];
const supported = `${oldest.join('.')} to ${newest.join('.')}`;

/** The command that gets one, and what it downloads. */
const mend = 'pip install torch==2.13.0 (190 MB where pip has the build for processors alone, several GB where it has the one for CUDA)';

/** The search of one place: what is there, or what that place lacks, to be read after its name. */
type Found = { readonly libtorch: LibTorch } | { readonly fault: string };

/** @throws in one sentence: what was found and will not do, and the command that gets one. */
export async function findLibtorch({ environment, python, prefixes = ['/usr/local', '/usr', '/opt/libtorch'] }: SearchOptions): Promise<LibTorch> {
  const named = environment.RETORT_LIBTORCH ?? '';
  if (named !== '') {
    const found = await inFolder(resolve(named), 'RETORT_LIBTORCH');
    if ('libtorch' in found) return found.libtorch;
    throw new Error(`${found.fault}: let RETORT_LIBTORCH name the folder of an unpacked LibTorch, or of Python's torch package, ${supported}`);
  }
  const faults: string[] = [];
  for (const found of [await inPython(environment, python), python === undefined ? await inSystem(prefixes) : undefined]) {
    if (found === undefined) continue;
    if ('libtorch' in found) return found.libtorch;
    faults.push(found.fault);
  }
  const what = faults.length === 0 ? `no LibTorch was found` : `${faults.join('; ')} (LibTorch ${supported} is wanted)`;
  throw new Error(`${what}: ${python === undefined ? '' : `${python} -m `}${mend}, or let RETORT_LIBTORCH name the folder of one`);
}

/** A note where it came out after this version of ours. */
export function newerNotice({ version }: LibTorch): string | undefined {
  return isBelow(newest, versionNumbers(version)) ? `LibTorch ${version} is newer than those tested (${supported})` : undefined;
}

async function inPython(environment: Environment, python: string | undefined): Promise<Found | undefined> {
  const question = 'import importlib.util as u; s = u.find_spec("torch"); print(s.submodule_search_locations[0] if s and s.submodule_search_locations else "")';
  for (const command of python === undefined ? ['python3', 'python'] : [python]) {
    const folder = (await answerOf(command, ['-c', question], environment))?.trim();
    if (folder !== undefined && folder !== '') return inFolder(folder, `the torch of ${command}`);
    if (python !== undefined) return { fault: folder === undefined ? `${python} does not run` : `${python} has no torch` };
  }
  return undefined;
}

async function inSystem(prefixes: readonly string[]): Promise<Found | undefined> {
  let unfit: Found | undefined;
  for (const prefix of prefixes) {
    const inLib = await readdir(join(prefix, 'lib')).catch(() => []);
    const folders = ['lib', 'lib64', ...inLib.filter((name) => name.includes('-linux-')).map((name) => join('lib', name))].map((name) => join(prefix, name));
    for (const libraryFolder of folders) {
      if (!(await isThere(join(libraryFolder, 'libtorch_cpu.so')))) continue;
      const found = await inFolder(prefix, 'the system\'s LibTorch', libraryFolder);
      if ('libtorch' in found) return found;
      unfit ??= found;
    }
  }
  return unfit;
}

/** An installation with its headers in `root`/include. */
async function inFolder(root: string, by: string, libraryFolder = join(root, 'lib')): Promise<Found> {
  const includeFolder = join(root, 'include');
  const version = await versionOf(includeFolder);
  if (version === undefined) return { fault: `${by} (${root}) has no headers of LibTorch (include/torch)` };
  if (!(await isThere(join(libraryFolder, 'libtorch_cpu.so')))) return { fault: `${by} (${root}) has no libraries of LibTorch (lib/libtorch_cpu.so)` };
  if (isBelow(versionNumbers(version), oldest)) return { fault: `${by} (${root}) is LibTorch ${version}, which is too old` };
  return { libtorch: { includeFolder, libraryFolder, version, by, cuda: await isThere(join(libraryFolder, 'libtorch_cuda.so')), cxx11Abi: await hasCxx11Abi(root) } };
}

/** From the headers that are compiled; where they stand has changed over the versions. */
async function versionOf(includeFolder: string): Promise<string | undefined> {
  for (const header of ['torch/headeronly/version.h', 'torch/csrc/api/include/torch/version.h']) {
    const text = await readFile(join(includeFolder, header), 'utf8').catch(() => '');
    const numbers = ['MAJOR', 'MINOR', 'PATCH'].map((part) => new RegExp(`#define TORCH_VERSION_${part} (\\d+)`).exec(text)?.[1]);
    if (!numbers.includes(undefined)) return numbers.join('.');
  }
  return undefined;
}

/** The new form is the rule since 2.7; a build with the old one says so in its cmake package. */
async function hasCxx11Abi(root: string): Promise<boolean> {
  const config = await readFile(join(root, 'share', 'cmake', 'Torch', 'TorchConfig.cmake'), 'utf8').catch(() => '');
  return !config.includes('_GLIBCXX_USE_CXX11_ABI=0');
}

function versionNumbers(version: string): Version {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return [major, minor];
}

function isBelow([major, minor]: Version, [otherMajor, otherMinor]: Version): boolean {
  return major < otherMajor || (major === otherMajor && minor < otherMinor);
}

async function isThere(path: string): Promise<boolean> {
  return stat(path).then(() => true, () => false);
}
