import test from 'ava';
import { bagOfWordsBaseline } from '../../src/evaluate/bag-of-words.ts';

/** Texts of one telling word per class among fillers; every `misleading`-th text carries another class's word. */
function makeTexts({ count, classes, misleading }: { count: number; classes: number; misleading: number }): { texts: string[]; labels: Int32Array } {
  const telling = ['Schön', 'bad', 'odd', 'grim'];
  const fillers = ['the', 'film', 'was', 'long', 'and', 'loud', 'indeed'];
  const labels = Int32Array.from({ length: count }, (_, index) => index % classes);
  const texts = Array.from(labels, (label, index) => {
    const told = index % misleading === misleading - 1 ? (label + 1) % classes : label;
    const filler = [fillers[index % 7], fillers[(index * 3) % 7], fillers[(index * 5 + 1) % 7]];
    return `${filler[0]!} ${filler[1]!}, ${telling[told]!}! ${filler[2]!} once${index}`;
  });
  return { texts, labels };
}

for (const classes of [2, 3, 4]) {
  test(`${classes} classes are told apart by their words through some misleading texts`, (t) => {
    const train = makeTexts({ count: 240, classes, misleading: 11 });
    const clean = makeTexts({ count: 60, classes, misleading: Infinity });
    const { predictions, words, l2 } = bagOfWordsBaseline({ train, dev: clean, test: clean, classes });
    t.deepEqual(predictions, clean.labels);
    // 7 fillers and the telling words; `once0`, `once1`, ... each occur in one text only.
    t.is(words, 7 + classes);
    t.true(l2 > 0);
  });
}

test('the same rows give the same answer, and the test labels are never asked for', (t) => {
  const train = makeTexts({ count: 90, classes: 3, misleading: 4 });
  const dev = makeTexts({ count: 30, classes: 3, misleading: 5 });
  const once = bagOfWordsBaseline({ train, dev, test: { texts: dev.texts }, classes: 3 });
  t.deepEqual(bagOfWordsBaseline({ train, dev, test: { texts: dev.texts }, classes: 3 }), once);
});

test('unknown words leave the most frequent class', (t) => {
  const train = { texts: ['a b', 'a c', 'b c', 'a b', 'c a'], labels: [1, 1, 1, 1, 0] };
  const { predictions } = bagOfWordsBaseline({ train, dev: train, test: { texts: ['zzz', ''] }, classes: 2 });
  t.deepEqual([...predictions], [1, 1]);
});

test('without a known word the larger class wins, be it larger by one example', (t) => {
  // Every word is unique, so only the constant is fitted.
  const train = { texts: Array.from({ length: 201 }, (_, index) => `w${index}`), labels: Array.from({ length: 201 }, (_, index) => index % 2) };
  const { predictions, words } = bagOfWordsBaseline({ train, dev: train, test: { texts: ['any'] }, classes: 2 });
  t.is(words, 0);
  t.deepEqual([...predictions], [0]);
});

test('bad input is named', (t) => {
  const good = { texts: ['a', 'a'], labels: [0, 1] };
  const run = (train: { texts: string[]; labels: number[] }) => () => bagOfWordsBaseline({ train, dev: good, test: good, classes: 2 });
  t.throws(run({ texts: ['a'], labels: [0, 1] }), { message: /1 training texts have 2 labels/ });
  t.throws(run({ texts: ['a', 'b'], labels: [0, 2] }), { message: /label of example 1 is 2/ });
  t.throws(run({ texts: [], labels: [] }), { message: /no example/ });
});
