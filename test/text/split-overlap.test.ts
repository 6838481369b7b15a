import test from 'ava';
import { makeCorpus } from '../../src/text/corpus.ts';
import { overlapWarning, splitOverlaps } from '../../src/text/split-overlap.ts';
import { streamOf } from '../../src/text/streamed-corpus.ts';

const corpus = (split: string, ...texts: (string | [string, string])[]) =>
  makeCorpus(texts.map((text, i) => ({ id: `${split}-${i}`, ...(typeof text === 'string' ? { text } : { text: text[0], pair: text[1] }) })), { name: 'toy', split });

test('texts that stand in both, whatever their case and spaces', async (t) => {
  const train = streamOf(corpus('train', 'A  film.', 'a film.', 'other', ['x', 'y'], 'ﬁne'));
  const dev = corpus('dev', 'new', 'a film. ', 'A FILM.', ['x', 'Y'], ['y', 'x'], 'fine');
  const scored = [dev, corpus('test', 'newer', 'other')];
  t.deepEqual(await splitOverlaps(train, scored), [
    { split: 'dev', examples: 6, shared: 4, first: ['dev-1', 'train-0'], learned: 'train' },
    { split: 'test', examples: 2, shared: 1, first: ['test-1', 'train-2'], learned: 'train' },
  ]);
  t.deepEqual(await splitOverlaps(train, [corpus('dev', 'x', 'y')]), []);
});

test('it is told with the share and one pair', (t) => {
  t.is(
    overlapWarning({ split: 'dev', examples: 872, shared: 12, first: ['dev-7', 'train-4'], learned: 'train' }),
    '12 of 872 examples of dev (1.4 %) stand in train too (dev-7 is train-4, for one): scores on dev come out too high; take them out of train',
  );
});
