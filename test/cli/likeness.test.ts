import test from 'ava';
import { likenessOf } from '../../src/cli/likeness.ts';

const names = ['no', 'yes'];
const kind = 'single-label';
/** Logits whose softmax gives `yes` these probabilities. */
const logits = (...yes: number[]): Float32Array => Float32Array.from(yes.flatMap((probability) => [0, Math.log(probability / (1 - probability))]));
const student = logits(0.9, 0.2, 0.55, 0.51);
const teacher = logits(0.95, 0.85, 0.02, 0.63);

test('answers are counted teacher by student, agreement by the confidence of the teacher', (t) => {
  const likeness = likenessOf({ kind, student, teacher, names }, { studentName: 's', teacherName: 't' });
  if (likeness.kind !== kind) return t.fail();
  const { answers, agreement, classes } = likeness;
  t.deepEqual(answers, [[0, 1], [1, 2]]);
  t.deepEqual([...classes], names);
  t.deepEqual(agreement.filter(({ count }) => count > 0).map(({ low, count, ratio }) => [low, count, ratio]), [[0.6, 1, 1], [0.8, 1, 0], [0.9, 2, 0.5]]);
  t.is(agreement.length, 10);
});

test('a teacher that is entirely sure falls into the last bin', (t) => {
  const likeness = likenessOf({ kind, student: [0, 900], teacher: [0, 900], names }, { studentName: '', teacherName: '' });
  t.deepEqual(likeness.kind === kind && likeness.agreement.at(-1), { low: 0.9, high: 1, count: 1, ratio: 1 });
});

test('of several classes: who names which, whole sets that are the same, agreement over all of them', (t) => {
  const likeness = likenessOf({ kind: 'multi-label', student: [2, -2, 0.5, -3, 4, -1], teacher: [1, 2, -2, -1, 3, -4], names: ['warm', 'dear'] }, { studentName: 's', teacherName: 't' });
  if (likeness.kind !== 'multi-label') return t.fail();
  t.deepEqual(likeness.classes, [{ name: 'warm', both: 2, teacherOnly: 0, studentOnly: 1 }, { name: 'dear', both: 0, teacherOnly: 1, studentOnly: 0 }]);
  t.deepEqual([likeness.examples, likeness.same], [3, 1]);
  t.is(likeness.agreement.reduce((sum, { count }) => sum + count, 0), 6);
  t.deepEqual(likeness.agreement.filter(({ count }) => count > 0).map(({ low, count, ratio }) => [low, count, ratio]), [[0.7, 2, 1], [0.8, 2, 0], [0.9, 2, 1]]);
});

test('of scores: their correlation, their distance, and no more points than a picture bears', (t) => {
  const teacher = Float32Array.from({ length: 1200 }, (_, row) => row);
  const likeness = likenessOf({ kind: 'regression', student: teacher.map((score) => 2 * score + 1), teacher, names: ['score'] }, { studentName: 's', teacherName: 't' });
  if (likeness.kind !== 'regression') return t.fail();
  t.true(Math.abs(likeness.pearson - 1) < 1e-12);
  t.is(likeness.meanDifference, 600.5);
  t.deepEqual([likeness.examples, likeness.points.length, likeness.points[0], likeness.points[1]], [1200, 500, { x: 0, y: 1 }, { x: 2, y: 5 }]);
});
