/**
 * The tools that build the addon, as they are on the path: cmake, a C++ compiler and make or ninja. Each that is missing is said in one
 * sentence with the command that gets it (sizes: Debian's packages with all they need).
 */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

export type Environment = Readonly<Record<string, string | undefined>>;

export interface Tools {
  /** `cmake version 3.25.1` */
  readonly cmake: string;
  /** The command. */
  readonly compiler: string;
  /** The first line of its `--version`. */
  readonly compilerVersion: string;
  readonly generator: 'Unix Makefiles' | 'Ninja';
}

/** @throws naming what is missing. */
export async function findTools(environment: Environment): Promise<Tools> {
  const cmake = await firstLine('cmake', ['--version'], environment);
  if (cmake === undefined) throw new Error('cmake is not on the path: apt-get install cmake (about 25 MB), or pip install cmake (about 30 MB), or your system\'s package of that name');
  const { compiler, version } = await findCompiler(environment);
  const generator = (await firstLine('make', ['--version'], environment)) !== undefined ? 'Unix Makefiles' : (await firstLine('ninja', ['--version'], environment)) !== undefined ? 'Ninja' : undefined;
  if (generator === undefined) throw new Error('neither make nor ninja is on the path: apt-get install make (about 2 MB), or your system\'s package of that name');
  return { cmake, compiler, compilerVersion: version, generator };
}

/** CXX, or the first there is. @throws naming what is missing. */
export async function findCompiler(environment: Environment): Promise<{ compiler: string; version: string }> {
  const named = environment.CXX ?? '';
  for (const compiler of named === '' ? ['c++', 'g++', 'clang++'] : [named]) {
    const version = await firstLine(compiler, ['--version'], environment);
    if (version !== undefined) return { compiler, version };
  }
  if (named !== '') throw new Error(`CXX names ${named}, which does not run: unset CXX, or let it name a C++ compiler`);
  throw new Error('no C++ compiler is on the path (c++, g++ or clang++): apt-get install g++ (about 70 MB), or your system\'s package of that name');
}

async function firstLine(command: string, words: readonly string[], environment: Environment): Promise<string | undefined> {
  return (await answerOf(command, words, environment))?.split('\n')[0]?.trim();
}

/** What a command prints; undefined where there is no such command, or it fails. */
export async function answerOf(command: string, words: readonly string[], environment: Environment): Promise<string | undefined> {
  try {
    const { stdout } = await promisify(execFile)(command, [...words], { env: environment, timeout: 60_000 });
    return stdout;
  } catch {
    return undefined;
  }
}
