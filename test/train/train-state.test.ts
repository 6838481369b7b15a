import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { type EngineMark, engineMark } from '../../src/engine/engine.ts';
import * as tf from '../../src/engine/tf.ts';
import type { Model } from '../../src/models/model.ts';
import { readJson, writeJson } from '../../src/storage/json.ts';
import { siblingPath, startOwner } from '../../src/storage/partial-name.ts';
import { Optimizer } from '../../src/train/optimizer.ts';
import { loadTrainState, type Progress, type RunIdentity, saveTrainState } from '../../src/train/train-state.ts';
import { drawn } from '../engine/numbers.ts';
import { bitsOf, tinyModel } from '../models/tiny-model.ts';
import { temporaryFolder } from '../storage/temporary-folder.ts';
import { startEngine } from '../engine-under-test.ts';

test.before(startEngine);

const identity: RunIdentity = { corpus: 'cc', seed: 5, learningRate: 1e-3, maxGradientNorm: Infinity };
const progress = (step: number): Progress => ({ step, cursor: 4 * step, best: { step: 1, score: 0.1 + 0.2 }, waiting: { reference: 0.1 + 0.2, waited: 2 } });

/** A model with moments behind it. */
function learner(seed: number): { model: Model; optimizer: Optimizer } {
  const model = tinyModel({}, seed);
  const optimizer = new Optimizer(model.parameters);
  const gradients = new Map([...model.parameters.entries()].map(([name, variable]) => [variable, drawn(`${name} ${seed}`, variable.shape)]));
  tf.dispose([optimizer.update(gradients, { step: 1, learningRate: 0.1 }), ...gradients.values()]);
  return { model, optimizer };
}
const save = (root: string, { model, optimizer }: ReturnType<typeof learner>, step: number, of = identity) => saveTrainState(root, progress(step), of, model.parameters, optimizer);
const load = (root: string, { model, optimizer }: ReturnType<typeof learner>, of = identity) => loadTrainState(root, of, model.parameters, optimizer);

test('what is restored is what was saved, bit for bit', async (t) => {
  const root = await temporaryFolder(t);
  const [one, other] = [learner(1), learner(2)];
  const weights = [...(await one.model.parameters.read())].map(([name, { data }]) => [name, data] as const);
  one.model.parameters.assign(new Map(weights.map(([name, data]) => [name, data.map((value, i) => [-0, 1e-45, 3e38, value][i % 4] ?? value)])));
  t.is(await save(root, one, 7), join(root, 'step-00000007'));
  const restored = await load(root, other);
  t.like(restored, progress(7));
  t.is(await bitsOf(other.model), await bitsOf(one.model));
  t.deepEqual(await other.optimizer.read(), await one.optimizer.read());
});

test('a checkpoint says which engine made it, and is read whatever engine that was', async (t) => {
  const root = await temporaryFolder(t);
  const folder = await save(root, learner(1), 3);
  t.deepEqual((await load(root, learner(2)))?.engine, engineMark());
  const file = join(folder, 'progress.json');
  const other = { engine: 'torch', device: 'cuda:3', precision: 'bf16' };
  await writeJson(file, { ...((await readJson(file)) as object), engine: other });
  t.deepEqual((await load(root, learner(2)))?.engine, other as EngineMark);
});

test('where there is none, nothing is restored', async (t) => {
  const other = learner(2);
  const bits = await bitsOf(other.model);
  t.is(await load(join(await temporaryFolder(t), 'absent'), other), undefined);
  t.is(await bitsOf(other.model), bits);
});

test('the newest two are kept and the newest is read', async (t) => {
  const root = await temporaryFolder(t);
  for (const step of [5, 10, 100]) await save(root, learner(step), step);
  t.deepEqual((await readdir(root)).sort(), ['step-00000010', 'step-00000100']);
  const other = learner(2);
  t.is((await load(root, other))?.step, 100);
  t.is(await bitsOf(other.model), await bitsOf(learner(100).model));
});

test('a checkpoint of other settings is refused with the fields that differ, and moves nothing', async (t) => {
  const root = await temporaryFolder(t);
  await save(root, learner(1), 3);
  const other = learner(2);
  const bits = await bitsOf(other.model);
  const { corpus: _corpus, ...rest } = identity;
  const error = await t.throwsAsync(load(root, other, { ...rest, seed: 6, maxGradientNorm: 1, dropout: 0.1 }));
  const [first, ...lines] = error.message.split('\n');
  t.is(first, `${join(root, 'step-00000003')}: this checkpoint belongs to a run with other settings; give the run another folder, or the settings it began with`);
  t.deepEqual(lines.sort(), ['  corpus: checkpoint cc, this run absent', '  dropout: checkpoint absent, this run 0.1', '  maxGradientNorm: checkpoint Infinity, this run 1', '  seed: checkpoint 5, this run 6']);
  t.is(await bitsOf(other.model), bits);
});

test('a folder that a killed process left half-written is never read', async (t) => {
  const root = await temporaryFolder(t);
  await save(root, learner(1), 3);
  const partial = siblingPath(join(root, 'step-00000009'), { owner: startOwner(), kind: 'partial' });
  await mkdir(partial);
  await writeFile(join(partial, 'state.safetensors'), 'half');
  t.is((await load(root, learner(2)))?.step, 3);
});

test('a checkpoint that fails while it is written leaves the one before', async (t) => {
  const root = await temporaryFolder(t);
  const one = learner(1);
  await save(root, one, 3);
  const unwritable = { ...progress(6), cursor: 24n as unknown as number }; // found out only when the weights are written
  await t.throwsAsync(saveTrainState(root, unwritable, identity, one.model.parameters, one.optimizer), { message: /BigInt/ });
  t.deepEqual(await readdir(root), ['step-00000003']);
});

test('one whose files were spoiled by hand is refused by name, not skipped in silence', async (t) => {
  const root = await temporaryFolder(t);
  const folder = await save(root, learner(1), 3);
  const file = join(folder, 'progress.json');
  const whole = (await readJson(file)) as object;
  await writeJson(file, { ...whole, cursor: -1 });
  const error = await t.throwsAsync(load(root, learner(2)));
  t.true(error.message.startsWith(`${file}: not a checkpoint (`) && error.message.endsWith('remove the folder to go on from an earlier one'), error.message);
  await writeJson(file, whole);
  await writeFile(join(folder, 'state.safetensors'), 'torn');
  await t.throwsAsync(load(root, learner(2)), { message: /state\.safetensors/ });
  await rm(join(folder, 'state.safetensors'));
  await t.throwsAsync(load(root, learner(2)), { message: /state\.safetensors/ });
});
