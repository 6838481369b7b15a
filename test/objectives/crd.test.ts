import test from 'ava';
import { randomKey } from '../../src/engine/random.ts';
import * as tf from '../../src/engine/tf.ts';
import { unit } from '../../src/objectives/cosine.ts';
import { crd, movedRows } from '../../src/objectives/crd.ts';
import type { Objective, StepContext } from '../../src/objectives/objective.ts';
import { close, drawn, read } from '../engine/numbers.ts';
import { batchOf, firstStep, lossOf } from './examples.ts';
import { startEngine } from '../engine-under-test.ts';

test.before(startEngine);

const [examples, width] = [6, 4];
const own = () => ({ 'student.weight': drawn('s', [width, 3]), 'teacher.weight': drawn('t', [width, 5]), 'student.memory': unit(drawn('sm', [examples, width])), 'teacher.memory': unit(drawn('tm', [examples, width])) });
const batch = (places: readonly number[]) => ({ ...batchOf(undefined, places.length), exampleIds: places.map((place) => `e${place}`), places });
const say = (places: readonly number[]) => ({ student: { cls: drawn('student', [places.length, 3]) }, teacher: { cls: drawn('teacher', [places.length, 5]) } });
const objective = (options = {}): Objective => crd({ width, negatives: 3, ...options });

test('memory rows move towards what is said of their examples and stay at length 1; others stay', async (t) => {
  const memory = unit(drawn('memory', [examples, width]));
  const now = unit(drawn('now', [2, width]));
  const moved = await read(movedRows(memory, now, { places: [4, 1], momentum: 0.25 }));
  const expected = await read(memory);
  for (const [row, place] of [[0, 4], [1, 1]] as const) {
    const target = await read(unit(tf.add(tf.mul(tf.slice(memory, [place, 0], [1, width]), 0.25), tf.mul(tf.slice(now, [row, 0], [1, width]), 0.75))));
    target.forEach((value, column) => (expected[place * width + column] = value));
  }
  close(t, 'memory', moved, expected, { absolute: 1e-6 });
});

test('an example that is in a batch twice moves its row once, and what is not finite moves nothing', async (t) => {
  const memory = unit(drawn('memory', [examples, width]));
  const row = unit(drawn('now', [1, width]));
  const [once, twice] = [await read(movedRows(memory, row, { places: [2], momentum: 0.5 })), await read(movedRows(memory, tf.concat([row, row]), { places: [2, 2], momentum: 0.5 }))];
  close(t, 'twice', twice, once, { absolute: 1e-6 });
  close(t, 'not finite', await read(movedRows(memory, tf.mul(row, NaN), { places: [2], momentum: 0.5 })), await read(memory), { absolute: 0, relative: 0 });
});

test('others follow from the step and the example, whatever the batch; with all of them drawn none is the example itself', async (t) => {
  const context = (step: number): StepContext => ({ ...firstStep, step, key: randomKey(1, 'step', step) });
  const lossOfRow = async (places: readonly number[], row: number, step: number) => {
    const whole = say(places);
    const only = (tensor: tf.Tensor) => tf.slice(tensor, [row, 0], [1, -1]);
    const one = { student: { cls: only(whole.student.cls) }, teacher: { cls: only(whole.teacher.cls) } };
    return (await read(lossOf({ objective: objective(), ...one, batch: batch([places[row]!]), own: own(), context: context(step) })))[0]!;
  };
  const places = [5, 0, 3];
  const whole = async (step: number) => (await read(lossOf({ objective: objective(), ...say(places), batch: batch(places), own: own(), context: context(step) })))[0]!;
  const rows = [await lossOfRow(places, 0, 1), await lossOfRow(places, 1, 1), await lossOfRow(places, 2, 1)];
  close(t, 'mean over rows', [await whole(1)], [rows.reduce((sum, value) => sum + value, 0) / 3], { relative: 1e-4 });
  t.not(await whole(1), await whole(2));

  // A memory in which the example's own row alone would matter changes nothing.
  const marked = own();
  const spoilt = tf.add(marked['teacher.memory'], tf.mul(tf.cast(tf.transpose(tf.oneHot(tf.fill([width], 5, 'int32'), examples)), 'float32'), 1e3));
  const at = async (memory: tf.Tensor) => (await read(lossOf({ objective: objective({ negatives: 100 }), ...say([5]), batch: batch([5]), own: { ...marked, 'teacher.memory': memory, 'student.memory': marked['student.memory'] } })))[0]!;
  t.is(await at(spoilt), await at(marked['teacher.memory']));
});

test('the memories are remembered, each under its name', (t) => {
  const remembered = new Map<string, tf.Tensor>();
  const values = own();
  lossOf({ objective: objective(), ...say([1, 2]), batch: batch([1, 2]), own: values, context: { ...firstStep, remember: (name, value) => remembered.set(name, value) } });
  t.deepEqual([...remembered].map(([name, { shape }]) => [name, shape]), [['student.memory', [examples, width]], ['teacher.memory', [examples, width]]]);
});

test('what it needs and has not is said', (t) => {
  t.throws(() => lossOf({ objective: objective(), ...say([1]), batch: batchOf(undefined, 1), own: own() }), { message: /does not say where its examples stand/ });
  t.throws(() => lossOf({ objective: objective(), ...say([1]), batch: batch([1]) }), { message: /crd has parameters of its own, but the step does not bring 'student.weight'/ });
  const shapes = { student: { layers: 1, width: 3 }, teacher: { layers: 1, width: 5 }, examples: 1 };
  t.regex(objective().refusal?.(shapes) ?? '', /which has only one/);
  t.regex(objective().refusal?.({ ...shapes, teacher: undefined }) ?? '', /does not say how wide it is/);
  for (const options of [{ temperature: 0 }, { width: 0 }, { negatives: 1.5 }, { momentum: 2 }]) t.throws(() => crd(options), { message: /^crd: / });
});
