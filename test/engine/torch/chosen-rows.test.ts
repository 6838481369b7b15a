// Indices of rows that are not there: an error, or, where numbers are not looked at, no numbers; never what lies elsewhere in memory, and on a
// device never the end of the process. (Embedding and cached attention: test/engine/fused.)
import test from 'ava';
import { vocabularyLoss } from '../../../src/engine/fused/vocabulary-loss.ts';
import * as tf from '../../../src/engine/tf.ts';
import { engineUnderTest, looksUnderTest } from '../../engine-choice.ts';
import { startEngine } from '../../engine-under-test.ts';
import { read } from '../numbers.ts';

const onTorch = engineUnderTest === 'torch' ? test : test.skip;
if (engineUnderTest === 'torch') test.before(startEngine);

const table = () => tf.tensor2d([[1, 2, 3], [4, 5, 6]]);
const tuples = (indices: number[][]) => tf.tensor2d(indices, [indices.length, 2], 'int32');

onTorch('gatherND: a tuple outside, also where another row lies at its place', async (t) => {
  for (const outside of [[0, 5], [0, -1], [2, 0], [-1, 4], [1_000_000, 0]]) {
    const indices = tuples([[1, 1], outside]);
    if (looksUnderTest) t.throws(() => tf.gatherND(table(), indices), { message: /GatherNd: an index is outside a tensor of shape \[2, 3\]/ }, String(outside));
    else t.deepEqual(await read(tf.gatherND(table(), indices)), [5, NaN], String(outside));
  }
});

onTorch('gather: along either axis, per row, and of whole numbers', async (t) => {
  const outside = tf.tensor1d([1, 7], 'int32');
  const ways: Readonly<Record<string, [gathered: () => tf.Tensor, numbers: number[]]>> = {
    rows: [() => tf.gather(table(), outside), [4, 5, 6, NaN, NaN, NaN]],
    columns: [() => tf.gather(table(), outside, 1), [2, NaN, 5, NaN]],
    'per row': [() => tf.gather(table(), tf.tensor2d([[0, -1], [3, 2]], [2, 2], 'int32'), 1, 1), [1, NaN, NaN, 6]],
    'whole numbers': [() => tf.gather(tf.cast(table(), 'int32'), outside), [4, 5, 6, 0, 0, 0]],
    'a table without rows': [() => tf.gather(tf.zeros([0, 2]), tf.tensor1d([0], 'int32')), [NaN, NaN]],
  };
  for (const [way, [gathered, numbers]] of Object.entries(ways)) {
    if (looksUnderTest) t.throws(gathered, { message: /GatherV2: the index value -?\d+ is not in \[0, -?\d+\]/ }, way);
    else t.deepEqual(await read(gathered()), numbers, way);
  }
});

onTorch('unsortedSegmentSum: what belongs to a segment that is not there', async (t) => {
  const sums = () => tf.unsortedSegmentSum(table(), tf.tensor1d([1, 2], 'int32'), 2);
  if (looksUnderTest) t.throws(sums);
  else t.deepEqual(await read(sums()), [0, 0, 0, 1, 2, 3]);
});

onTorch('a word outside the vocabulary, too, makes the loss no number', async (t) => {
  const lossOf = (words: number[]) => tf.tidy(() => {
    const student = { input: tf.ones([1, 2, 3]), weight: tf.ones([5, 3]), bias: tf.zeros([5]) };
    return vocabularyLoss(student, { words: tf.tensor2d(words, [1, 2], 'int32'), mask: tf.ones([1, 2]), temperature: 1, softWeight: 0, maskedWeight: 1 }).loss;
  });
  t.true(Math.abs((await read(lossOf([4, -1])))[0]! - Math.log(5)) < 1e-6);
  if (looksUnderTest) t.throws(() => lossOf([5, -1]), { message: /word 5 is outside a vocabulary of 5/ });
  else t.deepEqual(await read(lossOf([5, -1])), [NaN]);
});
