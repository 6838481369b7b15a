import test from 'ava';
import { type Batch, type HostLabels, upload } from '../../src/engine/batch.ts';
import * as tf from '../../src/engine/tf.ts';
import { headRows, labelRows, labelsOf, lossRows, oneHot, requireAlike, requireHead } from '../../src/objectives/rows.ts';
import { close, read } from '../engine/numbers.ts';
import { batchOf, classBatch, logSoftmax, sigmoid } from './examples.ts';
import { engineUnderTest } from '../engine-choice.ts';
import { startEngine } from '../engine-under-test.ts';

test.before(startEngine);

const labelsFor = (labels: HostLabels, rows: number, width = 1): NonNullable<Batch['labels']> => {
  const zeros = new Int32Array(rows * width);
  return upload({ exampleIds: [], rows, width, inputIds: zeros, mask: new Float32Array(rows * width), typeIds: zeros, labels }).labels!;
};

test('classes that exclude nothing are rows of two, whose softmax is the sigmoid', async (t) => {
  t.is(tf.getBackend(), engineUnderTest);
  const logits = tf.tensor2d([[2, -1, 0.5], [-3, 0, 40]]);
  const rows = headRows(logits, 'multi-label');
  t.deepEqual(rows.shape, [6, 2]);
  close(t, 'sigmoids', await read(tf.slice(tf.softmax(rows), [0, 0], [-1, 1])), [2, -1, 0.5, -3, 0, 40].map(sigmoid));
  t.is(headRows(logits, 'single-label'), logits);
  t.deepEqual(headRows(tf.zeros([4, 2, 3]), 'multi-label').shape, [4, 6, 2]); // members of an ensemble keep their axis
});

test('labels of every kind are rows with zeros where there is none', async (t) => {
  const rowsOf = async (labels: HostLabels, rows: number, depth: number, width = 1) => {
    const { targets, known } = labelRows(labelsFor(labels, rows, width), depth);
    return { shape: targets.shape, targets: await read(targets), known: await read(known) };
  };
  t.deepEqual(await rowsOf({ kind: 'single-label', indices: Int32Array.of(1, -1) }, 2, 3), { shape: [2, 3], targets: [0, 1, 0, 0, 0, 0], known: [1, 0] });
  t.deepEqual(await rowsOf({ kind: 'masked-lm', tokens: Int32Array.of(-100, 2, 0, -100) }, 2, 3, 2), { shape: [4, 3], targets: [0, 0, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0], known: [0, 1, 1, 0] });
  t.deepEqual(await rowsOf({ kind: 'multi-label', hits: Float32Array.of(1, 0, -1, -1) }, 2, 2), { shape: [4, 2], targets: [1, 0, 0, 1, 0, 0, 0, 0], known: [1, 1, 0, 0] });
  t.deepEqual(await rowsOf({ kind: 'regression', scores: Float32Array.of(0.5, NaN) }, 2, 1), { shape: [2, 1], targets: [0.5, 0], known: [1, 0] });
});

test('the loss of a row is its cross-entropy, or the square of the difference', async (t) => {
  const rows = [[1, 2, -1], [0, 5, 0]];
  const targets = [[0, 1, 0], [0.2, 0.3, 0.5]];
  const expected = rows.map((row, i) => -targets[i]!.reduce((sum, share, c) => sum + share * logSoftmax(row)[c]!, 0));
  close(t, 'classes', await read(lossRows(tf.tensor2d(rows), tf.tensor2d(targets), 'single-label')), expected);
  close(t, 'scores', await read(lossRows(tf.tensor2d([[3], [-1]]), tf.tensor2d([[1], [1.5]]), 'regression')), [4, 6.25]);
});

test('one-hot rows are zeros below 0 and beyond the classes', async (t) => {
  t.deepEqual(await read(oneHot(tf.tensor1d([1, -5, 2], 'int32'), 2)), [0, 1, 0, 0, 0, 0]);
});

test('what does not fit is refused with what it is and what is wanted', (t) => {
  t.throws(() => labelsOf(classBatch([0]), 'it', 'multi-label'), { message: 'it wants multi-label labels, but the batch carries single-label ones' });
  t.throws(() => labelsOf(batchOf(undefined, 1), 'it', 'regression'), { message: 'it wants regression labels, but the batch carries no labels' });
  t.throws(() => requireAlike('it', tf.zeros([2, 3]), tf.zeros([2, 4])), { message: 'it: student logits [2, 3] and teacher logits [2, 4] differ in shape' });
  t.throws(() => requireAlike('it', tf.zeros([2, 3, 4]), tf.zeros([2, 3, 4])), { message: 'it is for class logits [B, C], not [2, 3, 4]' });
  const head = (task: Parameters<typeof requireHead>[1], shape: number[], batch = batchOf(undefined, 2)) => () => requireHead('it', task, tf.zeros(shape), batch);
  t.throws(head('single-label', [2, 3, 4]), { message: 'it is for class logits [B, C], not [2, 3, 4]' });
  t.throws(head('regression', [2, 3]), { message: 'it: a regression head says one score, not 3' });
  t.throws(head('single-label', [2, 1]), { message: 'it is set for single-label heads, but this one says a single number: is it a regression?' });
  t.throws(head('multi-label', [2, 3], classBatch([0, 1])), { message: 'it is set for multi-label heads, but the batch carries single-label labels' });
  for (const [task, shape] of [['multi-label', [2, 1]], ['regression', [2, 1]], ['single-label', [2, 2]]] as const) t.notThrows(head(task, [...shape]));
});
