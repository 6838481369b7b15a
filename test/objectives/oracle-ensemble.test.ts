import test from 'ava';
import * as tf from '../../src/engine/tf.ts';
import { oracleEnsemble, type OracleEnsembleOptions } from '../../src/objectives/oracle-ensemble.ts';
import { softLabel } from '../../src/objectives/soft-label.ts';
import { close } from '../engine/numbers.ts';
import { batchOf, classBatch, lossAndGradient, lossOf } from './examples.ts';
import { engineUnderTest } from '../engine-choice.ts';
import { startEngine } from '../engine-under-test.ts';

test.before(startEngine);

const students = [[1, -2, 0.5], [0, 3, 1], [2, 2, -1], [0, 1, 0]];
// For the labels 0, 1, none, 2 the best are member 0, member 1, nobody, and both alike.
const said = [
  [[4, 0, 0], [3, 0, 0], [1, 2, 3], [0, 0, 5]],
  [[0, 4, 0], [0, 1, 0], [3, -2, 1], [0, 0, 5]],
];
const classes = [0, 1, -1, 2];
const heard = [said[0]![0]!, said[1]![1]!, [2, 0, 2], said[0]![3]!];

const run = (options: OracleEnsembleOptions | undefined, batch = classBatch(classes), members: number[][][] = said) => lossAndGradient({ objective: oracleEnsemble(options), student: tf.tensor2d(students), teacher: { members: tf.tensor3d(members) }, batch });
const plain = (options: Parameters<typeof softLabel>[0], teacher = heard, batch = classBatch(classes)) => lossAndGradient({ objective: softLabel({ temperature: 1, ...options }), student: tf.tensor2d(students), teacher: tf.tensor2d(teacher), batch });

test('each labelled row hears the member best at it, one without a label their mean logits', async (t) => {
  t.is(tf.getBackend(), engineUnderTest);
  for (const options of [{}, { alpha: 0.4, temperature: 3 }, { form: 'cross-entropy', scaleT2: false, temperature: 2 }] as const) {
    const [own, expected] = [await run(options), await plain(options)];
    close(t, 'loss', [own.loss], [expected.loss]);
    close(t, 'gradient', own.gradient, expected.gradient, { absolute: 1e-7 });
  }
});

test('of members that are alike the lower is heard', async (t) => {
  const tied = (first: number[], second: number[]) => said.map((member, m) => member.map((row, i) => (i === 3 ? [first, second][m]! : row)));
  for (const [first, second] of [[[1, 0, 5], [0, 1, 5]], [[0, 1, 5], [1, 0, 5]]] as const) { // as sure of class 2, not of the others
    const [own, expected] = [await run({ temperature: 4 }, classBatch(classes), tied([...first], [...second])), await plain({ temperature: 4 }, [...heard.slice(0, 3), [...first]])];
    close(t, 'loss', [own.loss], [expected.loss]);
    close(t, 'gradient', own.gradient, expected.gradient, { absolute: 1e-7 });
  }
});

test('a choice by example id overrides the label\'s; an example that has none hears the mean', async (t) => {
  const choice = new Map([['0', 1], ['2', 0], ['3', 1], ['elsewhere', 0]]);
  const [own, expected] = [await run({ choice }, batchOf(undefined, 4)), await plain({}, [said[1]![0]!, [1.5, 0.5, 0], said[0]![2]!, said[1]![3]!], batchOf(undefined, 4))];
  close(t, 'loss', [own.loss], [expected.loss]);
  t.not(oracleEnsemble({ choice }).settings?.choice, oracleEnsemble({ choice: new Map([['0', 0]]) }).settings?.choice);
});

test('several classes: the member with the least loss over the labelled ones, for the whole example', async (t) => {
  const hits = [1, 0, -1, -1];
  const members = [[[2, 1], [0, 3]], [[1, 2], [5, 1]]];
  const batch = () => batchOf({ kind: 'multi-label', hits: Float32Array.from(hits) }, 2);
  const [student, teacher] = [[[0, 1], [2, -1]], [[2, 1], [2.5, 2]]] as const; // member 0 has the smaller loss on (1, 0)
  const own = await lossAndGradient({ objective: oracleEnsemble({ task: 'multi-label', temperature: 2 }), student: tf.tensor2d(student.map((row) => [...row])), teacher: { members: tf.tensor3d(members) }, batch: batch() });
  const expected = await lossAndGradient({ objective: softLabel({ task: 'multi-label', temperature: 2 }), student: tf.tensor2d(student.map((row) => [...row])), teacher: tf.tensor2d(teacher.map((row) => [...row])), batch: batch() });
  close(t, 'loss', [own.loss], [expected.loss]);
});

test('scores: the nearest member', async (t) => {
  const batch = batchOf({ kind: 'regression', scores: Float32Array.of(2, NaN) }, 2);
  const { loss } = await lossAndGradient({ objective: oracleEnsemble({ task: 'regression' }), student: tf.tensor2d([[1], [5]]), teacher: { members: tf.tensor3d([[[4], [1]], [[2.5], [5]]]) }, batch });
  close(t, 'loss', [loss], [(1.5 ** 2 + 2 ** 2) / 2]);
});

test('without labels there must be a choice, and it must be of the members', (t) => {
  const said = { student: tf.zeros([2, 3]), teacher: { members: tf.zeros([2, 2, 3]) } };
  t.throws(() => lossOf({ objective: oracleEnsemble(), ...said, batch: batchOf(undefined, 2) }), { message: 'oracle-ensemble without a choice wants single-label labels, but the batch carries no labels' });
  t.throws(() => lossOf({ objective: oracleEnsemble({ choice: new Map([['1', 2]]) }), ...said, batch: batchOf(undefined, 2) }), { message: 'oracle-ensemble: example 1 chose member 2, but there are 2, from 0' });
  for (const member of [-1, 0.5]) t.throws(() => oracleEnsemble({ choice: new Map([['0', member]]) }), { message: /a choice is the number of a member/ });
});
