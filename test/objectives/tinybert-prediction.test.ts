import test from 'ava';
import * as tf from '../../src/engine/tf.ts';
import { tinybertPrediction } from '../../src/objectives/tinybert-prediction.ts';
import { close } from '../engine/numbers.ts';
import { batchOf, classBatch, logSoftmax, lossAndGradient, lossOf, mean, sigmoid, softmax } from './examples.ts';
import { engineUnderTest } from '../engine-choice.ts';
import { startEngine } from '../engine-under-test.ts';

test.before(startEngine);

const students = [[1, -2, 0.5], [0, 3, 1]];
const teachers = [[2, 0, -0.5], [1, 2, 30]];
const said = { student: tf.tensor2d.bind(null, students), teacher: tf.tensor2d.bind(null, teachers) };
const run = (options?: Parameters<typeof tinybertPrediction>[0], batch = batchOf(undefined, 2)) => lossAndGradient({ objective: tinybertPrediction(options), student: said.student(), teacher: said.teacher(), batch });
const crossEntropies = (temperature: number) => students.map((row, i) => -softmax(teachers[i]!, temperature).reduce((sum, share, c) => sum + share * logSoftmax(row, temperature)[c]!, 0));

test('cross-entropy with the teacher, both at t, without t² unless asked; no label is looked at', async (t) => {
  t.is(tf.getBackend(), engineUnderTest);
  for (const temperature of [1, 3]) {
    const { loss, gradient } = await run({ temperature });
    close(t, 'loss', [loss], [mean(crossEntropies(temperature))]);
    const slope = students.flatMap((row, i) => softmax(row, temperature).map((share, c) => (share - softmax(teachers[i]!, temperature)[c]!) / temperature / 2));
    close(t, 'gradient', gradient, slope, { absolute: 1e-7 });
    close(t, 'scaled', [(await run({ temperature, scaleT2: true })).loss], [temperature ** 2 * mean(crossEntropies(temperature))]);
  }
  t.deepEqual(await run({}, classBatch([0, -1])), await run());
});

test('several classes: binary cross-entropy, mean over classes; a score: its squared distance', async (t) => {
  const { loss } = await run({ task: 'multi-label' });
  close(t, 'classes', [loss], [mean(students.flat().map((z, i) => {
    const target = sigmoid(teachers.flat()[i]!);
    return -target * Math.log(sigmoid(z)) - (1 - target) * Math.log(sigmoid(-z));
  }))]);
  const scores = await lossAndGradient({ objective: tinybertPrediction({ task: 'regression' }), student: tf.tensor2d([[1], [2]]), teacher: tf.tensor2d([[3], [2.5]]), batch: batchOf(undefined, 2) });
  close(t, 'scores', [scores.loss], [(4 + 0.25) / 2]);
});

test('what does not fit is refused', (t) => {
  t.throws(() => tinybertPrediction({ temperature: 0 }), { message: /tinybert-prediction: the temperature/ });
  const regression = batchOf({ kind: 'regression', scores: Float32Array.of(1, 2) }, 2);
  t.throws(() => lossOf({ objective: tinybertPrediction(), student: said.student(), teacher: said.teacher(), batch: regression }), { message: /set for single-label heads, but the batch carries regression labels/ });
});
