import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import test from 'ava';
import { fidelity, fidelityOf, scoreFidelity, setFidelity } from '../../src/evaluate/fidelity.ts';

type Case = {
  inputs: { student_logits: number[][]; teacher_logits: number[][] };
  expected: { top1_agreement: number; predictive_kl: number };
};

const { cases } = JSON.parse(readFileSync(new URL('../fixtures/metrics/fidelity.json', import.meta.url), 'utf8')) as { cases: Case[] };
const relativeTolerance = 1e-8;

test('agreement and divergence equal the float64 reference', (t) => {
  t.is(cases.length, 1);
  for (const { inputs, expected } of cases) {
    const { agreement, klNats } = fidelity({
      student: inputs.student_logits.flat(),
      teacher: inputs.teacher_logits.flat(),
      classes: inputs.student_logits[0]!.length,
    });
    t.is(agreement, expected.top1_agreement);
    t.true(Math.abs(klNats - expected.predictive_kl) <= relativeTolerance * expected.predictive_kl, `${klNats}`);
  }
});

const logit = fc.double({ min: -30, max: 30, noNaN: true });
const rows = fc.array(fc.tuple(logit, logit, logit), { minLength: 1, maxLength: 8 });

test('a model is wholly faithful to itself, however its logits are shifted', (t) => {
  fc.assert(
    fc.property(rows, fc.integer({ min: -900, max: 900 }), (logits, shift) => {
      const own = fidelity({ student: logits.flat(), teacher: logits.flat(), classes: 3 });
      const shifted = fidelity({ student: logits.flat().map((value) => value + shift), teacher: logits.flat(), classes: 3 });
      return own.agreement === 1 && own.klNats === 0 && shifted.klNats < 1e-9;
    }),
  );
  t.pass();
});

test('the divergence is taken of the teacher, not of the student', (t) => {
  const sharp = [Math.log(0.9), Math.log(0.1)];
  const flat = [Math.log(0.5), Math.log(0.5)];
  const { klNats } = fidelity({ student: flat, teacher: sharp, classes: 2 });
  t.true(Math.abs(klNats - (0.9 * Math.log(1.8) + 0.1 * Math.log(0.2))) < 1e-12);
});

test('huge logits overflow nothing, and a class ruled out costs only where the other allows it', (t) => {
  t.is(fidelity({ student: [1e4, -1e4], teacher: [1e4, -1e4], classes: 2 }).klNats, 0);
  t.is(fidelity({ student: [0, -Infinity], teacher: [0, -Infinity], classes: 2 }).klNats, 0);
  t.is(fidelity({ student: [0, -Infinity], teacher: [0, 0], classes: 2 }).klNats, Infinity);
});

test('bad input is named', (t) => {
  t.throws(() => fidelity({ student: [1, 2], teacher: [1, 2, 3, 4], classes: 2 }), { message: /1 examples and the teacher of 2/ });
  t.throws(() => fidelity({ student: [], teacher: [], classes: 2 }), { message: /no example/ });
  t.throws(() => fidelity({ student: [1, NaN], teacher: [1, 2], classes: 2 }), { message: /example 0 hold NaN/ });
  t.throws(() => fidelity({ student: [1, Infinity], teacher: [1, 2], classes: 2 }), { message: /example 0 give no distribution/ });
});

test('of several classes: whole sets that are the same, and the mean divergence of each class by itself', (t) => {
  const p = (logit: number) => 1 / (1 + Math.exp(-logit));
  const kl = (student: number, teacher: number) => p(teacher) * Math.log(p(teacher) / p(student)) + p(-teacher) * Math.log(p(-teacher) / p(-student));
  const [student, teacher] = [[1, -2, 3, 0.5], [2, -1, 3, -1]];
  const { agreement, klNats } = setFidelity({ student, teacher, classes: 2 });
  t.is(agreement, 0.5);
  t.true(Math.abs(klNats - student.reduce((sum, logit, at) => sum + kl(logit, teacher[at]!), 0) / 4) < 1e-12);
  t.deepEqual(setFidelity({ student: [800, -800], teacher: [800, -800], classes: 2 }), { agreement: 1, klNats: 0 });
});

test('of scores: correlation and mean distance with the teacher', (t) => {
  const { teacherPearson, meanDifference } = scoreFidelity({ student: [1, 2, 4], teacher: [2, 3, 5.5] });
  t.true(teacherPearson > 0.99 && teacherPearson <= 1);
  t.true(Math.abs(meanDifference - 3.5 / 3) < 1e-12);
  t.is(scoreFidelity({ student: [1, 2], teacher: [3, 3] }).teacherPearson, NaN, 'a teacher that always says the same');
  t.throws(() => scoreFidelity({ student: [1, NaN], teacher: [1, 2] }), { message: 'the scores of example 1 are NaN and 2: they cannot be compared' });
  t.throws(() => scoreFidelity({ student: [1], teacher: [1, 2] }), { message: /the student speaks of 1 examples and the teacher of 2/ });
});

test('each kind of head has its own', (t) => {
  const both = { student: [1, 2], teacher: [1, 2], classes: 2 };
  t.deepEqual(Object.keys(fidelityOf('single-label', both)), ['agreement', 'klNats']);
  t.deepEqual(Object.keys(fidelityOf('multi-label', both)), ['agreement', 'klNats']);
  t.deepEqual(Object.keys(fidelityOf('regression', { ...both, classes: 1 })), ['teacherPearson', 'meanDifference']);
});
