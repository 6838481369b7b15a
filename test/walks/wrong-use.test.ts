// What a process makes of mistakes: exit code 2 for the command line, 1 for what it names, one line, no stack unless asked.
// The messages themselves are held in test/cli/commands.
import test from 'ava';
import { openWorkplace, type Workplace } from './workplace.ts';

let place: Workplace;
test.before(async () => {
  place = await openWorkplace();
});
test.after.always(() => place.remove());

test.serial('wrong use: code 2, nothing on standard output', async (t) => {
  for (const [words, said] of [
    [[], /Usage: retort/],
    [['trian'], /unknown command 'trian'[^]*Did you mean train/],
    [['train', 'corpora/opinions/sample', '--sise', '2x64'], /unknown option '--sise'[^]*Did you mean --size/],
  ] as const) {
    const { code, stdout, stderr } = await place.retort(...words);
    t.is(code, 2);
    t.is(stdout, '');
    t.regex(stderr, said);
  }
});

test.serial('a failure: code 1 and one line, in JSON mode too', async (t) => {
  for (const words of [['run', 'recipes/none.ts'], ['run', 'recipes/none.ts', '--json']]) {
    const { code, stdout, stderr } = await place.retort(...words);
    t.is(code, 1);
    t.is(stdout, '');
    t.is(stderr, 'retort: recipes/none.ts: there is no such file; give a recipe, such as recipes/quickstart.ts\n');
  }
});

test.serial('--verbose shows the stack', async (t) => {
  const { code, stderr } = await place.retort('run', 'recipes/none.ts', '--verbose');
  t.is(code, 1);
  t.regex(stderr, /none\.ts: there is no such file[^]*\n\s+at /);
});
