import test from 'ava';
import { scoreTable } from '../../src/cli/score-table.ts';

const model = { name: 'student', parameters: 23_683, bytes: 97_324, scores: { accuracy: 0.85, f1: 0.836, macroF1: 0.8026, matthews: 0.79412 }, latencyMs: 1.26 };

test('scores as percentages, size and time beside them', (t) => {
  const [headers = '', , row = ''] = scoreTable([model]).split('\n');
  t.regex(headers, /^model +parameters +size +accuracy % +F1 % +macro F1 % +Matthews +ms \/ example$/);
  t.regex(row, /^student +23,683 +97\.3 kB +85\.0 +83\.6 +80\.3 +0\.7941 +1\.3$/);
});

test('likeness has columns only where there is a teacher', (t) => {
  const [headers = '', , student = '', teacher = ''] = scoreTable([{ ...model, fidelity: { agreement: 0.9, klNats: 0.0697 } }, { ...model, name: 'teacher' }]).split('\n');
  t.regex(headers, /agrees with teacher % +KL to teacher +ms/);
  t.regex(student, /90\.0 +0\.0697 +1\.3$/);
  t.regex(teacher, /– +– +1\.3$/);
});

test('calibration and operations have columns where somebody has counted them', (t) => {
  const [headers = '', , row = ''] = scoreTable([{ ...model, calibration: { ece: 0.0312 }, flops: 22_700_000 }]).split('\n');
  t.regex(headers, /Matthews +ECE % +FLOP \/ example +ms/);
  t.regex(row, /0\.7941 +3\.1 +22\.7 M +1\.3$/);
});

test('scores of a regression, and of several classes', (t) => {
  const [headers = '', , row = ''] = scoreTable([{ ...model, scores: { pearson: 0.87512, spearman: NaN, mse: 0.5 } }]).split('\n');
  t.regex(headers, /size +Pearson +Spearman +squared error +ms/);
  t.regex(row, /0\.8751 +NaN +0\.5000 +1\.3$/);
  const [other = '', , sets = ''] = scoreTable([{ ...model, scores: { microF1: 0.5, macroF1: 0.25, subsetAccuracy: 0.125 } }]).split('\n');
  t.regex(other, /size +micro F1 % +macro F1 % +whole sets % +ms/);
  t.regex(sets, /50\.0 +25\.0 +12\.5 +1\.3$/);
});
