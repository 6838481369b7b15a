import fc from 'fast-check';
import test from 'ava';
import { afterScore, checkEarlyStopping, isPatienceSpent, notWaiting, stoppingReason, type Waiting } from '../../src/train/early-stopping.ts';

const heard = (scores: readonly number[], minImprovement = 0): Waiting => scores.reduce((state, score) => afterScore(state, score, { patience: 3, minImprovement }), notWaiting);

test('evaluations without an improvement are counted, and one with it starts the count anew', (t) => {
  t.deepEqual(heard([0.5]), { reference: 0.5, waited: 0 });
  t.deepEqual(heard([0.5, 0.5, 0.4]), { reference: 0.5, waited: 2 }, 'an equal score is no improvement');
  t.deepEqual(heard([0.5, 0.4, 0.51]), { reference: 0.51, waited: 0 });
  t.deepEqual(heard([-2, -1.5, -1.75]), { reference: -1.5, waited: 1 }, 'scores may be negative');
});

test('a rise by no more than the minimum is none, but small rises add up', (t) => {
  t.deepEqual(heard([0.5, 0.75], 0.25), { reference: 0.5, waited: 1 });
  t.deepEqual(heard([0.5, 0.625, 0.75, 0.875], 0.25), { reference: 0.875, waited: 0 });
  t.deepEqual(heard([0.5, 0.625, 0.625, 0.625], 0.25), { reference: 0.5, waited: 3 });
});

test('a score that is no finite number improves nothing, not even on nothing', (t) => {
  t.deepEqual(heard([NaN, Infinity, -Infinity]), { reference: null, waited: 3 });
  t.deepEqual(heard([NaN, 0.1]), { reference: 0.1, waited: 0 });
});

test('patience is spent after so many evaluations, and never where it is 0', (t) => {
  const spent = (patience: number, waited: number) => isPatienceSpent({ reference: 1, waited }, { patience, minImprovement: 0 });
  t.deepEqual([spent(2, 1), spent(2, 2), spent(1, 1), spent(0, 0), spent(0, 99)], [false, true, true, false, false]);
});

test('the state depends on nothing but the scores so far: cut anywhere, it is the same', (t) => {
  fc.assert(fc.property(fc.array(fc.integer({ min: -9, max: 9 }).map((eighths) => eighths / 8), { maxLength: 20 }), fc.nat(20), fc.constantFrom(0, 0.1), (scores, cut, minImprovement) => {
    const half: unknown = JSON.parse(JSON.stringify(heard(scores.slice(0, cut), minImprovement)));
    const resumed = scores.slice(cut).reduce((state, score) => afterScore(state, score, { patience: 3, minImprovement }), half as Waiting);
    t.deepEqual(resumed, heard(scores, minImprovement));
  }));
});

test('the reason is a sentence', (t) => {
  const reason = (waited: number, minImprovement: number) => stoppingReason({ reference: 0.5, waited }, 'f1', { patience: waited, minImprovement });
  t.is(reason(1, 0), 'f1 did not rise in 1 evaluation');
  t.is(reason(3, 0.002), 'f1 rose by no more than 0.002 in 3 evaluations');
});

test('what cannot be meant is refused', (t) => {
  const refused = (patience: number, minImprovement: number, evaluates: boolean, message: RegExp) => t.throws(() => checkEarlyStopping({ patience, minImprovement }, { evaluates }), { message });
  for (const patience of [-1, 1.5, NaN, Infinity]) refused(patience, 0, true, /^patience must be a whole number from 0, not /);
  for (const minImprovement of [-0.1, NaN, Infinity]) refused(1, minImprovement, true, /^minImprovement must be a number from 0, not /);
  refused(1, 0, false, /^a patience of 1 counts evaluations/);
  t.notThrows(() => checkEarlyStopping({ patience: 0, minImprovement: 0 }, { evaluates: false }));
});
