import test from 'ava';
import * as tf from '../../src/engine/tf.ts';
import { minilmRelation } from '../../src/objectives/minilm-relation.ts';
import { close, drawn, read, slopes, someOf } from '../engine/numbers.ts';
import { batchOf, gradientsOf, logSoftmax, lossOf, mean } from './examples.ts';
import { startEngine } from '../engine-under-test.ts';

test.before(startEngine);

const [rows, tokens] = [2, 3];
const real = [1, 1, 1, 1, 1, 0]; // the second text is a token shorter
const [own, others] = [{ heads: 2, width: 6 }, { heads: 4, width: 3 }]; // joined: 12 both
const said = (name: string, { heads, width }: typeof own) => Object.fromEntries((['query', 'key', 'value'] as const).map((part) => [part, drawn(`${name} ${part}`, [rows, heads, tokens, width])]));
const batch = () => ({ ...batchOf(undefined, rows, tokens), mask: tf.tensor2d([...real], [rows, tokens]) });

/** In float64: the mean over heads and real rows of KL(R_t ‖ R_s), with `relationHeads` heads made of the joined ones. */
async function reference(student: tf.Tensor, teacher: tf.Tensor, relationHeads: number): Promise<number> {
  const joined = async (vectors: tf.Tensor) => {
    const [, heads = 0, , width = 0] = vectors.shape;
    const values = await read(vectors);
    return (row: number, token: number, column: number) => values[((row * heads + Math.floor(column / width)) * tokens + token) * width + (column % width)]!;
  };
  const [a, b] = [await joined(student), await joined(teacher)];
  const all = student.shape[1]! * student.shape[3]!;
  const width = all / relationHeads;
  const isReal = (row: number, token: number) => real[row * tokens + token] === 1;
  const relation = (at: typeof a, row: number, head: number, from: number) => {
    const products = Array.from({ length: tokens }, (_, to) => Array.from({ length: width }, (_, d) => at(row, from, head * width + d) * at(row, to, head * width + d)).reduce((sum, product) => sum + product, 0) / Math.sqrt(width));
    return logSoftmax(products.filter((_, to) => isReal(row, to)));
  };
  const divergences: number[] = [];
  for (let row = 0; row < rows; row++) for (let head = 0; head < relationHeads; head++) for (let from = 0; from < tokens; from++) {
    if (!isReal(row, from)) continue;
    const [p, q] = [relation(a, row, head, from), relation(b, row, head, from)];
    divergences.push(q.reduce((sum, logQ, i) => sum + Math.exp(logQ) * (logQ - p[i]!), 0));
  }
  return mean(divergences);
}

for (const relationHeads of [1, 2, 3, 4, 6, undefined]) {
  test(`equals its float64 reference with ${relationHeads ?? "the student's"} relation heads`, async (t) => {
    const [student, teacher] = [said('student', own), said('teacher', others)];
    const objective = minilmRelation({ ...(relationHeads && { relationHeads }), weights: { query: 0.5, key: 0.25, value: 1 } });
    const parts = await Promise.all((['query', 'key', 'value'] as const).map((part) => reference(student[part]!, teacher[part]!, relationHeads ?? own.heads)));
    const { loss, gradients } = await gradientsOf({ objective, student, teacher, batch: batch() });
    close(t, 'loss', [loss], [0.5 * parts[0]! + 0.25 * parts[1]! + parts[2]!]);
    for (const part of ['query', 'key', 'value'] as const) {
      const places = someOf(student[part]!.size);
      const found = await slopes((moved) => lossOf({ objective, student: { ...student, [part]: moved }, teacher, batch: batch() }), student[part]!, places);
      close(t, part, places.map((place) => gradients[part]![place]!), found, { relative: 3e-3, absolute: 1e-5 });
    }
  });
}

test('the default counts the three alike; a weight of 0 leaves one out', async (t) => {
  const [student, teacher] = [said('student', own), said('teacher', others)];
  const parts = await Promise.all((['query', 'key', 'value'] as const).map((part) => reference(student[part]!, teacher[part]!, 2)));
  close(t, 'all', [(await gradientsOf({ objective: minilmRelation(), student, teacher, batch: batch() })).loss], [mean(parts)]);
  const { loss, gradients } = await gradientsOf({ objective: minilmRelation({ weights: { query: 0, key: 0, value: 1 } }), student: { value: student.value! }, teacher: { value: teacher.value! }, batch: batch() });
  close(t, 'values', [loss], [parts[2]!]);
  t.deepEqual(Object.keys(gradients), ['value']);
});

test('heads that do not divide a width, and settings without sense, are refused', (t) => {
  const shapes = { student: { layers: 2, width: 12, heads: 5 }, teacher: { layers: 2, width: 18, heads: 6 }, examples: 4 };
  t.is(minilmRelation().refusal?.(shapes), "minilm-relation: 5 relation heads do not divide the student's width of 12; give relationHeads that divide 12 and 18");
  t.is(minilmRelation({ relationHeads: 4 }).refusal?.(shapes), "minilm-relation: 4 relation heads do not divide the teacher's width of 18; give relationHeads that divide 12 and 18");
  t.is(minilmRelation({ relationHeads: 3 }).refusal?.(shapes), undefined);
  t.is(minilmRelation({ relationHeads: 4 }).refusal?.({ ...shapes, teacher: { ...shapes.teacher, bottleneck: { width: 16 } } }), undefined);
  t.throws(() => minilmRelation({ relationHeads: 0.5 }), { message: /relation heads are a whole number from 1/ });
  t.throws(() => minilmRelation({ weights: { key: -1 } }), { message: /the weight of the key relation must be a number from 0, not -1/ });
  t.throws(() => minilmRelation({ weights: { query: 0, key: 0, value: 0 } }), { message: /at least one relation must count/ });
});
