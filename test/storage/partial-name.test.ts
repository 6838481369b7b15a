import test from 'ava';
import { endOwner, isAlive, parseSibling, siblingPath, startOwner } from '../../src/storage/partial-name.ts';
import { basename, join } from 'node:path';

test('a name says its target, owner and kind again', (t) => {
  for (const target of ['model.safetensors', 'a.b.c', 'with space', 'zwei\nZeilen', '.hidden']) {
    for (const kind of ['partial', 'replaced'] as const) {
      const owner = startOwner();
      const path = siblingPath(join('folder', target), { owner, kind });
      t.deepEqual(parseSibling(basename(path)), { target, owner, kind });
      endOwner(owner);
    }
  }
});

test('other names are none of ours', (t) => {
  for (const name of ['a', '.a.partial', '.a.1-0123456789ab.partial.txt', 'a.1-0123456789ab.partial', '.a.x-0123456789ab.partial', '..1-0123456789ab.partial']) {
    t.is(parseSibling(name), undefined, name);
  }
});

test('our own process id is no proof of life, our own write is', (t) => {
  const owner = startOwner();
  t.true(isAlive(owner));
  endOwner(owner);
  t.false(isAlive(owner));
  t.true(isAlive(`${process.ppid}-0123456789ab`));
});
