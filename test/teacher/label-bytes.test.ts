import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { labelBytes } from '../../src/teacher/label-bytes.ts';
import { labelCorpus } from '../../src/teacher/label-corpus.ts';
import { startEngine } from '../engine-under-test.ts';
import { tinyModel } from '../models/tiny-model.ts';
import { tinyCorpus } from './tiny-corpus.ts';

test.before(() => startEngine());

for (const wants of [{}, { cls: [1, 2] }, { pooled: true, hidden: [0, 2] }] as const) {
  test(`what a store of ${JSON.stringify(wants)} takes is foreseen to 2 %, frames aside`, async (t) => {
    const root = await mkdtemp(join(tmpdir(), 'retort-bytes-'));
    t.teardown(() => rm(root, { recursive: true, force: true }));
    const corpus = tinyCorpus(700);
    const { folder, header } = await labelCorpus(tinyModel(), corpus, { root, wants });
    const files = (await readdir(folder)).filter((name) => name.endsWith('.arrow'));
    t.is(files.length, 1);
    const { size } = await stat(join(folder, files[0]!));
    const foreseen = labelBytes(header, { examples: 700, tokens: corpus.ids.length, idBytes: corpus.exampleIds.join('').length });
    t.log(`${size} bytes, foreseen ${foreseen}`);
    t.true(foreseen <= size && size - foreseen < 0.02 * size + 2000);
  });
}
