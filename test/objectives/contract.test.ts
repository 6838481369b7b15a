// What every objective must hold to, at its defaults.
import test from 'ava';
import { leaks } from '../../src/engine/memory.ts';
import { sweep } from '../../src/engine/sweep.ts';
import * as tf from '../../src/engine/tf.ts';
import { objectiveCatalogue } from '../../src/objectives/catalogue.ts';
import { wantsNothing } from '../../src/models/output.ts';
import { close, read, rounded, slopes, someOf, take } from '../engine/numbers.ts';
import { engineUnderTest, precisionUnderTest } from '../engine-choice.ts';
import { startEngine } from '../engine-under-test.ts';
import { gradientsOf, logSoftmax, lossOf, type Outputs, type Own } from './examples.ts';
import { rows } from './scene.ts';
import { scenes } from './scenes.ts';

test.before(startEngine);

test('the catalogue is whole: every objective has its name, its paper and a scene here', (t) => {
  t.is(tf.getBackend(), engineUnderTest);
  t.is(Object.keys(objectiveCatalogue).length, 40);
  t.deepEqual(Object.keys(scenes).sort(), Object.keys(objectiveCatalogue).sort());
  for (const [name, make] of Object.entries(objectiveCatalogue)) {
    const { name: own, paper } = make();
    t.is(own, name);
    t.true(Number.isInteger(paper.year) && paper.year > 1950 && paper.year < 2030, name);
    for (const text of [paper.authors, paper.title, paper.id]) t.true(text.length > 3, name);
  }
});

const mapped = (outputs: Outputs, change: (tensor: tf.Tensor, name: string) => tf.Tensor): Outputs =>
  Object.fromEntries(Object.entries(outputs).map(([name, tensor]) => [name, change(tensor as tf.Tensor, name)]));

/** Rows of a tensor, one after the other; each has as many numbers. */
const inRows = (values: readonly number[], order: readonly number[]) => {
  const size = values.length / rows;
  return order.flatMap((row) => values.slice(row * size, (row + 1) * size));
};

/** 1 where a number of a tensor belongs to real tokens only: the tokens are the second axis, or stand behind the heads, once or twice. */
function realPlaces(real: readonly number[], width: number, { rank }: tf.Tensor, what: string): tf.Tensor {
  const places = tf.tensor([...real], [rows, width]);
  if (what === 'scores') return tf.mul(tf.reshape(places, [rows, 1, width, 1]), tf.reshape(places, [rows, 1, 1, width]));
  return rank === 4 ? tf.reshape(places, [rows, 1, width, 1]) : tf.reshape(places, [rows, width, ...Array.from({ length: rank - 2 }, () => 1)]);
}

/** A logit that was shifted by 50 keeps some bits fewer of itself in bf16. */
const shiftedFar: typeof rounded = rounded.relative === undefined ? {} : { relative: 4 * rounded.relative };

