import test from 'ava';
import { learnMerges } from '../../src/text/learn-merges.ts';

const learn = (words: Readonly<Record<string, number>>, most: number, minFrequency = 1) =>
  learnMerges(new Map(Object.entries(words)), ['a', 'b', 'c'], { most, minFrequency, symbolsOf: (word) => Array.from(word), join: (left, right) => left + right });

test('the most frequent pair is merged, of equals the one whose tokens came first', (t) => {
  t.deepEqual(learn({ abc: 2, bc: 1, ca: 3 }, 6), { tokens: ['a', 'b', 'c', 'bc', 'ca', 'abc'], merges: [['b', 'c'], ['c', 'a'], ['a', 'bc']] });
  t.deepEqual(learn({ ab: 2, ba: 2 }, 9), { tokens: ['a', 'b', 'c', 'ab', 'ba'], merges: [['a', 'b'], ['b', 'a']] });
});

test('it ends where tokens are enough, or pairs too rare', (t) => {
  t.deepEqual(learn({ abc: 2, bc: 1, ca: 3 }, 4).tokens, ['a', 'b', 'c', 'bc']);
  t.deepEqual(learn({ abc: 2, bc: 1, ca: 3 }, 9, 3).tokens, ['a', 'b', 'c', 'bc', 'ca']);
  t.deepEqual(learn({}, 9), { tokens: ['a', 'b', 'c'], merges: [] });
});

test('two ways to make a token are two merges and one token', (t) => {
  const cuts: Readonly<Record<string, string[]>> = { early: ['ab', 'c'], late: ['a', 'bc'] };
  const { tokens, merges } = learnMerges(new Map([['early', 3], ['late', 2]]), ['a', 'c', 'ab', 'bc'], { most: 9, minFrequency: 1, symbolsOf: (word) => cuts[word] ?? [], join: (left, right) => left + right });
  t.deepEqual(tokens, ['a', 'c', 'ab', 'bc', 'abc']);
  t.deepEqual(merges, [['ab', 'c'], ['a', 'bc']]);
});

test('repeated letters are merged from the left', (t) => {
  t.deepEqual(learn({ aaaaa: 2 }, 9).merges, [['a', 'a'], ['aa', 'a'], ['aa', 'aaa']]);
});
