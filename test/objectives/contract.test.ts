// What every objective must hold to, at its defaults.
import test from 'ava';
import { leaks } from '../../src/engine/memory.ts';
import { sweep } from '../../src/engine/sweep.ts';
import * as tf from '../../src/engine/tf.ts';
import { objectiveCatalogue } from '../../src/objectives/catalogue.ts';
import { wantsNothing } from '../../src/models/output.ts';
import { close, drawn, read, slopes, take } from '../engine/numbers.ts';
import { classBatch, logSoftmax, lossAndGradient, lossOf } from './examples.ts';
import { engineUnderTest, startEngine } from '../engine-under-test.ts';

test.before(startEngine);

const classes = [2, -1, 0, 1, 1, -1, 2];
const [rows, depth] = [classes.length, 3];
const logits = () => ({ student: drawn('student', [rows, depth], 2), teacher: drawn('teacher', [rows, depth], 2) });

/** One-hot labels; the engine makes them as whole numbers only. */
const hits = () => tf.cast(tf.oneHot(tf.tensor1d(classes, 'int32'), depth), 'float32');

/** Where theory puts the minimum for the labels `classes`: the student's logits, the teacher's, and the loss there. */
const minima: Record<string, () => { student: tf.Tensor; teacher?: tf.Tensor; loss: number }> = {
  'hard-labels': () => ({ student: tf.mul(hits(), 110), loss: 0 }),
  'label-smoothing': () => {
    const [hit, miss] = [0.9 + 0.1 / 3, 0.1 / 3];
    return { student: tf.log(tf.add(tf.mul(hits(), hit - miss), miss)), loss: -hit * Math.log(hit) - 2 * miss * Math.log(miss) };
  },
  'soft-label': () => ({ student: logits().teacher, teacher: logits().teacher, loss: 0 }),
};

test('the catalogue is whole: every objective has its name, its paper and a minimum here', (t) => {
  t.is(tf.getBackend(), engineUnderTest);
  t.is(Object.keys(objectiveCatalogue).length, 3);
  t.deepEqual(Object.keys(minima).sort(), Object.keys(objectiveCatalogue).sort());
  for (const [name, make] of Object.entries(objectiveCatalogue)) {
    const { name: own, paper } = make();
    t.is(own, name);
    t.true(Number.isInteger(paper.year) && paper.year > 1950 && paper.year < 2030, name);
    for (const text of [paper.authors, paper.title, paper.id]) t.true(text.length > 3, name);
  }
});

