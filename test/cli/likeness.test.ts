import test from 'ava';
import { disagreementsOf, likenessOf } from '../../src/cli/likeness.ts';

const names = ['no', 'yes'];
/** Logits whose softmax gives `yes` these probabilities. */
const logits = (...yes: number[]): Float32Array => Float32Array.from(yes.flatMap((probability) => [0, Math.log(probability / (1 - probability))]));
const student = logits(0.9, 0.2, 0.55, 0.51);
const teacher = logits(0.95, 0.85, 0.02, 0.63);

test('answers are counted teacher by student, agreement by the confidence of the teacher', (t) => {
  const { answers, agreement, classes } = likenessOf({ student, teacher, names }, { studentName: 's', teacherName: 't' });
  t.deepEqual(answers, [[0, 1], [1, 2]]);
  t.deepEqual([...classes], names);
  t.deepEqual(agreement.filter(({ count }) => count > 0).map(({ low, count, ratio }) => [low, count, ratio]), [[0.6, 1, 1], [0.8, 1, 0], [0.9, 2, 0.5]]);
  t.is(agreement.length, 10);
});

test('a teacher that is entirely sure falls into the last bin', (t) => {
  const { agreement } = likenessOf({ student: [0, 900], teacher: [0, 900], names }, { studentName: '', teacherName: '' });
  t.deepEqual(agreement.at(-1), { low: 0.9, high: 1, count: 1, ratio: 1 });
});

test('the examples furthest apart come first, with both answers and how sure each is', (t) => {
  const examples = [{ id: 'a', text: 'A' }, { id: 'b', text: 'B', pair: 'second', label: 'no' }, { id: 'c', text: 'C', label: 'no' }, { id: 'd', text: 'D' }];
  const found = disagreementsOf({ student, teacher, names }, examples, 2);
  t.deepEqual(found.map(({ text, label, student: ours, teacher: theirs }) => [text, label, ours, theirs]), [['B / second', 'no', 'no', 'yes'], ['C', 'no', 'yes', 'no']]);
  t.true(Math.abs((found[0]?.studentProbability ?? 0) - 0.8) < 1e-6 && Math.abs((found[0]?.teacherProbability ?? 0) - 0.85) < 1e-6);
});
