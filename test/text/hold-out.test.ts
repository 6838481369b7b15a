import test from 'ava';
import { makeCorpus } from '../../src/text/corpus.ts';
import { holdOutLong } from '../../src/text/hold-out.ts';

const corpusOf = (...texts: string[]) => makeCorpus(texts.map((text, i) => ({ id: `train-${i}`, text, label: 'x' })), { name: 'phrases', split: 'train', labels: { kind: 'single-label', names: ['x', 'y'] } });
const textsOf = ({ examples }: { examples: readonly { text: string }[] }) => examples.map(({ text }) => text);

test('what stands in a held-out example, whole and in order, is no longer learned from', (t) => {
  const corpus = corpusOf('A  very long sentence of words', 'long sentence', 'Very Long', 'long of', 'sentences', 'words', 'of words and more', 'a very long sentence of words');
  const { train, heldOut, groups, dropped } = holdOutLong(corpus, { rows: 1, minWords: 6, seed: 1 });
  t.is(heldOut.examples.length, 1);
  t.is(heldOut.examples[0]?.text.toLowerCase().replace(/\s+/g, ' '), 'a very long sentence of words');
  t.deepEqual(textsOf(train), ['long of', 'sentences', 'of words and more']);
  t.deepEqual([dropped, groups], [4, [0]]); // its double stands in it too
  t.deepEqual(train.labels, corpus.labels);
  t.is(heldOut.split, 'train, held out');
});

test('held-out examples that stand in one another are a group, side by side', (t) => {
  const corpus = corpusOf('one two three four', 'five six seven', 'two three four', 'short', 'zero one two three four', 'six seven five');
  const { heldOut, groups, train } = holdOutLong(corpus, { rows: 5, minWords: 3, seed: 3 });
  t.deepEqual(textsOf(heldOut), ['one two three four', 'two three four', 'zero one two three four', 'five six seven', 'six seven five']);
  t.deepEqual(groups, [0, 0, 0, 1, 2]);
  t.deepEqual(textsOf(train), ['short']);
});

test('the seed draws, and the same seed draws the same', (t) => {
  const corpus = corpusOf(...Array.from({ length: 60 }, (_, i) => `number ${i} is said here`), 'other words');
  const drawn = (seed: number) => holdOutLong(corpus, { rows: 20, minWords: 5, seed });
  t.deepEqual(drawn(1), drawn(1));
  t.notDeepEqual(textsOf(drawn(1).heldOut), textsOf(drawn(2).heldOut));
  t.deepEqual([drawn(1).train.examples.length, drawn(1).dropped], [41, 0]);
});

test('what cannot be held out is said', (t) => {
  const corpus = corpusOf('one two', 'three four');
  t.throws(() => holdOutLong(corpus, { rows: 1, minWords: 3, seed: 1 }), { message: 'phrases has 0 examples of 3 words or more; 1 are to be held out' });
  t.throws(() => holdOutLong(corpus, { rows: 2, minWords: 1, seed: 1 }), { message: /nothing is left to learn from once 2 examples are held out/ });
  const pairs = makeCorpus([{ id: 'a', text: 'x', pair: 'y' }], { name: 'pairs', split: 'train' });
  t.throws(() => holdOutLong(pairs, { rows: 1, minWords: 1, seed: 1 }), { message: /pairs holds pairs of texts \(a, for one\)/ });
});
