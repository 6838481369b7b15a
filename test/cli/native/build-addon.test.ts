// Building with a cmake that only pretends, so that what is around it can be watched; and, where the real one is, what it is told.
import { existsSync } from 'node:fs';
import { cp, mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { buildAddon, type BuildOptions, configure } from '../../../src/cli/native/build-addon.ts';
import { findLibtorch } from '../../../src/cli/native/find-libtorch.ts';
import { addonFile, nativeSources, packageFolder, recordFile } from '../../../src/cli/native/package-folder.ts';
import { findTools } from '../../../src/cli/native/tools.ts';
import { temporaryFolder } from '../../storage/temporary-folder.ts';
import { layCommands, layLibtorch } from './installations.ts';

/** `-B FOLDER` configures, `--build FOLDER` compiles two files; each run leaves a line in calls. */
const cmake = `case "$1" in
--version) echo cmake version 3.25.1 ;;
--build)
  echo "build $*" >> "$CALLS"
  if [ -n "$BROKEN" ]; then echo "addon.cc:7:1: error: no such thing"; echo "make: *** stop"; exit 2; fi
  echo "[ 33%] Building CXX object addon.cc.o"; echo "[ 66%] Building CXX object command.cc.o"; echo "[100%] Linking CXX shared module"
  echo "made $(wc -l < "$CALLS")" > "$2/retort-torch.node" ;;
*) echo "configure $*" >> "$CALLS" ;;
esac`;

/** A package of two sources, an installation of LibTorch, and the pretended tools. */
async function workplace(t: ExecutionContext) {
  const folder = await temporaryFolder(t);
  const root = join(folder, 'package');
  await mkdir(nativeSources(root), { recursive: true });
  for (const file of ['addon.cc', 'command.cc', 'CMakeLists.txt']) await writeFile(join(nativeSources(root), file), `// ${file}\n`);
  await writeFile(join(root, 'package.json'), '{}');
  await symlink(join(packageFolder(), 'node_modules'), join(root, 'node_modules'));
  const PATH = await layCommands(join(folder, 'bin'), { cmake, 'c++': 'echo c++ 12', make: 'echo make' });
  const calls = join(folder, 'calls');
  const environment: Record<string, string> = { PATH: `${PATH}:/usr/bin:/bin`, CALLS: calls, RETORT_LIBTORCH: await layLibtorch(join(folder, 'torch')) };
  const libtorch = await findLibtorch({ environment });
  const options: BuildOptions = { root, libtorch, environment, tools: await findTools(environment), load: () => Promise.resolve([join(libtorch.libraryFolder, 'libc10.so')]) };
  return { folder, root, options, environment, called: async () => (await readFile(calls, 'utf8')).trim().split('\n') };
}

test('built once; again only when sources, LibTorch, compiler or flags change', async (t) => {
  const { folder, root, options, environment } = await workplace(t);
  const build = async (changes: Partial<BuildOptions> = {}) => (await buildAddon({ ...options, ...changes })).upToDate;
  t.false(await build());
  const made = await readFile(addonFile(root), 'utf8');
  t.true(await build());
  t.is(await readFile(addonFile(root), 'utf8'), made);
  t.true(await build({ libtorch: { ...options.libtorch, by: 'another way' } }), 'how it was found is no difference');
  await writeFile(join(nativeSources(root), 'addon.cc'), '// changed\n');
  t.false(await build());
  t.true(await build());
  t.false(await build({ libtorch: { ...options.libtorch, version: '2.12.0' } }));
  t.false(await build({ tools: { ...options.tools, compilerVersion: 'c++ 13' } }));
  await writeFile(join(options.libtorch.libraryFolder, 'libc10.so'), 'another build of the same version');
  t.false(await build());
  t.like(JSON.parse(await readFile(recordFile(root), 'utf8')), { bytes: { [join(options.libtorch.libraryFolder, 'libc10.so')]: 33, 'retort-torch.node': (await readFile(addonFile(root))).byteLength } });
  t.false(await build({ environment: { ...environment, CXXFLAGS: '-march=native' } }));
  t.deepEqual((await readdir(dirname(addonFile(root)))).sort(), ['build.json', 'retort-torch.node']);
  t.deepEqual((await readdir(join(root, 'build'))), ['native'], 'half-written folders stay behind');
  t.true(existsSync(folder));
});

test('what fails leaves the addon of before, and says why', async (t) => {
  const { root, options, environment } = await workplace(t);
  await buildAddon(options);
  const before = [await readFile(addonFile(root), 'utf8'), await readFile(recordFile(root), 'utf8')];
  await writeFile(join(nativeSources(root), 'addon.cc'), '// changed\n');
  const elsewhere = await layLibtorch(join(root, 'other'));
  for (const [changes, message] of [
    [{ environment: { ...environment, BROKEN: 'yes' } }, 'the addon could not be built (cmake: 2):\naddon.cc:7:1: error: no such thing'],
    [{ load: () => Promise.reject(new Error('it does not load')) }, 'it does not load'],
    [{ load: () => Promise.resolve([join(elsewhere, 'lib', 'libtorch_cpu.so')]) }, /^the addon was built against \S+torch\/lib, but loads \S+other\/lib\/libtorch_cpu\.so: take these out of LD_PRELOAD and LD_LIBRARY_PATH$/],
    [{ load: undefined as never }, /^the addon was built but does not load: .*(file too short|invalid ELF header)/],
  ] as const) {
    await t.throwsAsync(buildAddon({ ...options, ...changes }), { message });
    t.deepEqual([await readFile(addonFile(root), 'utf8'), await readFile(recordFile(root), 'utf8')], before);
  }
  t.deepEqual(await readdir(join(root, 'build')), ['native']);
});

test('progress counts the files that are done', async (t) => {
  const { options } = await workplace(t);
  const seen: string[] = [];
  await buildAddon({ ...options, jobs: 3, onProgress: (compiled, files) => seen.push(`${compiled}/${files}`) });
  t.deepEqual(seen, ['0/2', '1/2', '2/2']);
});

test('cmake is told the chosen installation and nothing else', async (t) => {
  const { options, called } = await workplace(t);
  await buildAddon({ ...options, jobs: 3 });
  const [first = '', second = ''] = await called();
  for (const part of [`-DRETORT_TORCH_INCLUDE_DIR=${options.libtorch.includeFolder}`, `-DRETORT_TORCH_LIB_DIR=${options.libtorch.libraryFolder}`, '-DRETORT_CXX11_ABI=1', '-DCMAKE_CXX_COMPILER=c++', '-G Unix Makefiles']) t.true(first.includes(part), part);
  t.regex(second, /--parallel 3$/);
});

test('with the real cmake, headers and libraries are the chosen ones, whatever the environment offers', async (t) => {
  const tools = await findTools(process.env).catch((error: unknown) => t.log(`skipped: ${String(error)}`));
  if (tools === undefined) {
    t.pass();
    return;
  }
  const folder = await temporaryFolder(t);
  const [chosen, other] = [await layLibtorch(join(folder, 'chosen'), { cuda: true }), await layLibtorch(join(folder, 'other'))];
  const root = join(folder, 'package');
  await cp(nativeSources(packageFolder()), nativeSources(root), { recursive: true });
  await writeFile(join(root, 'package.json'), '{}');
  await symlink(join(packageFolder(), 'node_modules'), join(root, 'node_modules'));
  const [include, lib] = [join(other, 'include'), join(other, 'lib')];
  const environment = { ...process.env, CPATH: include, CPLUS_INCLUDE_PATH: include, LIBRARY_PATH: lib, LD_RUN_PATH: lib, CMAKE_PREFIX_PATH: other, Torch_DIR: join(other, 'share', 'cmake', 'Torch'), CMAKE_EXPORT_COMPILE_COMMANDS: 'ON' };
  const place = join(folder, 'build');
  const libtorch = await findLibtorch({ environment: { ...environment, RETORT_LIBTORCH: chosen } });
  await configure(place, { root, libtorch, environment, tools: { ...tools, generator: 'Unix Makefiles' } });

  const commands = JSON.parse(await readFile(join(place, 'compile_commands.json'), 'utf8')) as { command: string; file: string }[];
  t.true(commands.length > 5);
  for (const { command, file } of commands) {
    if (file.endsWith('_cuda.cc')) continue; // these alone may see CUDA's headers, where this machine has them
    const folders = [...command.matchAll(/(?:-I|-isystem )(\S+)/g)].map(([, found = '']) => found);
    t.deepEqual(folders.filter((found) => !found.endsWith('node-api-headers/include')), [join(chosen, 'include'), join(chosen, 'include', 'torch', 'csrc', 'api', 'include')]);
    t.true(command.includes('-D_GLIBCXX_USE_CXX11_ABI=1') && /-DRETORT_BUILD_ID=\\?"[0-9a-f]{16}/.test(command), command);
  }
  const link = await readFile(join(place, 'CMakeFiles', 'retort_torch.dir', 'link.txt'), 'utf8');
  // These libraries are empty, so cmake names them by -l; real ones it names by their paths.
  t.deepEqual([...link.matchAll(/ -L(\S+)/g)].map(([, found]) => found), [join(chosen, 'lib')]);
  t.deepEqual([...link.matchAll(/ -l(\S+)/g)].map(([, found]) => found), ['torch', 'torch_cpu', 'c10', 'torch_cuda', 'c10_cuda']);
  t.true(link.includes(`-Wl,-rpath,${join(chosen, 'lib')}`), link);
  t.false((await readFile(join(place, 'CMakeCache.txt'), 'utf8')).includes(other));
});
