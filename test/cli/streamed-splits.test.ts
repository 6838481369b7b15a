import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { encodeSplits, openGlueSplits, openTsvSplits } from '../../src/cli/classifier-corpus.ts';
import { corpusWarnings, streamFolderSplits, streamGlueSplits, tokeniseSplits } from '../../src/cli/streamed-splits.ts';
import type { LessonCorpus } from '../../src/cli/classifier-corpus.ts';
import type { EncodedCorpus } from '../../src/text/encoded-corpus.ts';
import { StoredCorpus } from '../../src/text/stored-corpus.ts';
import { trainWordPiece } from '../../src/text/train-word-piece.ts';
import { layOpinions } from '../walks/workplace.ts';
import { openRecorder } from './in-process.ts';

let folder: string;
test.beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'retort-streamed-'));
});
test.afterEach.always(() => rm(folder, { recursive: true, force: true }));

const tokenizer = await trainWordPiece(['a film was good and bad, said number 1 2 3'], { size: 60, lowercase: true });
const put = async (name: string, content: string) => {
  await mkdir(join(folder, name, '..'), { recursive: true });
  await writeFile(join(folder, name), content);
};
const inMemory = async (corpus: LessonCorpus['train']['encoded']): Promise<EncodedCorpus> => (corpus instanceof StoredCorpus ? corpus.load() : corpus);

test.serial('streamed splits are encoded as those in memory, the second time without tokenising', async (t) => {
  await layOpinions(join(folder, 'opinions'), { train: 30, dev: 9, test: 7, transfer: 12 });
  const options = { maxTokens: 12, cache: join(folder, 'tokens') };
  const { console, heard } = openRecorder();
  const streamed = await streamFolderSplits(join(folder, 'opinions'));
  const data = await tokeniseSplits(streamed, tokenizer, options, console);
  const expected = await encodeSplits(await openTsvSplits(join(folder, 'opinions')), tokenizer, options);
  for (const split of ['dev', 'test'] as const) t.deepEqual(data[split], expected[split]);
  t.deepEqual(await inMemory(data.train.encoded), expected.train.encoded);
  t.deepEqual(await inMemory(data.everything), expected.everything);
  t.deepEqual([data.labels, data.names], [expected.labels, expected.names]);
  t.is((await readdir(options.cache)).length, 4);
  t.deepEqual(heard.noted, []);

  const shard = join(options.cache, (await readdir(options.cache))[0] ?? '', 'shard-00000.arrow');
  const bytes = await readFile(shard);
  await writeFile(shard, bytes.subarray(0, 100));
  t.deepEqual((await tokeniseSplits(streamed, tokenizer, options, console)).test, expected.test);
  t.is(heard.noted.length, 1);
  t.regex(heard.noted[0] ?? '', /shard-00000\.arrow: not a whole shard of tokens: .*are tokenised anew$/);
  t.deepEqual(await readFile(shard), bytes);
});

test.serial('CSV, JSON lines and plain transfer text', async (t) => {
  await put('mixed/train.csv', 'text,label\n"good, and\nbad",x\n"a film",y\n');
  await put('mixed/dev.jsonl', '{"text":"good","label":"y"}\n');
  await put('mixed/transfer.txt', 'said number 1\n');
  const splits = await streamFolderSplits(join(folder, 'mixed'));
  const { train, dev, test: scored, transfer } = await openTsvSplits(join(folder, 'mixed'));
  t.is(scored, dev);
  t.deepEqual(train.examples, [{ id: 'train-2', text: 'good, and\nbad', label: 'x' }, { id: 'train-4', text: 'a film', label: 'y' }]);
  t.deepEqual(dev.examples, [{ id: 'dev-1', text: 'good', label: 'y' }]);
  t.deepEqual(transfer?.examples, [{ id: 'transfer-1', text: 'said number 1' }]);
  t.deepEqual([splits.train.fingerprint, splits.dev.fingerprint, splits.transfer?.fingerprint], [train.fingerprint, dev.fingerprint, transfer?.fingerprint]);
});

