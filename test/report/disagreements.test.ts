import test from 'ava';
import { drawDisagreements } from '../../src/report/disagreements.ts';
import type { Disagreement } from '../../src/report/disagreements.ts';

const shown = (...rows: Disagreement[]): string => drawDisagreements(rows)?.text ?? '';

test('it shows who was right, and how sure each was', (t) => {
  const text = shown({ text: 'good', label: 'positive', student: 'negative', teacher: 'positive', studentProbability: 0.973, teacherProbability: 0.5 });
  t.true(text.includes('verdict wrong">✗ negative<small>97.3 %</small>') && text.includes('verdict right">✓ positive<small>50.0 %</small>'));
});

test('no verdict where the label is unknown, and no column where none is known', (t) => {
  const text = shown({ text: 'good', student: 'negative', teacher: 'positive' });
  t.false(/verdict (right|wrong)"/.test(text) || text.includes('>label</th>') || text.includes('<small>'));
  t.true(shown({ text: 'a', student: 'x', teacher: 'y' }, { text: 'b', label: 'x', student: 'x', teacher: 'y' }).includes('<td class="verdict">–</td>'));
});

test('without a row there is no section', (t) => {
  t.is(drawDisagreements([]), undefined);
});
