// The numbers of the fixtures are run by fixtures.test.ts; those here are sacreBLEU 2.6.0's.
import test, { type ExecutionContext } from 'ava';
import { randomKey } from '../../src/engine/random.ts';
import { bleuCounts, bleuOf, bleuSignature, corpusBleu, sentenceBleu, type Smoothing } from '../../src/evaluate/bleu.ts';
import { pairedBootstrap } from '../../src/evaluate/paired-bootstrap.ts';

const near = (t: ExecutionContext, actual: number, expected: number): boolean => t.true(Math.abs(actual - expected) < 1e-9, `${actual}, expected ${expected}`);

test('the four smoothings of a sentence', (t) => {
  const expected: readonly (readonly [Smoothing, number, number])[] = [
    [{ method: 'exp' }, 10.682175159905853, 37.99178428257963],
    [{ method: 'floor', value: 0.1 }, 5.372849659117709, 25.40663740773073],
    [{ method: 'add-k', value: 1 }, 25.40663740773073, 48.54917717073236],
    [{ method: 'none' }, 0, 0],
  ];
  for (const [smoothing, low, high] of expected) {
    near(t, sentenceBleu('a cat is on a mat', 'the cat sat on the mat', { smoothing }), low);
    near(t, sentenceBleu('the cat sits on the mat', ['the cat sat on the mat'], { smoothing }), high);
  }
});

test('a sentence shorter than four words has the orders it has, a corpus all four', (t) => {
  near(t, sentenceBleu('a dog', 'a dog'), 100);
  t.is(corpusBleu(['a dog'], ['a dog']).score, 0);
});

test('nothing is worth nothing', (t) => {
  t.is(sentenceBleu('', 'a dog'), 0);
  t.is(corpusBleu(['', ''], ['a dog', 'two dogs']).brevityPenalty, 0);
  t.is(sentenceBleu('a dog', ''), 0);
});

test('of two references as close the shorter one is the length', (t) => {
  t.is(corpusBleu(['a b c d'], [['a b c d e', 'a b c']]).referenceLength, 3);
  t.is(corpusBleu(['a b c d'], [['a b', 'a b c d e']]).referenceLength, 5);
});

test('a score of rows is that of the sentences at those rows', (t) => {
  const hypotheses = ['the cat sat on the mat', 'two dogs run', 'a man in a blue shirt stands on a ladder'];
  const references = ['a cat sat on the mat', 'two dogs are running', 'a man in a blue shirt is standing on a ladder'];
  const counts = bleuCounts(hypotheses, references);
  const rows = [2, 0, 2];
  t.deepEqual(bleuOf(counts, { rows }), corpusBleu(rows.map((row) => hypotheses[row]!), rows.map((row) => references[row]!)));
  t.deepEqual(bleuOf(counts), corpusBleu(hypotheses, references));
});

test('a paired bootstrap sees a system that breaks every second sentence', (t) => {
  const references = Array.from({ length: 60 }, (_, row) => `a small dog number ${row} runs over the green field`);
  const better = references.map((text) => text.replace('green', 'wide'));
  const worse = better.map((text, row) => (row % 2 === 0 ? text : text.replace('small dog', 'cat')));
  const [first, second] = [better, worse].map((hypotheses) => bleuCounts(hypotheses, references));
  const { difference, interval } = pairedBootstrap({
    examples: 60, first: (rows) => bleuOf(first!, { rows }).score, second: (rows) => bleuOf(second!, { rows }).score, key: randomKey(1, 'bleu'), resamples: 300,
  });
  near(t, difference, corpusBleu(better, references).score - corpusBleu(worse, references).score);
  t.true(interval[0] > 0 && interval[0] < difference && difference < interval[1], `${difference} in ${interval.join(' to ')}`);
});

test('what was measured is written down', (t) => {
  t.regex(bleuSignature(['a', ['b']]), /^nrefs:1\|case:mixed\|eff:no\|tok:13a\|smooth:exp\|version:retort-\d/);
  t.regex(bleuSignature([['a', 'b'], 'b'], { smoothing: { method: 'floor', value: 0.1 }, effectiveOrder: true }), /^nrefs:var\|case:mixed\|eff:yes\|tok:13a\|smooth:floor\[0\.10\]/);
});

test('lines that do not pair are refused', (t) => {
  t.throws(() => corpusBleu(['a', 'b'], ['a']), { message: /^2 translations cannot be held against the references of 1 sentences/ });
  t.throws(() => corpusBleu([], []), { message: 'there is no translation to score' });
  t.throws(() => corpusBleu(['a', 'b'], ['a', []]), { message: 'sentence 2 of 2 has no reference' });
});