for (const [name, make] of Object.entries(objectiveCatalogue)) {
  const objective = make();
  const hearsTeacher = !wantsNothing(objective.wants.teacher);

  test.serial(`${name}: at the minimum the loss is as theory says and the gradient nothing`, async (t) => {
    const { loss: expected, ...said } = minima[name]!();
    const { loss, gradient } = await lossAndGradient({ objective, ...said, batch: classBatch(classes) });
    close(t, 'loss', [loss], [expected], { absolute: 1e-6 });
    close(t, 'gradient', gradient, gradient.map(() => 0), { absolute: 1e-7 });
  });

  test.serial(`${name}: no loss lies below the minimum`, async (t) => {
    const { loss: least, ...said } = minima[name]!();
    for (const index of [1, 2, 3, 4]) {
      const student = drawn(`elsewhere ${index}`, [rows, depth], index);
      t.true((await take(lossOf({ objective, ...said, student, batch: classBatch(classes) }))) > least, `${index}`);
    }
  });

  test.serial(`${name}: gradients equal central differences`, async (t) => {
    const { student, teacher } = logits();
    const batch = classBatch(classes);
    const { gradient } = await lossAndGradient({ objective, student, teacher, batch });
    const coordinates = Array.from({ length: rows * depth }, (_, i) => i);
    const found = await slopes((moved) => lossOf({ objective, student: moved, teacher, batch }), student, coordinates);
    close(t, 'gradient', gradient, found, { relative: 3e-3 });
  });

  test.serial(`${name}: the order of the batch changes nothing`, async (t) => {
    const { student, teacher } = logits();
    const order = [3, 6, 0, 5, 1, 4, 2];
    const shuffled = (tensor: tf.Tensor) => tf.gather(tensor, tf.tensor1d(order, 'int32'));
    const plain = await lossAndGradient({ objective, student, teacher, batch: classBatch(classes) });
    const moved = await lossAndGradient({ objective, student: shuffled(student), teacher: shuffled(teacher), batch: classBatch(order.map((row) => classes[row]!)) });
    close(t, 'loss', [moved.loss], [plain.loss], { relative: 1e-6 });
    close(t, 'gradient', moved.gradient, order.flatMap((row) => plain.gradient.slice(row * depth, (row + 1) * depth)), { relative: 1e-6 });
  });

  test.serial(`${name}: adding a constant to a row's logits changes nothing`, async (t) => {
    const { student, teacher } = logits();
    const shifts = tf.reshape(tf.tensor1d([5, -3, 40, 0, 1, 2, -50]), [rows, 1]);
    const plain = await lossAndGradient({ objective, student, teacher, batch: classBatch(classes) });
    const moved = await lossAndGradient({ objective, student: tf.add(student, shifts), teacher: tf.sub(teacher, shifts), batch: classBatch(classes) });
    close(t, 'loss', [moved.loss], [plain.loss]);
    close(t, 'gradient', moved.gradient, plain.gradient, { absolute: 1e-6 });
  });

  test.serial(`${name}: extreme logits stay finite`, async (t) => {
    const [student, teacher] = [tf.mul(drawn('student', [rows, depth]), 120), tf.mul(drawn('teacher', [rows, depth]), 120)];
    const { loss, gradient } = await lossAndGradient({ objective, student, teacher, batch: classBatch(classes) });
    t.true([loss, ...gradient].every(Number.isFinite));
  });

  test.serial(`${name}: a step leaves no tensor behind, and the teacher gets no gradient`, async (t) => {
    const batch = classBatch(classes);
    const [student, teacher] = Object.values(logits()).map((tensor) => tf.variable(tensor)) as [tf.Variable, tf.Variable];
    let pushes: number[] = [];
    const left = await leaks(async () => {
      const { loss, gradients } = sweep(() => lossOf({ objective, student, teacher, batch }), [student, teacher]);
      t.true(gradients.has(student));
      pushes = gradients.has(teacher) ? await read(gradients.get(teacher)!) : [];
      tf.dispose([loss, ...gradients.values()]);
    });
    t.deepEqual(left, { tensors: 0, buffers: 0 });
    t.true(pushes.every((push) => push === 0));
  });

  if (hearsTeacher) continue;

  test.serial(`${name}: rows without a label change nothing`, async (t) => {
    const { student } = logits();
    const known = classes.flatMap((label, row) => (label < 0 ? [] : [row]));
    const whole = await lossAndGradient({ objective, student, batch: classBatch(classes) });
    const labelled = await lossAndGradient({
      objective,
      student: tf.gather(student, tf.tensor1d(known, 'int32')),
      batch: classBatch(known.map((row) => classes[row]!)),
    });
    close(t, 'loss', [whole.loss], [labelled.loss], { relative: 1e-6 });
    close(t, 'gradient', known.flatMap((row) => whole.gradient.slice(row * depth, (row + 1) * depth)), labelled.gradient, { relative: 1e-6 });
    t.true(whole.gradient.every((push, i) => known.includes(Math.floor(i / depth)) || push === 0));
  });

  test.serial(`${name}: without any label the loss is 0 and so is the gradient`, async (t) => {
    const { loss, gradient } = await lossAndGradient({ objective, student: logits().student, batch: classBatch(classes.map(() => -1)) });
    t.is(loss, 0);
    t.true(gradient.every((push) => push === 0));
  });
}

test('the float64 reference of these tests is a log-softmax', (t) => {
  close(t, 'sum', [logSoftmax([1, -2, 700], 2).reduce((sum, value) => sum + Math.exp(value), 0)], [1], { relative: 1e-12 });
});
