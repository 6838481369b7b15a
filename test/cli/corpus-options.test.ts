import { mkdir, mkdtemp, rm, unlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { corpusName, openScored, openSplits } from '../../src/cli/corpus-options.ts';
import { gather, type StreamedCorpus } from '../../src/text/streamed-corpus.ts';
import { layOpinions } from '../walks/workplace.ts';

let folder: string;
test.beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'retort-corpus-'));
  await layOpinions(join(folder, 'sample'), { train: 12, dev: 6, test: 5, transfer: 9 });
});
test.afterEach.always(() => rm(folder, { recursive: true, force: true }));
const sample = () => join(folder, 'sample');
const examplesOf = async (corpus: StreamedCorpus | undefined) => (corpus === undefined ? [] : (await gather(corpus)).examples);

test.serial('the splits of a folder', async (t) => {
  const { train, dev, test: scored, transfer, labels } = await openSplits(sample(), {});
  t.deepEqual([train.size, dev.examples.length, scored.examples.length, transfer?.size], [12, 6, 5, 9]);
  t.deepEqual(labels, { kind: 'single-label', names: ['mixed', 'negative', 'positive'] });
  t.true((await examplesOf(transfer)).every(({ label }) => label === undefined));
});

test.serial('--examples cuts what is learned from, never what is scored', async (t) => {
  const whole = await openSplits(sample(), {});
  const { train, dev, test: scored, transfer } = await openSplits(sample(), { examples: 4 });
  t.deepEqual([train.size, dev.examples.length, scored.examples.length, transfer?.size], [4, 6, 5, 4]);
  t.deepEqual(await examplesOf(train), (await examplesOf(whole.train)).slice(0, 4));
  t.not(train.fingerprint, whole.train.fingerprint);
  t.is(dev.fingerprint, whole.dev.fingerprint);
});

test.serial('--transfer comes after the folder\'s own, or stands alone', async (t) => {
  const more = join(folder, 'more.txt');
  await writeFile(more, 'one line\nand another\n');
  const both = await openSplits(sample(), { transfer: more });
  t.deepEqual((await examplesOf(both.transfer)).slice(-2).map(({ id }) => id), ['more-1', 'more-2']);
  t.is(both.transfer?.size, 11);
  await unlink(join(sample(), 'transfer.tsv'));
  t.is((await openSplits(sample(), {})).transfer, undefined);
  t.is((await openSplits(sample(), { transfer: more })).transfer?.size, 2);
});

test.serial('without test.tsv, dev is scored', async (t) => {
  t.is((await openScored(sample(), {}))[0].split, 'test');
  await unlink(join(sample(), 'test.tsv'));
  t.is((await openScored(sample(), {}))[0].split, 'dev');
  const { dev, test: scored } = await openSplits(sample(), {});
  t.is(scored, dev);
});

test.serial('a GLUE folder', async (t) => {
  await mkdir(join(folder, 'glue', 'SST-2'), { recursive: true });
  for (const split of ['train', 'dev']) await writeFile(join(folder, 'glue', 'SST-2', `${split}.tsv`), 'sentence\tlabel\nfine\t1\npoor\t0\n');
  const { train, labels } = await openSplits(join(folder, 'glue'), { task: 'sst2' });
  t.deepEqual((await examplesOf(train)).map(({ label }) => label), ['positive', 'negative']);
  t.deepEqual(labels, { kind: 'single-label', names: ['negative', 'positive'] });
  t.deepEqual((await openScored(join(folder, 'glue'), { task: 'SST-2' })).map(({ split }) => split), ['dev']);
  await t.throwsAsync(openSplits(join(folder, 'glue'), { task: 'sst3' }), { message: /no GLUE task "sst3"; the tasks are/ });
});

test.serial('MNLI is scored on both of its dev splits', async (t) => {
  await mkdir(join(folder, 'MNLI'));
  for (const split of ['dev_matched', 'dev_mismatched']) await writeFile(join(folder, 'MNLI', `${split}.tsv`), `sentence1\tsentence2\tgold_label\nit rains\tit is ${split}\tneutral\n`);
  t.deepEqual((await openScored(folder, { task: 'mnli' })).map(({ split, examples }) => [split, examples[0]?.pair]), [['dev-matched', 'it is dev_matched'], ['dev-mismatched', 'it is dev_mismatched']]);
});

test.serial('scores and sets of classes are read where the model wants them', async (t) => {
  const file = join(folder, 'scored.tsv');
  await writeFile(file, 'sentence\tlabel\nfine\t2.5\n');
  t.is((await openScored(file, {}, { kind: 'regression' }))[0].examples[0]?.label, 2.5);
  await writeFile(file, 'sentence\tlabel\nfine\tb,a\nnothing\t\n');
  const [corpus] = await openScored(file, {}, { kind: 'multi-label', names: ['a', 'b'] });
  t.deepEqual(corpus.examples.map(({ label }) => label), [['b', 'a'], []]);
});

test.serial('a folder that is none', async (t) => {
  await t.throwsAsync(openSplits(join(folder, 'none'), {}), { message: /none: there is no such folder; a corpus is a folder with train\.tsv/ });
});

test.serial('runs are named after the corpus, not after its sample folder', (t) => {
  t.is(corpusName('corpora/opinions/sample', {}), 'opinions');
  t.is(corpusName('data/reviews/', {}), 'reviews');
  t.is(corpusName('glue', { task: 'sst2' }), 'SST-2');
});
