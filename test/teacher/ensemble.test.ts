import test from 'ava';
import { leaks } from '../../src/engine/memory.ts';
import * as tf from '../../src/engine/tf.ts';
import type { SignalOf, Wants } from '../../src/models/output.ts';
import { ensembleTeacher } from '../../src/teacher/ensemble.ts';
import { disposeSignal, liveTeacher, type Teacher } from '../../src/teacher/teacher.ts';
import { close, read } from '../engine/numbers.ts';
import { tinyBatch, tinyModel } from '../models/tiny-model.ts';
import { startEngine } from '../engine-under-test.ts';

test.before(startEngine);

/** Always says these logits, [B, C]. */
const saying = (rows: readonly (readonly number[])[], name = 'constant'): Teacher => ({
  name,
  can: () => undefined,
  says: <W extends Wants>() => Promise.resolve({ logits: tf.tensor2d(rows.map((row) => [...row])) } as unknown as SignalOf<W>),
});
const softmax = (row: readonly number[]) => {
  const powers = row.map(Math.exp);
  return powers.map((power) => power / powers.reduce((a, b) => a + b));
};
const sigmoid = (z: number) => 1 / (1 + Math.exp(-z));
const [a, b, c] = [[[1, -2, 0.5], [3, 3, 3]], [[-1, 4, 0], [0, 1, 2]], [[0, 0, 0], [-5, 5, 0]]] as const;
const three = [saying(a), saying(b), saying(c)];
const meanOf = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

test('the arithmetic mean is one of probabilities', async (t) => {
  const { logits } = await ensembleTeacher(three).says(tinyBatch(), { logits: true });
  const expected = [0, 1].flatMap((row) => [0, 1, 2].map((column) => meanOf([a, b, c].map((member) => softmax(member[row]!)[column]!))));
  close(t, 'probabilities', await read(tf.exp(logits)), expected);
});

test('of several classes at once, each class has a mean of its own; of scores, the score has', async (t) => {
  const { logits } = await ensembleTeacher(three, { task: 'multi-label' }).says(tinyBatch(), { logits: true });
  const expected = [0, 1].flatMap((row) => [0, 1, 2].map((column) => meanOf([a, b, c].map((member) => sigmoid(member[row]![column]!)))));
  close(t, 'probabilities', await read(tf.sigmoid(logits)), expected);
  const { logits: scores } = await ensembleTeacher([saying([[1], [2]]), saying([[3], [7]])], { task: 'regression' }).says(tinyBatch(), { logits: true });
  close(t, 'scores', await read(scores), [2, 4.5]);
});

test('the geometric mean is one of logits', async (t) => {
  const { logits } = await ensembleTeacher(three, { mean: 'geometric' }).says(tinyBatch(), { logits: true });
  close(t, 'logits', await read(logits), [0, 1].flatMap((row) => [0, 1, 2].map((column) => meanOf([a, b, c].map((member) => member[row]![column]!)))));
});

test('large logits do not overflow', async (t) => {
  const sure = [saying([[900, -900], [0, 0]]), saying([[-900, 900], [0, 0]])];
  const { logits } = await ensembleTeacher(sure).says(tinyBatch(), { logits: true });
  close(t, 'single', await read(tf.softmax(logits)), [0.5, 0.5, 0.5, 0.5]);
  const { logits: many } = await ensembleTeacher(sure, { task: 'multi-label' }).says(tinyBatch(), { logits: true });
  close(t, 'multi', await read(tf.sigmoid(many)), [0.5, 0.5, 0.5, 0.5]);
});

test('members are said as they are, in order; alone or with the mean', async (t) => {
  const ensemble = ensembleTeacher(three);
  const { members } = await ensemble.says(tinyBatch(), { members: true });
  t.deepEqual(members.shape, [3, 2, 3]);
  close(t, 'members', await read(members), [a, b, c].flat(2));
  t.deepEqual(Object.keys(await ensemble.says(tinyBatch(), { logits: true, members: true })).sort(), ['logits', 'members']);
});

test('one member is itself; live models make an ensemble', async (t) => {
  const [first, second] = [tinyModel({}, 1), tinyModel({}, 2)];
  const batch = tinyBatch();
  const { logits: alone } = await liveTeacher(first).says(batch, { logits: true });
  const { logits } = await ensembleTeacher([liveTeacher(first)]).says(batch, { logits: true });
  close(t, 'probabilities', await read(tf.softmax(logits)), await read(tf.softmax(alone)));
  const { members } = await ensembleTeacher([liveTeacher(first), liveTeacher(second)]).says(batch, { members: true });
  t.deepEqual(members.shape, [2, 2, 3]);
});

test('what it cannot say, and whom it cannot be made of', async (t) => {
  t.throws(() => ensembleTeacher([]), { message: /at least one teacher/ });
  const ensemble = ensembleTeacher([saying(a, 'Anna'), { ...saying(b, 'Bert'), can: () => 'it is asleep' }]);
  t.is(ensemble.can({ logits: true }), 'Bert: it is asleep');
  t.is(ensemble.can({ logits: true, hidden: [1] }), 'an ensemble speaks of classes, but hidden are wanted: ask one teacher');
  t.is(ensembleTeacher(three).can({ logits: true, members: true }), undefined);
  t.is(ensemble.name, 'arithmetic mean of Anna and Bert');
  await t.throwsAsync(ensembleTeacher([saying(a), saying([[1, 2], [3, 4]])]).says(tinyBatch(), { logits: true }), { message: 'the members of an ensemble answer in different shapes: [2, 3], [2, 2]' });
});

test.serial('nothing is left, in success and in failure', async (t) => {
  const failing: Teacher = { ...saying(a), says: () => Promise.reject(new Error('no')) };
  t.deepEqual(await leaks(async () => {
    const batch = tinyBatch();
    disposeSignal(await ensembleTeacher(three).says(batch, { logits: true, members: true }));
    disposeSignal(await ensembleTeacher(three).says(batch, { logits: true }));
    await t.throwsAsync(ensembleTeacher([...three, failing]).says(batch, { logits: true }));
    batch.dispose();
  }), { tensors: 0, buffers: 0 });
});
