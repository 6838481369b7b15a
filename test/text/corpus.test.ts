import test from 'ava';
import { factsFromPath, makeCorpus } from '../../src/text/corpus.ts';
import type { Example } from '../../src/text/example.ts';

const facts = { name: 'toy', split: 'train' };
const examples: Example[] = [
  { id: 'a', text: 'one', label: 'x' },
  { id: 'b', text: 'two', pair: 'three', label: 0.5 },
  { id: 'c', text: 'four', label: ['x', 'y'] },
];

test('the fingerprint depends on every part of an example and on nothing else', (t) => {
  const { fingerprint } = makeCorpus(examples, facts);
  t.regex(fingerprint, /^[0-9a-f]{64}$/);
  t.is(makeCorpus(structuredClone(examples), { name: 'other', split: 'dev', skipped: 3 }).fingerprint, fingerprint);
  const [first = { id: '', text: '' }, ...rest] = examples;
  const changed: Example[][] = [
    [{ ...first, id: 'A' }, ...rest],
    [{ ...first, text: 'one ' }, ...rest],
    [{ ...first, pair: '' }, ...rest],
    [{ ...first, label: 'y' }, ...rest],
    [{ id: 'a', text: 'one' }, ...rest],
    [...rest, first],
    rest,
  ];
  const fingerprints = changed.map((list) => makeCorpus(list, facts).fingerprint);
  t.is(new Set([fingerprint, ...fingerprints]).size, changed.length + 1);
});

test('an id that stands twice and a corpus of nothing are refused', (t) => {
  t.throws(() => makeCorpus([...examples, { id: 'b', text: 'five' }], facts), { message: 'corpus toy (train): two examples have the id "b"' });
  t.throws(() => makeCorpus([], facts), { message: 'corpus toy (train) holds no example' });
});

test('name and split come from the path', (t) => {
  t.deepEqual(factsFromPath('data/opinions/train.tsv'), { name: 'opinions', split: 'train' });
});
