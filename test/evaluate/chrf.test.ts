// sacreBLEU's numbers are run by fixtures.test.ts.
import test from 'ava';
import { chrfCounts, chrfOf, chrfSignature, corpusChrf, sentenceChrf } from '../../src/evaluate/chrf.ts';

test('code points count, not UTF-16 units; white space does not', (t) => {
  t.is(sentenceChrf('😀a', '😀 a'), 100);
  // Two of three characters on either side, and no pair of neighbours that both have.
  t.true(Math.abs(sentenceChrf('a😀b', 'a😁b') - 100 * (2 / 9)) < 1e-9);
});

test('an order that one side is too short for is left out', (t) => {
  t.is(sentenceChrf('ab', 'ab'), 100);
  t.is(sentenceChrf('', 'ab'), 0);
  t.is(sentenceChrf('ab', ''), 0);
});

test('recall weighs more; the best reference counts', (t) => {
  t.true(sentenceChrf('a cat and a dog', 'a cat') > sentenceChrf('a cat', 'a cat and a dog'));
  t.is(sentenceChrf('a cat', ['nothing', 'a cat', 'a dog']), 100);
});

test('a score of rows is that of the sentences at those rows', (t) => {
  const [hypotheses, references] = [['the cat sat', 'two dogs', 'a man'], ['a cat sat', 'two cats', 'the men']];
  const rows = [1, 1, 2];
  t.is(chrfOf(chrfCounts(hypotheses, references), { rows }), corpusChrf(rows.map((row) => hypotheses[row]!), rows.map((row) => references[row]!)));
});

test('what was measured is written down; lines that do not pair are refused', (t) => {
  t.regex(chrfSignature(['a']), /^nrefs:1\|case:mixed\|eff:yes\|nc:6\|nw:0\|space:no\|version:retort-\d/);
  t.throws(() => corpusChrf(['a'], []), { message: /^1 translations cannot be held/ });
});
