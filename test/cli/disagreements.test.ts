import test from 'ava';
import { disagreementsOf } from '../../src/cli/disagreements.ts';

const names = ['no', 'yes'];
const kind = 'single-label';
/** Logits whose softmax gives `yes` these probabilities. */
const logits = (...yes: number[]): Float32Array => Float32Array.from(yes.flatMap((probability) => [0, Math.log(probability / (1 - probability))]));
const student = logits(0.9, 0.2, 0.55, 0.51);
const teacher = logits(0.95, 0.85, 0.02, 0.63);

test('the examples furthest apart come first, with both answers and how sure each is', (t) => {
  const examples = [{ id: 'a', text: 'A' }, { id: 'b', text: 'B', pair: 'second', label: 'no' }, { id: 'c', text: 'C', label: 'no' }, { id: 'd', text: 'D' }];
  const found = disagreementsOf({ kind, student, teacher, names }, examples, 2);
  t.deepEqual(found.map(({ text, label, student: ours, teacher: theirs }) => [text, label, ours, theirs]), [['B / second', 'no', 'no', 'yes'], ['C', 'no', 'yes', 'no']]);
  t.true(Math.abs((found[0]?.studentProbability ?? 0) - 0.8) < 1e-6 && Math.abs((found[0]?.teacherProbability ?? 0) - 0.85) < 1e-6);
});

const examples = [{ id: 'a', text: 'A', label: ['dear', 'warm'] }, { id: 'b', text: 'B', label: [] }];

test('sets are told in the order of the classes, none as none', (t) => {
  const found = disagreementsOf({ kind: 'multi-label', student: [1, 2, -3, -1], teacher: [1, 3, 4, -1], names: ['warm', 'dear'] }, examples, 5);
  t.deepEqual(found, [
    { text: 'B', label: 'none', student: 'none', teacher: 'warm' },
    { text: 'A', label: 'warm, dear', student: 'warm, dear', teacher: 'warm, dear' },
  ]);
});

test('scores are told with two decimals, and are neither right nor wrong', (t) => {
  const scored = [{ id: 'a', text: 'A', label: 4.5 }, { id: 'b', text: 'B', label: 0 }];
  const found = disagreementsOf({ kind: 'regression', student: [4, 0.125], teacher: [4.25, 3], names: ['score'] }, scored, 1);
  t.deepEqual(found, [{ text: 'B', label: '0.00', student: '0.13', teacher: '3.00', scores: true }]);
});
