import test from 'ava';
import { openDoor } from '../../src/cli/door.ts';

const door = (words: readonly string[], globals: { json?: boolean; verbose?: boolean } = {}) =>
  openDoor({ arguments: words, environment: {}, signal: new AbortController().signal, globals: () => globals });

test('the command can be pasted back into a shell', (t) => {
  t.is(door(['run', 'recipes/quickstart.ts', '--set', 'seeds=[1,2]', '--out', 'my runs/it\'s']).command, 'retort run recipes/quickstart.ts --set \'seeds=[1,2]\' --out \'my runs/it\'\\\'\'s\'');
  t.is(door(['train', 'corpora/opinions/sample', '--size', '2x64:2']).command, 'retort train corpora/opinions/sample --size 2x64:2');
  t.is(door(['x', '']).command, 'retort x \'\'');
});

test('stacks are shown only when asked', (t) => {
  t.false(door([]).verbose());
  t.true(door([], { verbose: true }).verbose());
});
