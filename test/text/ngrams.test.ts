import test from 'ava';
import { countMatches, countNgrams, mergeNgrams } from '../../src/text/ngrams.ts';

const words = (text: string): string[] => text.split(' ');

test('runs of neighbours, in the order of their first appearance', (t) => {
  t.deepEqual([...countNgrams(words('a b a b c'), 2)], [['a\nb', 2], ['b\na', 1], ['b\nc', 1]]);
  t.deepEqual([...countNgrams(words('a b a'), 1)], [['a', 2], ['b', 1]]);
  t.is(countNgrams(words('a b'), 3).size, 0);
});

test('joined items are not taken for one', (t) => {
  t.is(countMatches(countNgrams(['ab', 'c'], 2), countNgrams(['a', 'bc'], 2)), 0);
});

test('a match counts at most as often as the other side has it; of several lists the most counts', (t) => {
  const [the, one, two] = [words('the the the'), words('the cat'), words('the the dog')].map((list) => countNgrams(list, 1));
  t.is(countMatches(the!, one!), 1);
  t.is(countMatches(the!, mergeNgrams([one!, two!])), 2);
  t.deepEqual([...mergeNgrams([one!, two!])], [['the', 2], ['cat', 1], ['dog', 1]]);
});
