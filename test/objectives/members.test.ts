import test from 'ava';
import * as tf from '../../src/engine/tf.ts';
import { meanRows, requireMembers } from '../../src/objectives/members.ts';
import { close, read } from '../engine/numbers.ts';
import { sigmoid, softmax } from './examples.ts';
import { engineUnderTest } from '../engine-choice.ts';
import { startEngine } from '../engine-under-test.ts';

test.before(startEngine);

const said = [[[1, -2, 0.5], [0, 3, 1]], [[-1, 2, 2], [4, 0, 0]]];
const members = () => tf.tensor3d(said);
const weighted = (shares: readonly number[], of: (member: number) => number[]) => {
  const values = shares.map((_, member) => of(member));
  return values[0]!.map((__, c) => shares.reduce((sum, share, member) => sum + share * values[member]![c]!, 0));
};

test('the arithmetic mean is of softened probabilities, the geometric one of logits', async (t) => {
  t.is(tf.getBackend(), engineUnderTest);
  for (const [shares, given] of [[[0.5, 0.5], undefined], [[0.8, 0.2], [0.8, 0.2]]] as const) {
    const rows = async (mode: 'arithmetic' | 'geometric', temperature: number) => read(tf.softmax(tf.div(meanRows(members(), 'single-label', { temperature, mode, shares: given }), temperature)));
    close(t, 'arithmetic', await rows('arithmetic', 2), [0, 1].flatMap((row) => weighted(shares, (member) => softmax(said[member]![row]!, 2))));
    close(t, 'geometric', await rows('geometric', 2), [0, 1].flatMap((row) => softmax(weighted(shares, (member) => said[member]![row]!), 2)));
  }
});

test('several classes are averaged class by class, scores as they are', async (t) => {
  const rows = meanRows(members(), 'multi-label', { temperature: 2, mode: 'arithmetic' });
  t.deepEqual(rows.shape, [6, 2]);
  const held = await read(tf.slice(tf.softmax(tf.div(rows, 2)), [0, 0], [-1, 1]));
  close(t, 'classes', held, [0, 1].flatMap((row) => weighted([0.5, 0.5], (member) => said[member]![row]!.map((z) => sigmoid(z / 2)))));
  close(t, 'scores', await read(meanRows(tf.tensor3d([[[1], [2]], [[5], [-2]]]), 'regression', { temperature: 2, mode: 'arithmetic', shares: [0.75, 0.25] })), [2, 1]);
});

test('one member is itself, members of share 0 do not count, extremes stay finite', async (t) => {
  const alone = tf.slice(members(), [0, 0, 0], [1, -1, -1]);
  const probabilities = said[0]!.flatMap((row) => softmax(row));
  for (const [given, shares] of [[alone, undefined], [members(), [1, 0]]] as const) {
    close(t, 'one', await read(tf.softmax(meanRows(given, 'single-label', { temperature: 1, mode: 'arithmetic', shares }))), probabilities, { absolute: 1e-7 });
  }
  const extreme = await read(meanRows(tf.mul(members(), 1e4), 'single-label', { temperature: 1, mode: 'arithmetic' }));
  t.true(extreme.every(Number.isFinite));
});

test('members that are no stack over the student\'s logits are refused', (t) => {
  const refused = (shape: number[]) => t.throws(() => requireMembers('it', tf.zeros([2, 3]), tf.zeros(shape)), { message: `it: student logits [2, 3] want the members' stacked as [M, B, C], not [${shape.join(', ')}]` });
  for (const shape of [[2, 3], [4, 2, 4], [4, 3, 3], [0, 2, 3]]) refused(shape);
  t.notThrows(() => requireMembers('it', tf.zeros([2, 3]), tf.zeros([1, 2, 3])));
});
