import test from 'ava';
import * as tf from '../../src/engine/tf.ts';
import { layered } from '../../src/objectives/layered.ts';
import { type Objective, ownParameter, weighted } from '../../src/objectives/objective.ts';
import { close, read, take } from '../engine/numbers.ts';
import { batchOf, firstStep } from './examples.ts';
import { startEngine } from '../engine-under-test.ts';

test.before(startEngine);

const paper = { authors: 'nobody', year: 2026, title: 'An objective for a test', id: 'none' };
const matches = [{ student: 1, teacher: 2, weight: 1 }, { student: -1, teacher: 4, weight: 0.5 }];
/** The difference of the states' sums, times a parameter of its own. */
const made = (name = 'made', kind: 'hidden' | 'scores' = 'hidden'): Objective =>
  layered({
    name, paper, kind, matches,
    parameters: ({ student, teacher }) => [{ name: 'factor', shape: [student.width, teacher.width], initial: { constant: 3 } }],
    term: ({ student, teacher }, _batch, context) => tf.mul(tf.sub(tf.sum(student), tf.sum(teacher)), ownParameter(context, name, 'factor')),
  });
const states = (entries: readonly (readonly [number, number])[]) => ({ hidden: new Map(entries.map(([layer, value]) => [layer, tf.fill([1, 1, 1], value)])) });
const [student, teacher] = [() => states([[1, 10], [-1, 20]]), () => states([[2, 1], [4, 2]])];
const shapes = { student: { layers: 3, width: 4 }, teacher: { layers: 4, width: 5 }, examples: 9 };

test('it wants the layers that are matched, as each kind counts them', (t) => {
  t.deepEqual(made().wants, { student: { hidden: [1, -1] }, teacher: { hidden: [2, 4] } });
  t.deepEqual(made('made', 'scores').wants, { student: { scores: [0, -1] }, teacher: { scores: [1, 3] } });
  t.deepEqual(made().matched, [{ objective: 'made', what: 'hidden states', matches }]);
  t.deepEqual(made().settings, { matches: '1:2 -1:4(0.5)' });
});

test('the loss is the weighted sum over pairs, each heard unweighted', async (t) => {
  const heard = new Map<string, number>();
  const pending: Promise<unknown>[] = [];
  const loss = made().loss(student(), teacher(), batchOf(undefined, 1), { ...firstStep, own: () => tf.scalar(2), hear: (part, value) => pending.push(read(value).then(([number = NaN]) => heard.set(part, number))) });
  close(t, 'loss', await read(loss), [2 * (10 - 1) + 0.5 * 2 * (20 - 2)]);
  await Promise.all(pending);
  t.deepEqual([...heard], [['made.1:2', 18], ['made.-1:4', 36]]);
});

test('parts of a sum find their own parameters, even where they bear one name; what they do not look at stays unseen', async (t) => {
  const both = weighted([[1, made()], [2, made()]]);
  t.deepEqual(both.parameters?.(shapes).map(({ name }) => name), ['0.factor', '1.factor']);
  t.is(both.matched?.length, 2);
  t.is(both.refusal?.(shapes), undefined);
  const looked: string[] = [];
  const context = {
    get step() {
      looked.push('step');
      return 1;
    },
    get key() {
      looked.push('key');
      return firstStep.key;
    },
    own: (name: string) => tf.scalar(name === '0.factor' ? 1 : 10),
  };
  t.is(await take(both.loss(student(), teacher(), batchOf(undefined, 1), context)), (9 + 9) * 1 + 2 * (9 + 9) * 10);
  t.deepEqual(looked, []);
});

test('a pair that cannot be matched is refused by the first part that says so', (t) => {
  const shallow = { ...shapes, teacher: { layers: 3, width: 5 } };
  t.is(weighted([[1, made('one')], [1, made('other')]]).refusal?.(shallow), 'one: layer 4 of the teacher is matched, but its layers run from 0 to 3');
  t.regex(made().refusal?.({ student: shapes.student, examples: 9 }) ?? '', /^made compares layers, but the teacher does not say how many it has, nor how wide it is: give its `dimensions`/);
  t.throws(() => made().parameters?.({ student: shapes.student, examples: 9 }), { message: 'made: the teacher does not say its dimensions' });
  t.throws(() => made().loss({ hidden: new Map() }, teacher(), batchOf(undefined, 1), firstStep), { message: 'made wants the hidden states of layer 1, but they were not said' });
});