test.serial('a GLUE task', async (t) => {
  for (const split of ['train', 'dev']) await put(`glue/SST-2/${split}.tsv`, 'sentence\tlabel\nfine\t1\npoor\t0\n');
  const streamed = await streamGlueSplits(join(folder, 'glue'), 'sst2');
  const opened = await openGlueSplits(join(folder, 'glue'), 'sst2');
  t.is(streamed.train.fingerprint, opened.train.fingerprint);
  t.like(streamed, { dev: opened.dev, labels: opened.labels });
});

test.serial('what a person would want to know first: shared texts and classes out of balance', async (t) => {
  await put('told/train.tsv', `sentence\tlabel\n${Array.from({ length: 9 }, (_, i) => `film ${i}\tgood\n`).join('')}film 9\tbad\n`);
  await put('told/dev.tsv', 'sentence\tlabel\nFilm 3\tgood\nnew\tbad\n');
  await put('told/transfer.tsv', 'sentence\nnew\nnewer\n');
  const splits = await streamFolderSplits(join(folder, 'told'));
  const data = await tokeniseSplits(splits, tokenizer, { maxTokens: 8, cache: join(folder, 'tokens') }, openRecorder().console);
  t.deepEqual(await corpusWarnings(splits, data, { isWeighed: false }), [
    '1 of 2 examples of dev (50.0 %) stand in train too (dev-2 is train-5, for one): scores on dev come out too high; take them out of train',
    '1 of 2 examples of dev (50.0 %) stand in transfer too (dev-3 is transfer-2, for one): scores on dev come out too high; take them out of transfer',
    'classes of train are out of balance: good 90.0 %, bad 10.0 %; rank by --metric macroF1 or matthews instead of accuracy, or weigh the classes: --class-weights balanced (good 0.556, bad 5)',
  ]);
  t.is((await corpusWarnings(splits, data, { isWeighed: true })).length, 2, 'classes that are weighed are no surprise');
});

test.serial('unknown labels, missing splits and a folder without labels are refused with file and line', async (t) => {
  await put('wrong/train.tsv', 'sentence\tlabel\nfilm\tgood\n');
  await put('wrong/dev.tsv', 'sentence\tlabel\nfilm\tgood\nfilm\tbetter\n');
  await t.throwsAsync(streamFolderSplits(join(folder, 'wrong')), { message: /dev\.tsv:3: label "better" is none of the known labels: good; correct it/ });
  await t.throwsAsync(streamFolderSplits(join(folder, 'nothing')), { message: /train\.tsv: there is no such file; give a TSV, CSV or JSONL file/ });
});

test.serial('where somebody else teaches, training text needs no labels: they are those of dev', async (t) => {
  await put('bare/train.tsv', 'sentence\ngood film\nbad film\nno film\n');
  await put('bare/dev.tsv', 'sentence\tlabel\ngood\tyes\nbad\tno\n');
  const place = join(folder, 'bare');
  await t.throwsAsync(streamFolderSplits(place), { message: /train\.tsv:1: no column "label"/ });
  await t.throwsAsync(streamFolderSplits(place, { label: 'class' }, { taught: true }), { message: /train\.tsv:1: no column "class"/ });
  const splits = await streamFolderSplits(place, {}, { taught: true });
  t.deepEqual([splits.train.labels, splits.labels], [undefined, splits.dev.labels]);
  const { console } = openRecorder();
  const data = await tokeniseSplits(splits, tokenizer, { maxTokens: 12, cache: join(folder, 'tokens') }, console);
  t.deepEqual((await inMemory(data.train.encoded)).exampleIds, ['train-2', 'train-3', 'train-4']);
  t.deepEqual(await corpusWarnings(splits, data, { isWeighed: false }), []);
  await rm(join(place, 'train.tsv'));
  await put('bare/train.jsonl', '{"sentence": "good film"}\n');
  t.is((await streamFolderSplits(place, {}, { taught: true })).train.labels, undefined);
  await put('bare/train.jsonl', '{"sentence": "good film", "label": "yes"}\n{"sentence": "bad film", "label": "no"}\n');
  t.deepEqual((await streamFolderSplits(place, {}, { taught: true })).train.labels, splits.labels);
});
