import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import test from 'ava';
import { addList } from '../../../src/cli/commands/list.ts';
import { engineNames } from '../../../src/engine/engine.ts';
import { objectiveCatalogue } from '../../../src/objectives/catalogue.ts';
import { glueTasks } from '../../../src/text/glue.ts';
import { ask } from '../in-process.ts';

type Entry = { name?: string; engine?: string; given?: string; paper?: { authors: string; year: number; title: string; id: string }; wants?: object };

test('all kinds, each entry in both forms, papers in full for machines and as authors, year and number for people', async (t) => {
  const { said, answered } = await ask(addList, 'list');
  const [answer] = answered as [Record<string, Entry[]>];
  t.deepEqual(Object.keys(answer), ['objectives', 'strategies', 'models', 'corpora', 'engines']);
  const text = said.join('\n');
  for (const [kind, entries] of Object.entries(answer)) {
    t.true(entries.length > 0, kind);
    for (const { name, engine, paper } of entries) {
      t.true(text.includes(name ?? engine ?? '?'), kind);
      if (kind !== 'engines' && !['opinions', 'counting'].includes(name ?? '')) {
        t.true(paper !== undefined && paper.title.length > 10, name);
        t.true(text.includes(`${paper?.authors} ${paper?.year} (${paper?.id})`), name);
      }
    }
  }
  t.deepEqual(answer.objectives?.map(({ name }) => name), Object.keys(objectiveCatalogue));
  t.deepEqual(answer.engines?.map(({ engine }) => engine), [...engineNames]);
  t.true(answer.objectives?.every(({ wants }) => wants !== undefined));
});

test('one kind alone', async (t) => {
  const { said, answered } = await ask(addList, 'list', 'engines');
  t.deepEqual(Object.keys(answered[0] as object), ['engines']);
  t.is(said.length, 1);
  await t.throwsAsync(ask(addList, 'list', 'enginse'), { message: /Allowed choices are objectives, strategies, models, corpora, engines/ });
});

test('every corpus that ships and every GLUE task is known, and what ships is there', async (t) => {
  const { answered } = await ask(addList, 'list', 'corpora');
  const { corpora } = answered[0] as { corpora: Entry[] };
  const shipped = (await readdir('corpora')).sort();
  t.deepEqual(corpora.map(({ name }) => name), [...shipped, ...glueTasks.map(({ name }) => name)]);
  for (const { name, given } of corpora.slice(0, shipped.length)) t.true(['train.tsv', 'train.en'].some((file) => existsSync(`${given}/${file}`)), name);
});
