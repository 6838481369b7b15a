import fc from 'fast-check';
import test from 'ava';
import type { Model } from '../../src/models/model.ts';
import { numbersIn } from '../../src/storage/numbered-folders.ts';
import { afterScore, checkEarlyStopping, isPatienceSpent, notWaiting, stoppingReason, type Waiting } from '../../src/train/early-stopping.ts';
import type { TrainHooks } from '../../src/train/train.ts';
import { bitsOf } from '../models/tiny-model.ts';
import { temporaryFolder } from '../storage/temporary-folder.ts';
import { run, scripted, stopAfter, student } from './lesson.ts';
import { startEngine } from '../engine-under-test.ts';

test.before(startEngine);

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

const dropping = () => student({ hiddenDropout: 0.2, attentionDropout: 0.1, classifierDropout: 0.2 });

/** The scores after steps 1, 2, ...: the second is the best. */
const hill = [0.3, 0.9, 0.8, 0.85, 0.7, 0.6, 0.5];
/** Scores that belong to weights, so that a resumed run hears the same ones; those of a run never stopped are `hill`. */
function remembered(of: Model, scores: Map<string, number>): NonNullable<TrainHooks['score']> {
  return {
    metric: 'accuracy',
    measure: async () => {
      const bits = await bitsOf(of);
      if (!scores.has(bits)) scores.set(bits, hill[scores.size] ?? NaN);
      return { accuracy: scores.get(bits) ?? NaN };
    },
  };
}

test('it stops when patience is spent, says why, and gives the best weights back', async (t) => {
  const [bits, model] = [[] as string[], student()];
  const checkpoints = await temporaryFolder(t);
  const { outcome, events } = await run({ learning: { student: model }, settings: { evaluateEvery: 1, patience: 3 }, hooks: { checkpoints, score: scripted(hill, bits, model) } });
  t.deepEqual(outcome, { step: 5, best: { step: 2, score: 0.9 }, stopped: 'early' });
  t.like(events.at(-1), { kind: 'end', step: 5, stopped: 'early', reason: 'accuracy did not rise in 3 evaluations' });
  t.deepEqual(await numbersIn(checkpoints, 'step'), [5]);
  t.is(bits[1], await bitsOf(model));
  const again = student({}, 3);
  const { outcome: second, events: heard } = await run({ learning: { student: again }, settings: { evaluateEvery: 1, patience: 3 }, hooks: { checkpoints, score: scripted([], [], again) } });
  t.deepEqual(second, outcome, 'a run that is over is not run again');
  t.deepEqual(heard.map(({ kind }) => kind), ['start', 'end']);
  t.is(bits[1], await bitsOf(again));
});

test('patience spent at the last step is no early stop', async (t) => {
  const { outcome, events } = await run({ settings: { evaluateEvery: 1, patience: 5 }, hooks: { score: scripted(hill, [], student()) } });
  t.deepEqual([outcome.step, outcome.stopped], [7, undefined]);
  t.false('stopped' in (events.at(-1) ?? {}));
});

test('interrupted after any step and resumed, it stops early at the same step with the same weights', async (t) => {
  const settings = { evaluateEvery: 1, patience: 3, minImprovement: 0.01 };
  const scores = new Map<string, number>();
  const whole = dropping();
  const { outcome } = await run({ learning: { student: whole }, settings, hooks: { score: remembered(whole, scores) } });
  t.is(outcome.stopped, 'early');
  for (const step of [1, 3, 4]) {
    const checkpoints = await temporaryFolder(t);
    const [first, second] = [dropping(), dropping()];
    const stopped = await run({ learning: { student: first }, settings, hooks: { checkpoints, score: remembered(first, scores), ...stopAfter(step) } });
    t.deepEqual([stopped.outcome.step, stopped.outcome.stopped], [step, 'interrupted']);
    const resumed = await run({ learning: { student: second }, settings, hooks: { checkpoints, score: remembered(second, scores) } });
    t.deepEqual(resumed.outcome, outcome, `interrupted after ${step}`);
    t.is(await bitsOf(second), await bitsOf(whole));
  }
  t.is(scores.size, 5, 'no weights were scored that the run never stopped has not had');
});
