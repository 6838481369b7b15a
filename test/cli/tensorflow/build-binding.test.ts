// Building with a compiler that only pretends, so that what is around it can be watched.
import { mkdir, readdir, readFile, symlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { findCompiler } from '../../../src/cli/native/tools.ts';
import { packageFolder } from '../../../src/cli/native/package-folder.ts';
import { bindingFile, bindingFolder, type BindingOptions, buildBinding } from '../../../src/cli/tensorflow/build-binding.ts';
import { bindingPackages } from '../../../src/cli/tensorflow/fetch-packages.ts';
import { findTensorflow } from '../../../src/cli/tensorflow/find-tensorflow.ts';
import { temporaryFolder } from '../../storage/temporary-folder.ts';
import { layCommands } from '../native/installations.ts';
import { layTensorflow } from './installations.ts';

const compiler = `if [ "$1" = --version ]; then echo c++ 12; exit; fi
echo "$(pwd) $*" >> "$CALLS"
if [ -n "$BROKEN" ]; then echo "tfjs_backend.cc:7:1: fatal error: tensorflow/c/tf_tensor.h: No such file or directory" >&2; exit 1; fi
while [ "$1" != -o ]; do shift; done
echo "made $(wc -l < "$CALLS")" > "$2"`;

async function workplace(t: ExecutionContext) {
  const folder = await temporaryFolder(t);
  const root = join(folder, 'package');
  await mkdir(root);
  await writeFile(join(root, 'package.json'), '{}');
  await symlink(join(packageFolder(), 'node_modules'), join(root, 'node_modules'));
  const PATH = await layCommands(join(folder, 'bin'), { 'c++': compiler });
  const environment: Record<string, string> = { PATH: `${PATH}:/usr/bin:/bin`, CALLS: join(folder, 'calls'), RETORT_TENSORFLOW: await layTensorflow(join(folder, 'site')) };
  const tensorflow = await findTensorflow({ environment, gpu: false });
  const options: BindingOptions = {
    root, tensorflow, environment, wanted: bindingPackages.cpu, compiler: await findCompiler(environment),
    fetch: async (place, { name }) => void (await mkdir(join(place, 'node_modules', name, 'binding'), { recursive: true })),
    load: () => Promise.resolve({ files: [join(tensorflow.folder, 'libtensorflow_cc.so.2')], property: '2.21.0' }),
  };
  return { folder, root, options, environment, called: async () => (await readFile(join(folder, 'calls'), 'utf8')).trim().split('\n') };
}

test('built once; again only when TensorFlow, the package, the compiler, its flags or Node change', async (t) => {
  const { root, options, environment } = await workplace(t);
  const build = async (changes: Partial<BindingOptions> = {}) => (await buildBinding({ ...options, ...changes })).upToDate;
  t.false(await build());
  t.true(await build());
  t.true(await build({ tensorflow: { ...options.tensorflow, by: 'another way' } }), 'how it was found is no difference');
  t.false(await build({ tensorflow: { ...options.tensorflow, version: '2.22.0' } }));
  t.false(await build({ wanted: bindingPackages.gpu }));
  t.false(await build({ compiler: { compiler: 'c++', version: 'c++ 13' } }));
  t.false(await build({ environment: { ...environment, CXXFLAGS: '-march=native' } }));
  t.false(await build());
  await utimes(join(options.tensorflow.folder, 'libtensorflow_cc.so.2'), 1, 1);
  t.false(await build(), 'another library in the same place');
  t.true(await build());
  const version = Object.getOwnPropertyDescriptor(process, 'version')!;
  Object.defineProperty(process, 'version', { value: 'v99.0.0', configurable: true });
  try {
    t.false(await build(), 'another Node');
  } finally {
    Object.defineProperty(process, 'version', version);
  }
  t.deepEqual((await readdir(bindingFolder(root))).sort(), ['build.json', 'node_modules', 'tfjs_binding.node']);
  t.deepEqual(await readdir(join(root, 'build')), ['tensorflow'], 'half-written folders stay behind');
});

test('the record says what the engine asks of it', async (t) => {
  const { root, options } = await workplace(t);
  const { record } = await buildBinding(options);
  t.like(record, { package: '@tensorflow/tfjs-node', version: '2.21.0', cuda: false, tensorflow: options.tensorflow.folder, node: process.version, compiler: 'c++ 12' });
  t.deepEqual(JSON.parse(await readFile(join(bindingFolder(root), 'build.json'), 'utf8')), record);
});

test('what fails leaves the binding of before, and says why', async (t) => {
  const { root, options, environment } = await workplace(t);
  await buildBinding(options);
  const before = await readFile(bindingFile(root), 'utf8');
  for (const [changes, message] of [
    [{ wanted: bindingPackages.gpu, environment: { ...environment, BROKEN: 'yes' } }, 'the binding could not be built (c++: 1):\ntfjs_backend.cc:7:1: fatal error: tensorflow/c/tf_tensor.h: No such file or directory'],
    [{ wanted: bindingPackages.gpu, fetch: () => Promise.reject(new Error('npm could not get it')) }, 'npm could not get it'],
    [{ wanted: bindingPackages.gpu, load: () => Promise.resolve({ files: ['/usr/bin/env'], property: '2.21.0' }) }, /^the addon was built against \S+\/tensorflow, but loads \/usr\/bin\/env: take these out of LD_PRELOAD and LD_LIBRARY_PATH$/],
    [{ wanted: bindingPackages.gpu, load: undefined as never }, /^the addon was built but does not load: .*(file too short|invalid ELF header)/],
  ] as const) {
    await t.throwsAsync(buildBinding({ ...options, ...changes }), { message });
    t.is(await readFile(bindingFile(root), 'utf8'), before);
  }
  t.deepEqual(await readdir(join(root, 'build')), ['tensorflow']);
});

test('the compiler is told the chosen TensorFlow and nothing else', async (t) => {
  const { options, environment, called } = await workplace(t);
  await buildBinding({ ...options, environment: { ...environment, CXXFLAGS: '-O1 -g', LDFLAGS: '-s', CPATH: '/elsewhere' } });
  const [line = ''] = await called();
  const { folder } = options.tensorflow;
  t.regex(line, /node_modules\/@tensorflow\/tfjs-node\/binding -std=c\+\+17 -O2 -fPIC -shared -DNAPI_VERSION=8 -O1 -g -I \S+node-api-headers\/include -I \S+\/tensorflow\/include tfjs_backend\.cc tfjs_binding\.cc -o \S+ -s /);
  t.true(line.endsWith(`-L ${folder} -l:libtensorflow_cc.so.2 -l:libtensorflow_framework.so.2 -Wl,-rpath,${folder}`), line);
});
