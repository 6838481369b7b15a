import test from 'ava';
import * as tf from '../../src/engine/tf.ts';
import { fsp } from '../../src/objectives/fsp.ts';
import type { Objective } from '../../src/objectives/objective.ts';
import { close, drawn, read, rounded } from '../engine/numbers.ts';
import { batchOf, firstStep } from './examples.ts';
import { startEngine } from '../engine-under-test.ts';

test.before(startEngine);

const [rows, tokens] = [2, 3];
const states = (name: string, width: number) => drawn(name, [rows, tokens, width]);
const batch = () => ({ ...batchOf(undefined, rows, tokens), mask: tf.tensor2d([1, 1, 1, 1, 0, 0], [rows, tokens]) });
const turned = (x: tf.Tensor, weight: tf.Tensor) => tf.reshape(tf.matMul(tf.reshape(x, [rows * tokens, -1]), weight as tf.Tensor2D, false, true), [rows, tokens, -1]);

/** mean over rows of ‖G_t - G_s‖², row by row. */
async function distance(student: readonly [tf.Tensor, tf.Tensor], teacher: readonly [tf.Tensor, tf.Tensor]): Promise<number> {
  let sum = 0;
  for (const [row, length] of [[0, 3], [1, 1]] as const) {
    const flow = ([from, to]: readonly [tf.Tensor, tf.Tensor]) => {
      const real = (x: tf.Tensor) => tf.reshape<tf.Rank.R2>(tf.slice(x, [row, 0, 0], [1, length, -1]), [length, -1]);
      return tf.div(tf.matMul(real(from), real(to), true), length);
    };
    sum += (await read(tf.sum(tf.squaredDifference(flow(student), flow(teacher)))))[0]!;
  }
  return sum / rows;
}

test('a flow runs from each pair to the next, and counts as much as the later one', async (t) => {
  const matches = [{ student: 0, teacher: 0, weight: 1 }, { student: 1, teacher: 3, weight: 0.5 }, { student: 2, teacher: 6, weight: 2 }];
  const objective: Objective = fsp({ matches });
  const [own, others] = [[0, 1, 2].map((i) => states(`student ${i}`, 4)), [0, 1, 2].map((i) => states(`teacher ${i}`, 5))] as const;
  const weights = [0, 1, 2].map((i) => drawn(`weight ${i}`, [5, 4]));
  const heard = new Map<string, tf.Tensor>();
  const loss = objective.loss({ hidden: new Map(own.map((state, i) => [i, state])) }, { hidden: new Map(others.map((state, i) => [3 * i, state])) }, batch(), {
    ...firstStep, own: (name) => weights[Number(name.split('.')[1])]!, hear: (part, value) => heard.set(part, value),
  });
  const mapped = own.map((state, i) => turned(state, weights[i]!));
  const flows = [await distance([mapped[0]!, mapped[1]!], [others[0]!, others[1]!]), await distance([mapped[1]!, mapped[2]!], [others[1]!, others[2]!])];
  close(t, 'loss', await read(loss), [0.5 * flows[0]! + 2 * flows[1]!], { relative: 1e-4, ...rounded });
  close(t, 'heard', [...heard.values()].length === 2 ? [(await read(heard.get('fsp.0-1')!))[0]!, (await read(heard.get('fsp.1-2')!))[0]!] : [], flows, { relative: 1e-4, ...rounded });
});

test('a wide teacher passes one fixed random map, which is not learned', async (t) => {
  const objective: Objective = fsp({ mostWidth: 3 });
  const shapes = { student: { layers: 2, width: 4 }, teacher: { layers: 6, width: 5 }, examples: 9 };
  t.deepEqual(objective.parameters?.(shapes).map(({ name, shape, fixed }) => [name, shape, fixed]), [['projection.0.weight', [3, 4], undefined], ['projection.1.weight', [3, 4], undefined], ['teacher.weight', [3, 5], true]]);
  t.deepEqual(fsp().parameters?.(shapes).map(({ name, shape }) => [name, shape]), [['projection.0.weight', [5, 4]], ['projection.1.weight', [5, 4]]]);
  const [own, others] = [[states('s0', 4), states('s1', 4)], [states('t0', 5), states('t1', 5)]] as const;
  const weights: Record<string, tf.Tensor> = { 'projection.0.weight': drawn('w0', [3, 4]), 'projection.1.weight': drawn('w1', [3, 4]), 'teacher.weight': drawn('random', [3, 5]) };
  const said = ([low, high]: readonly [tf.Tensor, tf.Tensor]) => ({ hidden: new Map([[0, low], [-1, high]]) });
  const loss = objective.loss(said(own), said(others), batch(), { ...firstStep, own: (name) => weights[name]! });
  const expected = await distance([turned(own[0], weights['projection.0.weight']!), turned(own[1], weights['projection.1.weight']!)], [turned(others[0], weights['teacher.weight']!), turned(others[1], weights['teacher.weight']!)]);
  close(t, 'loss', await read(loss), [expected], { relative: 1e-4, ...rounded });
});

test('one pair makes no flow, and layers must exist', (t) => {
  t.throws(() => fsp({ matches: [{ student: 1, teacher: 1, weight: 1 }] }), { message: /two pairs are needed/ });
  t.throws(() => fsp({ mostWidth: 0 }), { message: /the width of a flow is a whole number from 1/ });
  const shapes = { student: { layers: 2, width: 4 }, teacher: { layers: 6, width: 5 }, examples: 9 };
  t.is(fsp({ matches: [{ student: 0, teacher: 0, weight: 1 }, { student: 3, teacher: 6, weight: 1 }] }).refusal?.(shapes), 'fsp: layer 3 of the student is matched, but its layers run from 0 to 2');
  t.regex(fsp().refusal?.({ ...shapes, teacher: undefined }) ?? '', /does not say how many/);
});