for (const [name, { make, student, teacher, batch, unlabelled, minimum, seesShifts = false, readsTokens = false, own: ownOf, holdsFixed = [], learnsUnlabelled = false }] of Object.entries(scenes)) {
  const objective = make();
  const decoded = objective.wants.student.decoder !== undefined;
  /** Whether something passes a product with weights, which bf16 rounds. */
  const roundedInside = decoded || ownOf !== undefined;
  /** The objective's own parameters, drawn. */
  const aux = () => ({ ...(ownOf && { own: ownOf() }) });
  const hearsTeacher = !wantsNothing(objective.wants.teacher);

  test.serial(`${name}: at the minimum the loss is as theory says and the gradient nothing`, async (t) => {
    const { loss: expected, sloping = [], ...said } = await minimum();
    const { loss, gradients } = await gradientsOf({ objective, ...aux(), ...said, batch: batch() });
    close(t, 'loss', [loss], [expected], { absolute: 1e-6, ...(roundedInside && rounded) });
    const nearZero = roundedInside && precisionUnderTest === 'bf16' ? 1e-2 : 2e-6;
    for (const [what, gradient] of Object.entries(gradients)) if (!sloping.some((name) => what === `own.${name}`)) close(t, what, gradient, gradient.map(() => 0), { absolute: nearZero });
  });

  test.serial(`${name}: no loss lies below the minimum`, async (t) => {
    const { loss: least, sloping: _sloping, ...said } = await minimum();
    for (const index of [1, 2, 3, 4]) t.true((await take(lossOf({ objective, ...aux(), ...said, student: student(`elsewhere ${index}`, index), batch: batch() }))) > least, `${index}`);
  });

  // A step of a hundredth is lost where a product with weights is rounded to 8 bits.
  (roundedInside && precisionUnderTest === 'bf16' ? test.serial.skip : test.serial)(`${name}: gradients equal central differences`, async (t) => {
    const [own, other, examples] = [student('student', 2), teacher('teacher', 2), batch()];
    const { own: mine = {} } = aux();
    const lossAt = (change: { student?: Outputs; own?: Own }) => lossOf({ objective, ...aux(), student: own, teacher: other, batch: examples, ...change });
    const { loss, gradients } = await gradientsOf({ objective, ...aux(), student: own, teacher: other, batch: examples });
    const grain = 1e-5 * Math.abs(loss); // what a float32 loss can tell apart, over the step
    for (const [what, gradient] of Object.entries(gradients)) {
      if (holdsFixed.includes(what)) continue;
      const name = what.startsWith('own.') ? what.slice('own.'.length) : undefined;
      const said = name === undefined ? own[what as keyof Outputs]! : mine[name]!;
      const coordinates = said.size <= 150 ? Array.from({ length: said.size }, (_, i) => i) : someOf(said.size);
      const found = await slopes((moved) => lossAt(name === undefined ? { student: { ...own, [what]: moved } } : { own: { ...mine, [name]: moved } }), said, coordinates);
      const scale = gradient.reduce((most, push) => Math.max(most, Math.abs(push)), 0);
      close(t, what, coordinates.map((coordinate) => gradient[coordinate]!), found, { relative: 0, absolute: 3e-3 * scale + grain });
    }
  });

  test.serial(`${name}: the order of the batch changes nothing`, async (t) => {
    const [own, other] = [student('student', 2), teacher('teacher', 2)];
    const order = [3, 6, 0, 5, 1, 4, 2];
    const shuffled = (outputs: Outputs) => mapped(outputs, (tensor, what) => (what === 'classWeights' ? tensor : tf.gather(tensor, tf.tensor1d(order, 'int32'), what === 'members' ? 1 : 0)));
    const plain = await gradientsOf({ objective, ...aux(), student: own, teacher: other, batch: batch() });
    const moved = await gradientsOf({ objective, ...aux(), student: shuffled(own), teacher: shuffled(other), batch: batch(order) });
    close(t, 'loss', [moved.loss], [plain.loss], { relative: 1e-6 });
    for (const [what, gradient] of Object.entries(plain.gradients)) {
      if (what.startsWith('own.')) close(t, what, moved.gradients[what]!, gradient, { relative: 1e-5, ...rounded });
      else close(t, what, moved.gradients[what]!, inRows(gradient, order), { relative: 1e-6 });
    }
  });

  if (objective.wants.student.logits ?? objective.wants.student.decoder) test.serial(`${name}: ${seesShifts ? 'a constant added to a row of logits is seen' : 'adding a constant to a row of logits changes nothing'}`, async (t) => {
    const [own, other] = [student('student', 2), teacher('teacher', 2)];
    const shifts = tf.tensor1d([5, -3, 40, 0, 1, 2, -50]);
    const shapes: Readonly<Record<string, (rank: number) => number[]>> = { logits: (rank) => [rows, ...Array.from({ length: rank - 1 }, () => 1)], members: () => [1, rows, 1] };
    const shifted = (outputs: Outputs, sign: number) =>
      mapped(outputs, (tensor, what) => (shapes[what] === undefined ? tensor : tf.add(tensor, tf.mul(tf.reshape(shifts, shapes[what](tensor.rank)), sign))));
    const plain = await gradientsOf({ objective, ...aux(), student: own, teacher: other, batch: batch() });
    const moved = await gradientsOf({ objective, ...aux(), student: shifted(own, 1), teacher: shifted(other, -1), batch: batch() });
    if (seesShifts) t.true(moved.loss > 2 * plain.loss);
    else close(t, 'loss', [moved.loss], [plain.loss], decoded ? rounded : {});
    for (const [what, gradient] of Object.entries(seesShifts ? {} : plain.gradients)) close(t, what, moved.gradients[what]!, gradient, { absolute: 1e-6, ...(decoded && shiftedFar) });
  });

  test.serial(`${name}: extreme values stay finite`, async (t) => {
    const { loss, gradients } = await gradientsOf({ objective, ...aux(), student: student('student', 120), teacher: teacher('teacher', 120), batch: batch() });
    t.true([loss, ...Object.values(gradients).flat()].every(Number.isFinite));
  });

  test.serial(`${name}: a step leaves no tensor behind, and the teacher gets no gradient`, async (t) => {
    const examples = batch();
    const [own, other] = [student('student'), teacher('teacher')].map((outputs) => mapped(outputs, (tensor) => tf.variable(tensor))) as [Outputs, Outputs];
    const [learning, frozen] = [own, other].map((outputs) => Object.values(outputs) as tf.Variable[]) as [tf.Variable[], tf.Variable[]];
    const { own: mine } = aux();
    const trained = Object.fromEntries(Object.entries(mine ?? {}).map(([parameter, tensor]) => [parameter, tf.variable(tensor)]));
    learning.push(...Object.entries(trained).flatMap(([parameter, variable]) => (parameter.endsWith('.memory') ? [] : [variable])));
    let pushes: number[] = [];
    const left = await leaks(async () => {
      const { loss, gradients } = sweep(() => lossOf({ objective, student: own, teacher: other, batch: examples, ...(mine && { own: trained }) }), [...learning, ...frozen]);
      t.true(learning.every((variable) => gradients.has(variable)));
      pushes = [];
      for (const variable of frozen) if (gradients.has(variable)) pushes.push(...(await read(gradients.get(variable)!)));
      tf.dispose([loss, ...gradients.values()]);
    });
    t.deepEqual(left, { tensors: 0, buffers: 0 });
    t.true(pushes.every((push) => push === 0));
  });

  if (readsTokens) {
    test.serial(`${name}: what stands on padding changes nothing`, async (t) => {
      const examples = batch();
      const real = await read(examples.mask);
      const spoilt = (outputs: Outputs) =>
        mapped(outputs, (tensor, what) => tf.add(tensor, tf.mul(tf.mul(tf.sub(1, realPlaces(real, examples.width, tensor, what)), 1e4), tensor)));
      const [own, other] = [student('student'), teacher('teacher')];
      const plain = await gradientsOf({ objective, ...aux(), student: own, teacher: other, batch: examples });
      const padded = await gradientsOf({ objective, ...aux(), student: spoilt(own), teacher: spoilt(other), batch: examples });
      t.is(padded.loss, plain.loss);
      for (const [what, gradient] of Object.entries(plain.gradients)) close(t, what, padded.gradients[what]!, gradient, { relative: 0, absolute: 0 });
    });
  }

  if (hearsTeacher || learnsUnlabelled) continue;

  test.serial(`${name}: rows without a label change nothing`, async (t) => {
    const own = student('student', 2);
    const all = Array.from({ length: rows }, (_, row) => row);
    const labels = await read(batch().labels!.values);
    const known = all.filter((row) => inRows(labels, [row]).some((label) => label >= 0));
    const whole = await gradientsOf({ objective, student: own, batch: batch() });
    const labelled = await gradientsOf({ objective, student: mapped(own, (tensor) => tf.gather(tensor, tf.tensor1d(known, 'int32'))), batch: batch(known) });
    close(t, 'loss', [whole.loss], [labelled.loss], { relative: 1e-6 });
    for (const [what, gradient] of Object.entries(whole.gradients)) {
      close(t, what, inRows(gradient, known), labelled.gradients[what]!, { relative: 1e-6 });
      t.true(inRows(gradient, all.filter((row) => !known.includes(row))).every((push) => push === 0));
    }
  });

  test.serial(`${name}: without any label the loss is 0 and so is the gradient`, async (t) => {
    const { loss, gradients } = await gradientsOf({ objective, student: student('student', 2), batch: unlabelled() });
    t.is(loss, 0);
    t.true(Object.values(gradients).flat().every((push) => push === 0));
  });
}

test('the float64 reference of these tests is a log-softmax', (t) => {
  close(t, 'sum', [logSoftmax([1, -2, 700], 2).reduce((sum, value) => sum + Math.exp(value), 0)], [1], { relative: 1e-12 });
});
