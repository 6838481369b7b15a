import test from 'ava';
import * as tf from '../../src/engine/tf.ts';
import { embeddingOf, embeddingWants } from '../../src/objectives/embedding-source.ts';
import { close, read } from '../engine/numbers.ts';
import { startEngine } from '../engine-under-test.ts';

test.before(startEngine);

test('one vector per example: the first token, the mean of real tokens, or what a head reads', async (t) => {
  const hidden = tf.tensor3d([[[1, 2], [3, 4]], [[5, 6], [1e4, 1e4]], [[7, 7], [7, 7]]]);
  const mask = tf.tensor2d([[1, 1], [1, 0], [0, 0]]);
  const said = { hidden: new Map([[-1, hidden]]), cls: new Map([[-1, tf.tensor2d([[1, 2], [5, 6], [7, 7]])]]), pooled: tf.tensor2d([[9, 9], [8, 8], [7, 7]]) };
  close(t, 'mean', await read(embeddingOf(said, 'mean', { mask })), [2, 3, 5, 6, 0, 0]);
  close(t, 'first token', await read(embeddingOf(said, 'first-token', { mask })), [1, 2, 5, 6, 7, 7]);
  close(t, 'pooled', await read(embeddingOf(said, 'pooled', { mask })), [9, 9, 8, 8, 7, 7]);
  t.deepEqual((['first-token', 'mean', 'pooled'] as const).map(embeddingWants), [{ cls: [-1] }, { hidden: [-1] }, { pooled: true }]);
  t.throws(() => embeddingOf({}, 'mean', { mask }), { message: /sentence embeddings are wanted \(mean\), but they were not said/ });
});
