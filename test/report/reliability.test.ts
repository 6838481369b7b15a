import test from 'ava';
import { spread } from '../../src/evaluate/spread.ts';
import { drawReliability } from '../../src/report/reliability.ts';

const bins = [{ low: 0.5, high: 1, count: 4, confidence: 0.9, accuracy: 0.75 }];

test('a diagram for each model with its expected calibration error, over seeds with its deviation', (t) => {
  const text = drawReliability([{ name: 'student', role: 'student', ece: spread([0.02, 0.04]), bins }, { name: 'teacher', role: 'teacher', ece: 0.051, bins }])?.text ?? '';
  t.is(text.match(/<figure/g)?.length, 2);
  t.true(text.includes('student<small>expected calibration error 3.0 % ± 1.4</small>'));
  t.true(text.includes('teacher<small>expected calibration error 5.1 %</small>'));
  t.true(text.includes('class="bars teacher"') && text.includes('class="ideal"'));
});

test('without a model, or without an answer, there is no section', (t) => {
  t.is(drawReliability([]), undefined);
  t.is(drawReliability([{ name: 'student', ece: 0, bins: [] }]), undefined);
});
