import test from 'ava';
import { makeCorpus } from '../../src/text/corpus.ts';
import type { Example } from '../../src/text/example.ts';
import { firstOf, gather, joinStreams, keepExamples, streamOf, surveyFile } from '../../src/text/streamed-corpus.ts';
import { openTsv, readTsv, type TsvOptions } from '../../src/text/tsv.ts';
import { textFolder } from './text-folder.ts';

const { put } = await textFolder();
const options: TsvOptions = { text: 'text', pair: 'also', label: 'label', name: 'toy', split: 'train', damaged: 'tolerate' };
const content = 'text\talso\tlabel\none\ttwo\tyes\nbroken\nthree\t\tno\nfour\tfive\tyes\n';
let files = 0;
const stream = async (text = content) => surveyFile(await put(`${(files += 1)}/toy.tsv`, text), readTsv, options);

test('facts after one pass are those of the corpus in memory, and its examples are read anew each time', async (t) => {
  const streamed = await stream();
  const { examples, ...facts } = await openTsv(await put('same.tsv', content), options);
  const { read, size, ...rest } = streamed;
  t.deepEqual(rest, facts);
  t.is(size, 3);
  t.is(facts.skipped, 1);
  for (let time = 0; time < 2; time++) t.deepEqual((await gather(streamed)).examples, examples);
  t.is(read, streamed.read);
  t.deepEqual(await gather(streamOf({ ...facts, examples })), { ...facts, examples });
});

test('an empty file is refused, and so is what the reader refuses', async (t) => {
  await t.throwsAsync(stream('text\talso\tlabel\n'), { message: /toy\.tsv: no examples/ });
  await t.throwsAsync(stream('text\tlabel\n'), { message: /toy\.tsv:1: no column "also"/ });
});

test('the first examples are a corpus of their own', async (t) => {
  const streamed = await stream();
  const { examples, ...facts } = await gather(streamed);
  const two = await firstOf(streamed, 2);
  t.like(two, { size: 2, name: 'toy', labels: facts.labels, fingerprint: makeCorpus(examples.slice(0, 2), facts).fingerprint });
  t.deepEqual((await gather(two)).examples, examples.slice(0, 2));
  t.is(await firstOf(streamed, 3), streamed);
  t.is(await firstOf(streamed, Infinity), streamed);
});

test('the examples that are kept are a corpus of their own', async (t) => {
  const streamed = await stream();
  const { examples, ...facts } = await gather(streamed);
  const last = await keepExamples(streamed, ({ id }) => id === examples.at(-1)?.id);
  t.like(last, { size: 1, name: 'toy', labels: facts.labels, fingerprint: makeCorpus(examples.slice(-1), facts).fingerprint });
  t.deepEqual(last && (await gather(last)).examples, examples.slice(-1));
  t.is(await keepExamples(streamed, () => true), streamed);
  t.is(await keepExamples(streamed, () => false), undefined);
});

test('two corpora in a row', async (t) => {
  const make = (split: string, ...ids: string[]) => streamOf(makeCorpus(ids.map((id): Example => ({ id, text: `text of ${id}` })), { name: 'toy', split }));
  const joined = await joinStreams(make('a', 'x', 'y'), make('b', 'z'));
  const expected = makeCorpus(['x', 'y', 'z'].map((id) => ({ id, text: `text of ${id}` })), { name: 'toy', split: 'a+b' });
  t.deepEqual(await gather(joined), expected);
  t.is(joined.size, 3);
  await t.throwsAsync(joinStreams(make('a', 'x', 'y'), make('b', 'w', 'y')), { message: 'corpus toy (a+b): two examples have the id "y"; open one of them with another split name' });
});
