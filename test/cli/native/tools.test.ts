import { join } from 'node:path';
import test from 'ava';
import { answerOf, findTools } from '../../../src/cli/native/tools.ts';
import { temporaryFolder } from '../../storage/temporary-folder.ts';
import { layCommands } from './installations.ts';

const commands = { cmake: 'echo cmake version 3.25.1; echo more', 'c++': 'echo c++ 12.2.0', 'clang++': 'echo clang 17', make: 'echo GNU Make 4.3', ninja: 'echo 1.11' };

const without = (...names: string[]) => Object.fromEntries(Object.entries(commands).filter(([name]) => !names.includes(name)));

test('what is on the path', async (t) => {
  const root = await temporaryFolder(t);
  const found = async (folder: string, all: Record<string, string>, environment = {}) => findTools({ PATH: await layCommands(join(root, folder), all), ...environment });
  t.deepEqual(await found('all', commands), { cmake: 'cmake version 3.25.1', compiler: 'c++', compilerVersion: 'c++ 12.2.0', generator: 'Unix Makefiles' });
  t.is((await found('no-make', without('make'))).generator, 'Ninja');
  t.is((await found('clang', without('c++'))).compiler, 'clang++');
  t.is((await found('named', commands, { CXX: 'clang++' })).compilerVersion, 'clang 17');
});

test('each thing that is missing is one sentence with the command that gets it', async (t) => {
  const root = await temporaryFolder(t);
  await t.throwsAsync(findTools({ PATH: join(root, 'empty') }), { message: 'cmake is not on the path: apt-get install cmake (about 25 MB), or pip install cmake (about 30 MB), or your system\'s package of that name' });
  for (const [missing, message, environment] of [
    [['cmake'], /^cmake is not on the path/, {}],
    [['c++', 'clang++'], /^no C\+\+ compiler is on the path \(c\+\+, g\+\+ or clang\+\+\): apt-get install g\+\+ \(about 70 MB\)/, {}],
    [['make', 'ninja'], /^neither make nor ninja is on the path: apt-get install make \(about 2 MB\)/, {}],
    [[], /^CXX names icpc, which does not run/, { CXX: 'icpc' }],
  ] as const) {
    const PATH = await layCommands(join(root, `without-${missing.join('-')}`), without(...missing));
    await t.throwsAsync(findTools({ PATH, ...environment }), { message });
  }
});

test('a command that fails answers nothing', async (t) => {
  const PATH = await layCommands(await temporaryFolder(t), { fine: 'echo yes', broken: 'echo no; exit 3' });
  t.is(await answerOf('fine', [], { PATH }), 'yes\n');
  t.is(await answerOf('broken', [], { PATH }), undefined);
  t.is(await answerOf('absent', [], { PATH }), undefined);
});
