import { join } from 'node:path';
import test from 'ava';
import { findLibtorch, newerNotice } from '../../../src/cli/native/find-libtorch.ts';
import { temporaryFolder } from '../../storage/temporary-folder.ts';
import { layCommands, layLibtorch } from './installations.ts';

const nowhere: readonly string[] = [];

/** A PATH with a python3 that has (or has not) a torch. */
const pythonWith = (folder: string, torch = '') => layCommands(folder, { python3: `echo ${torch}` });

test('RETORT_LIBTORCH comes first, then Python, then the system', async (t) => {
  const root = await temporaryFolder(t);
  const [named, inPython, prefix] = await Promise.all(['named', 'python', 'usr'].map((name) => layLibtorch(join(root, name))));
  const PATH = await pythonWith(join(root, 'bin'), inPython);
  const prefixes = [prefix ?? ''];
  const by = async (environment: Record<string, string>) => (await findLibtorch({ environment, prefixes })).by;
  t.is(await by({ RETORT_LIBTORCH: named ?? '', PATH }), 'RETORT_LIBTORCH');
  t.is(await by({ PATH }), 'the torch of python3');
  t.is(await by({ PATH: join(root, 'empty') }), 'the system\'s LibTorch');
  t.is((await findLibtorch({ environment: { PATH: '' }, python: join(PATH, 'python3'), prefixes })).includeFolder, join(inPython ?? '', 'include'));
});

test('what is found: folders of one installation, version, CUDA, the form of strings', async (t) => {
  const root = await layLibtorch(join(await temporaryFolder(t), 'torch'), { version: '2.11.0', cuda: true });
  const found = await findLibtorch({ environment: { RETORT_LIBTORCH: root, PATH: '' }, prefixes: nowhere });
  t.deepEqual(found, { includeFolder: join(root, 'include'), libraryFolder: join(root, 'lib'), version: '2.11.0', cuda: true, cxx11Abi: true, by: 'RETORT_LIBTORCH' });
  await layLibtorch(root, { version: '2.12.1', oldHeader: true, cmake: 'set(TORCH_CXX_FLAGS "-D_GLIBCXX_USE_CXX11_ABI=0")' });
  const { cxx11Abi } = await findLibtorch({ environment: { RETORT_LIBTORCH: root }, prefixes: nowhere });
  t.false(cxx11Abi);
});

test('a system keeps libraries in a folder named after the processor', async (t) => {
  const prefix = await layLibtorch(join(await temporaryFolder(t), 'usr'), { version: '2.12.0', oldHeader: true, libraries: join('lib', 'x86_64-linux-gnu') });
  const found = await findLibtorch({ environment: { PATH: '' }, prefixes: [join(prefix, 'none'), prefix] });
  t.deepEqual([found.libraryFolder, found.version], [join(prefix, 'lib', 'x86_64-linux-gnu'), '2.12.0']);
});

test('an old Python\'s torch does not hide a good one of the system, and is told where there is none', async (t) => {
  const root = await temporaryFolder(t);
  const old = await layLibtorch(join(root, 'old'), { version: '1.13.1', oldHeader: true });
  const good = await layLibtorch(join(root, 'usr'));
  const PATH = await pythonWith(join(root, 'bin'), old);
  t.is((await findLibtorch({ environment: { PATH }, prefixes: [good] })).version, '2.13.0');
  await t.throwsAsync(findLibtorch({ environment: { PATH }, prefixes: nowhere }), {
    message: `the torch of python3 (${old}) is LibTorch 1.13.1, which is too old (LibTorch 2.11 to 2.13 is wanted): pip install torch==2.13.0 (190 MB where pip has the build for processors alone, several GB where it has the one for CUDA), or let RETORT_LIBTORCH name the folder of one`,
  });
});

test('each thing that is missing is one sentence', async (t) => {
  const root = await temporaryFolder(t);
  const without = await layLibtorch(join(root, 'headers-only'), { libraries: '' });
  const bare = await pythonWith(join(root, 'bin'));
  const mend = 'let RETORT_LIBTORCH name the folder of an unpacked LibTorch, or of Python\'s torch package, 2.11 to 2.13';
  for (const [environment, python, message] of [
    [{ PATH: '' }, undefined, /^no LibTorch was found: pip install torch==2\.13\.0 \(190 MB [^\n]*, or let RETORT_LIBTORCH name the folder of one$/],
    [{ PATH: bare }, undefined, /^no LibTorch was found: pip install/],
    [{ PATH: '' }, join(bare, 'python3'), /python3 has no torch \(LibTorch 2\.11 to 2\.13 is wanted\): \S+python3 -m pip install torch==2\.13\.0/],
    [{ PATH: '' }, join(root, 'python9'), /python9 does not run/],
    [{ RETORT_LIBTORCH: root }, undefined, new RegExp(`^RETORT_LIBTORCH \\(${root}\\) has no headers of LibTorch \\(include/torch\\): ${mend}$`)],
    [{ RETORT_LIBTORCH: without }, undefined, new RegExp(`^RETORT_LIBTORCH \\(${without}\\) has no libraries of LibTorch \\(lib/libtorch_cpu\\.so\\): ${mend}$`)],
  ] as const) await t.throwsAsync(findLibtorch({ environment, python, prefixes: nowhere }), { message });
});

test('a newer one is taken, with a notice', async (t) => {
  const root = await layLibtorch(await temporaryFolder(t), { version: '2.14.0' });
  const found = await findLibtorch({ environment: { RETORT_LIBTORCH: root }, prefixes: nowhere });
  t.is(newerNotice(found), 'LibTorch 2.14.0 is newer than those tested (2.11 to 2.13)');
  t.is(newerNotice({ ...found, version: '2.13.1' }), undefined);
});
