import test from 'ava';
import * as tf from '../../src/engine/tf.ts';
import { hardLabels } from '../../src/objectives/hard-labels.ts';
import { meanOver, type Objective, weighted } from '../../src/objectives/objective.ts';
import { softLabel } from '../../src/objectives/soft-label.ts';
import { close, drawn, read, take } from '../engine/numbers.ts';
import { classBatch, firstStep, lossAndGradient, lossOf } from './examples.ts';
import { engineUnderTest } from '../engine-choice.ts';
import { startEngine } from '../engine-under-test.ts';

test.before(startEngine);

const said = () => ({ student: drawn('student', [4, 3]), teacher: drawn('teacher', [4, 3]), batch: classBatch([0, 2, -1, 1]) });
const [hard, soft] = [hardLabels() as Objective, softLabel() as Objective];

test('the sum is each loss times its weight, gradients too', async (t) => {
  t.is(tf.getBackend(), engineUnderTest);
  const [one, two] = [await lossAndGradient({ objective: hard, ...said() }), await lossAndGradient({ objective: soft, ...said() })];
  const both = await lossAndGradient({ objective: weighted([[0.25, hard], [3, soft]]), ...said() });
  close(t, 'loss', [both.loss], [0.25 * one.loss + 3 * two.loss]);
  close(t, 'gradient', both.gradient, one.gradient.map((push, i) => 0.25 * push + 3 * two.gradient[i]!));
  const alone = await lossAndGradient({ objective: weighted([[1, soft]]), ...said() });
  close(t, 'alone', [alone.loss], [two.loss]);
});

test('a weight may follow the step', async (t) => {
  const objective = weighted([[{ description: 'a tenth of the step', at: (step) => step / 10 }, hard], [0, soft]]);
  const alone = await take(lossOf({ objective: hard, ...said() }));
  for (const step of [1, 7]) close(t, `step ${step}`, [await take(lossOf({ objective, ...said(), context: { ...firstStep, step } }))], [(alone * step) / 10]);
});

test('every part is heard unweighted, under its name', async (t) => {
  const heard = new Map<string, tf.Scalar>();
  const context = { ...firstStep, hear: (part: string, value: tf.Scalar) => heard.set(part, value) };
  lossOf({ objective: weighted([[0.25, hard], [3, soft]]), ...said(), context });
  t.deepEqual([...heard.keys()], ['hard-labels', 'soft-label']);
  close(t, 'hard', await read(heard.get('hard-labels')!), [await take(lossOf({ objective: hard, ...said() }))]);
  close(t, 'soft', await read(heard.get('soft-label')!), [await take(lossOf({ objective: soft, ...said() }))]);
});

test('the name lists weights, parts and their settings; wants are the union of theirs', (t) => {
  const layered: Objective = {
    name: 'layered',
    paper: hard.paper,
    wants: { student: { hidden: [2, 0] }, teacher: { hidden: [4, 0] } },
    loss: () => tf.scalar(0),
  };
  const other: Objective = { ...layered, name: 'other', wants: { student: { hidden: [2, 1], scores: [0] }, teacher: {} } };
  const { name, wants } = weighted([[0.5, hard], [{ from: 1, to: 0.25, steps: 100 }, soft], [1, layered], [2, other]]);
  t.is(name, '0.5 hard-labels + (1 to 0.25 over 100 steps) soft-label(temperature 2, alpha 1, form kl, scaleT2 true) + 1 layered + 2 other');
  t.deepEqual(wants, { student: { logits: true, hidden: [0, 1, 2], scores: [0] }, teacher: { logits: true, hidden: [0, 4] } });
});

test('no part, or a weight that is no number from 0, is refused', (t) => {
  t.throws(() => weighted([]), { message: /at least one objective/ });
  for (const weight of [-1, NaN, Infinity]) t.throws(() => weighted([[1, soft], [weight, hard]]), { message: /the weight of hard-labels must be a number from 0/ });
});

test('the mean is over what counts, and 0 where nothing does', async (t) => {
  const over = (values: number[], counts: number[]) => take(meanOver(tf.tensor1d(values), tf.tensor1d(counts)));
  t.is(await over([2, 4, 0], [1, 1, 0]), 3);
  t.is(await over([0, 0], [0, 0]), 0);
  t.is(await over([5, 0], [1, 0]), 5);
});
