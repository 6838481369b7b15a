import test from 'ava';
import * as tf from '../../src/engine/tf.ts';
import { tinybertAttention } from '../../src/objectives/tinybert-attention.ts';
import { close, drawn, read } from '../engine/numbers.ts';
import { batchOf, gradientsOf } from './examples.ts';
import { startEngine } from '../engine-under-test.ts';

test.before(startEngine);

test('each head of the student learns the mean of its group of the teacher\'s heads', async (t) => {
  const [student, teacher] = [drawn('student', [1, 2, 3, 3]), drawn('teacher', [1, 6, 3, 3])];
  const batch = { ...batchOf(undefined, 1, 3), mask: tf.tensor2d([[1, 1, 0]]) };
  const [s, g] = [await read(student), await read(teacher)];
  let sum = 0;
  for (let head = 0; head < 2; head++) for (const i of [0, 1]) for (const j of [0, 1]) {
    const target = [0, 1, 2].reduce((total, n) => total + g[((head * 3 + n) * 3 + i) * 3 + j]!, 0) / 3;
    sum += (s[(head * 3 + i) * 3 + j]! - target) ** 2;
  }
  const { loss } = await gradientsOf({ objective: tinybertAttention(), student: { scores: student }, teacher: { scores: teacher }, batch });
  close(t, 'loss', [loss], [sum / 8]); // two heads, four pairs of real tokens
});

test('numbers of heads that do not divide are refused with what would', (t) => {
  const shapes = (own: number | undefined, others: number) => ({ student: { layers: 2, width: 12, ...(own && { heads: own }) }, teacher: { layers: 2, width: 12, heads: others }, examples: 4 });
  t.is(tinybertAttention().refusal?.(shapes(4, 12)), undefined);
  t.regex(tinybertAttention().refusal?.(shapes(5, 12)) ?? '', /the student's 5 heads do not divide the teacher's 12; take a student of 1, 2, 3, 4, 6, 12 heads, or minilm-relation/);
  t.regex(tinybertAttention().refusal?.(shapes(12, 4)) ?? '', /do not divide/);
  t.regex(tinybertAttention().refusal?.(shapes(undefined, 4)) ?? '', /the student does not say how many attention heads it has/);
  t.throws(() => tinybertAttention({ matches: [{ student: 0, teacher: 1, weight: 1 }] }), { message: /layer 0 is the embeddings/ });
});
