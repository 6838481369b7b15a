import test from 'ava';
import fc from 'fast-check';
import { sentenceEditRate, wordErrorRate } from '../../src/evaluate/edit-rate.ts';
import { editDistance } from '../../src/text/edit-distance.ts';

/** By its definition, without a table. */
function slowly(a: readonly string[], b: readonly string[]): number {
  if (a.length === 0 || b.length === 0) return a.length + b.length;
  const [first, second] = [a.slice(1), b.slice(1)];
  return Math.min(slowly(first, second) + (a[0] === b[0] ? 0 : 1), slowly(first, b) + 1, slowly(a, second) + 1);
}

test('the distance is the least number of edits, either way round', (t) => {
  const words = fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 5 });
  fc.assert(fc.property(words, words, (a, b) => {
    t.is(editDistance(a, b), slowly(a, b));
    t.is(editDistance(b, a), editDistance(a, b));
  }), { numRuns: 60 });
});

test('a sentence\'s rate is over the words of the reference', (t) => {
  t.is(sentenceEditRate('the cat sat', ' the  cat sat down '), 0.25);
  t.is(sentenceEditRate('a b c d', 'x'), 4);
  t.deepEqual([sentenceEditRate('', ''), sentenceEditRate('a', '')], [0, 1]);
});

test('a corpus has one rate over all its words', (t) => {
  t.is(wordErrorRate(['the cat sat', 'b c'], ['the cat sat down', 'a b c']), 2 / 7);
  t.throws(() => wordErrorRate(['a'], []), { message: '1 translations cannot be held against 0 references' });
  t.throws(() => wordErrorRate(['a'], ['  ']), { message: /hold no word/ });
});
