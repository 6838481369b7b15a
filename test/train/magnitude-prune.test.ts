import { join } from 'node:path';
import test from 'ava';
import { leaks } from '../../src/engine/memory.ts';
import * as tf from '../../src/engine/tf.ts';
import type { Model } from '../../src/models/model.ts';
import { float32Of, float32Tensor } from '../../src/storage/halves.ts';
import { readSafetensors, writeSafetensors } from '../../src/storage/safetensors.ts';
import { densities, keptByMagnitude, PruningMasks } from '../../src/train/magnitude-prune.ts';
import { bitsOf } from '../models/tiny-model.ts';
import { engineUnderTest } from '../engine-choice.ts';
import { startEngine } from '../engine-under-test.ts';
import { temporaryFolder } from '../storage/temporary-folder.ts';
import { run, settings, stopAfter, student } from './lesson.ts';

test.before(startEngine);

test('the smallest magnitudes of all lists together are cut, of equal ones the first, exactly as many as asked for', (t) => {
  const weights = [[-0.5, 3, 0.5], [0.1, -0.5, 0.5, -7]];
  t.deepEqual(keptByMagnitude(weights, 0.5).map((mask) => [...mask]), [[0, 1, 0], [0, 1, 1, 1]]);
  t.deepEqual(keptByMagnitude(weights, 0.58).map((mask) => [...mask]), [[0, 1, 0], [0, 0, 1, 1]]);
  t.deepEqual(keptByMagnitude(weights, 0).flatMap((mask) => [...mask]), Array.from({ length: 7 }, () => 1));
  for (const fraction of [1, -0.1, NaN]) t.throws(() => keptByMagnitude(weights, fraction), { message: `the fraction of weights to cut must lie in [0, 1), not ${fraction}` });
  t.throws(() => keptByMagnitude([[NaN, 1]], 0.5), { message: /no number/ });
});

const zerosOf = async (model: Model) => [...(await model.parameters.read())].flatMap(([name, { data }]) => [...data].flatMap((value, i) => (value === 0 ? [`${name} ${i}`] : [])));

/** The lesson under masks, from the student that is given or a new one. */
async function pruned(hooks: Parameters<typeof run>[0] = {}) {
  const model = student();
  const masks = await PruningMasks.byMagnitude(model.parameters, { fraction: 0.8 });
  const { outcome } = await run({ ...hooks, learning: { ...hooks.learning, student: model }, hooks: { ...hooks.hooks, masks } });
  return { model, masks, outcome };
}

test('what is cut stays zero through training, and all else moves', async (t) => {
  t.is(tf.getBackend(), engineUnderTest);
  const before = student();
  const { model, masks } = await pruned();
  const [old, now] = [await before.parameters.read(), await model.parameters.read()];
  let [zeros, moved, all] = [0, 0, 0];
  for (const [name, { data, shape }] of now) {
    if (shape.length < 2) t.false(data.includes(0), name);
    else {
      all += data.length;
      zeros += data.filter((value) => Object.is(value, 0)).length;
      moved += data.filter((value, i) => value !== 0 && value !== old.get(name)!.data[i]).length;
    }
  }
  t.is(zeros, Math.floor(0.8 * all));
  t.true(moved > 0.15 * all);
  t.is(masks.density, (all - zeros) / all);
  const { all: density, each } = await densities(model.parameters);
  t.is(density, (model.parameters.count - zeros) / model.parameters.count);
  t.true(each.get([...now.keys()].find((name) => name.endsWith('bias'))!) === 1);
});

test('stopped and resumed it is as if it had never stopped; other masks, and none, are refused', async (t) => {
  const checkpoints = join(await temporaryFolder(t), 'checkpoints');
  const whole = await pruned();
  t.is((await pruned({ hooks: { ...stopAfter(3), checkpoints } })).outcome.stopped, 'interrupted');
  await t.throwsAsync(run({ hooks: { checkpoints } }), { message: /this checkpoint belongs to a run with other settings.*masks: checkpoint [0-9a-f]{64}, this run absent/s });
  const model = student();
  const fewer = await PruningMasks.byMagnitude(model.parameters, { fraction: 0.5 });
  await t.throwsAsync(run({ learning: { student: model }, hooks: { checkpoints, masks: fewer } }), { message: /masks: checkpoint/ });
  const resumed = await pruned({ hooks: { checkpoints } });
  t.is(resumed.outcome.step, settings.steps);
  t.is(await bitsOf(resumed.model), await bitsOf(whole.model));
});

test('zeros stay zeros in a file, and a pruned model goes on under the masks of its zeros', async (t) => {
  const { model, masks } = await pruned();
  const file = join(await temporaryFolder(t), 'model.safetensors');
  await writeSafetensors(file, new Map([...(await model.parameters.read())].map(([name, { shape, data }]) => [name, float32Tensor(shape, data)])));
  const again = student({}, 2);
  again.parameters.assign(new Map([...(await readSafetensors(file)).tensors].map(([name, tensor]) => [name, float32Of(tensor)])));
  t.deepEqual(await zerosOf(again), await zerosOf(model));
  const found = await PruningMasks.ofZeros(again.parameters);
  t.deepEqual([found.fingerprint, found.density], [masks.fingerprint, masks.density]);
});

test.serial('masks over some parameters leave the others whole; over none they are refused; they leave nothing behind', async (t) => {
  const model = student();
  const left = await leaks(async () => {
    const masks = await PruningMasks.byMagnitude(model.parameters, { fraction: 0.5, chosen: (name) => name.endsWith('word_embeddings.weight') });
    t.true(Math.abs(masks.density - 0.5) < 0.01);
    masks.cutWeights();
    const gradients = new Map([...model.parameters.learned].map(([, variable]) => [variable, tf.onesLike(variable) as tf.Tensor]));
    masks.cutGradients(gradients);
    tf.dispose([...gradients.values()]);
    masks.dispose();
  });
  t.deepEqual(left, { tensors: 0, buffers: 0 });
  const names = new Set((await zerosOf(model)).map((place) => place.split(' ')[0]!));
  t.true(names.size === 1 && [...names][0]!.endsWith('word_embeddings.weight'));
  await t.throwsAsync(PruningMasks.byMagnitude(model.parameters, { fraction: 0.5, chosen: () => false }), { message: 'no parameter was chosen to be pruned' });
});
