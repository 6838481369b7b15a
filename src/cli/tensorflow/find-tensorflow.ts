/**
 * Which TensorFlow the binding is built against: the Python package that RETORT_TENSORFLOW names, else the one of the Python on the path.
 * It stays where pip has put it, with CUDA's libraries beside it; nothing is loaded or run to find it but Python.
 */
import { readdir, readFile, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { answerOf, type Environment } from '../native/tools.ts';

export interface TensorFlow {
  /** The folder of the package, with its libraries and `include/`. */
  readonly folder: string;
  /** As pip has written it down beside the package: 2.21.0 */
  readonly version: string;
  readonly cuda: boolean;
  /** How it was found. */
  readonly by: string;
}

export interface SearchOptions {
  readonly environment: Environment;
  /** The Python to ask; those on the path unless said. */
  readonly python?: string | undefined;
  /** Whether it must be one for CUDA. */
  readonly gpu: boolean;
}

/** What the engine is compiled and tested against. */
const tested = '2.21.0';
export const tensorflowLibraries = ['libtensorflow_cc.so.2', 'libtensorflow_framework.so.2'] as const;

/** The command that gets one, and what it downloads. */
export const mendFor = (gpu: boolean): string =>
  gpu ? `pip install 'tensorflow[and-cuda]==${tested}' (572 MB, and NVIDIA's libraries of some gigabytes)` : `pip install tensorflow-cpu==${tested} (274 MB)`;

type Found = { readonly tensorflow: TensorFlow } | { readonly fault: string };

/** @throws in one sentence: what was found and will not do, and the command that gets one. */
export async function findTensorflow({ environment, python, gpu }: SearchOptions): Promise<TensorFlow> {
  const named = environment.RETORT_TENSORFLOW ?? '';
  const found = named === '' ? await inPython(environment, python) : await inFolder(resolve(named), 'RETORT_TENSORFLOW');
  const fault = 'fault' in found ? found.fault : gpu && !found.tensorflow.cuda ? `${found.tensorflow.by} (${found.tensorflow.folder}) is TensorFlow for the CPU` : undefined;
  if ('tensorflow' in found && fault === undefined) return found.tensorflow;
  const other = named === '' ? 'or let RETORT_TENSORFLOW name the folder of Python\'s package tensorflow' : 'and let RETORT_TENSORFLOW name the folder of Python\'s package tensorflow, or unset it';
  throw new Error(`${fault ?? ''}: ${named === '' && python !== undefined ? `${python} -m ` : ''}${mendFor(gpu)}, ${other}`);
}

/** A note where it is not the version that is tested. */
export function otherVersionNotice({ version }: TensorFlow): string | undefined {
  return version === tested ? undefined : `TensorFlow ${version} is not the one tested here (${tested})`;
}

async function inPython(environment: Environment, python: string | undefined): Promise<Found> {
  const question = 'import importlib.util as u; s = u.find_spec("tensorflow"); print(s.submodule_search_locations[0] if s and s.submodule_search_locations else "")';
  for (const command of python === undefined ? ['python3', 'python'] : [python]) {
    const folder = (await answerOf(command, ['-c', question], environment))?.trim();
    if (folder !== undefined && folder !== '') return inFolder(folder, `the tensorflow of ${command}`);
    if (python !== undefined) return { fault: folder === undefined ? `${python} does not run` : `${python} has no tensorflow` };
  }
  return { fault: 'no TensorFlow was found' };
}

/** The package itself, or a folder it was installed into with pip's --target. */
async function inFolder(named: string, by: string): Promise<Found> {
  const folder = (await isThere(join(named, 'tensorflow', tensorflowLibraries[0]))) ? join(named, 'tensorflow') : named;
  for (const library of tensorflowLibraries) if (!(await isThere(join(folder, library)))) return { fault: `${by} (${named}) has no ${library}` };
  if (!(await isThere(join(folder, 'include', 'tensorflow', 'c', 'eager', 'c_api.h')))) return { fault: `${by} (${folder}) has no headers (include/tensorflow/c/eager/c_api.h)` };
  const info = await readFile(join(folder, 'python', 'platform', 'build_info.py'), 'utf8').catch(() => '');
  return { tensorflow: { folder, version: await versionBeside(folder), cuda: info.includes('\'is_cuda_build\', True'), by } };
}

async function versionBeside(folder: string): Promise<string> {
  const names = await readdir(dirname(folder)).catch(() => []);
  return names.map((name) => /^tensorflow(?:_cpu)?-(\d.*)\.dist-info$/.exec(name)?.[1]).find((version) => version !== undefined) ?? 'of an unknown version';
}

async function isThere(path: string): Promise<boolean> {
  return stat(path).then(() => true, () => false);
}
