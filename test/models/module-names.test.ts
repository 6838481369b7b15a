import test from 'ava';
import { moduleNames } from '../../src/models/module-names.ts';

test('every family names every part, each part once', (t) => {
  const [roles, ...others] = Object.values(moduleNames).map((names) => Object.keys(names).sort());
  for (const other of others) t.deepEqual(other, roles);
  for (const [family, names] of Object.entries(moduleNames)) t.is(new Set(Object.values(names)).size, Object.keys(names).length, family);
});

test('what belongs to the encoder stands below its prefix', (t) => {
  for (const { prefix, embeddings, layers } of Object.values(moduleNames)) for (const module of [embeddings, layers]) t.true(module.startsWith(`${prefix}.`));
});
