import test from 'ava';
import { sweep } from '../../src/engine/sweep.ts';
import * as tf from '../../src/engine/tf.ts';
import { maskedSquares } from '../../src/objectives/masked-squares.ts';
import { close, drawn, read } from '../engine/numbers.ts';
import { startEngine } from '../engine-under-test.ts';

test.before(startEngine);

test('the sum and its gradient are those of the operations it stands for', async (t) => {
  const [student, teacher] = [tf.variable(drawn('student', [2, 3, 4])), drawn('teacher', [2, 3, 4])];
  const masks = [tf.tensor3d([1, 1, 0, 1, 0, 0], [2, 3, 1]), tf.tensor3d([1, 0, 1, 1], [1, 1, 4])];
  const plain = () => tf.sum<tf.Scalar>(tf.mul(tf.mul(tf.squaredDifference(student, teacher), masks[0]!), masks[1]!));
  const [one, other] = [sweep(() => tf.mul(maskedSquares(student, teacher, ...masks), 0.5), [student]), sweep(() => tf.mul(plain(), 0.5), [student])];
  close(t, 'sum', await read(one.loss), await read(other.loss), { relative: 1e-6 });
  close(t, 'gradient', await read(one.gradients.get(student)!), await read(other.gradients.get(student)!), { relative: 1e-6 });
});
