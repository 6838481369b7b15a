import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import type { Model } from '../../src/models/model.ts';
import { BestWeights } from '../../src/train/best-weights.ts';
import { bitsOf, tinyModel } from '../models/tiny-model.ts';
import { temporaryFolder } from '../storage/temporary-folder.ts';
import { startEngine } from '../engine-under-test.ts';

test.before(startEngine);

function overwrite({ parameters }: Model, value: number): void {
  parameters.assign(new Map([...parameters.entries()].map(([name, { size }]) => [name, new Float32Array(size).fill(value)])));
}

async function keepsTheLast(t: ExecutionContext, best: BestWeights, restored: BestWeights): Promise<void> {
  const model = tinyModel();
  await best.keep(tinyModel({}, 9).parameters);
  await best.keep(model.parameters);
  const bits = await bitsOf(model);
  overwrite(model, 3);
  t.not(await bitsOf(model), bits);
  await restored.restore(model.parameters);
  t.is(await bitsOf(model), bits);
}

test('in memory: the last that were kept come back bit for bit', async (t) => {
  const best = new BestWeights(undefined);
  await keepsTheLast(t, best, best);
});

test('on disk: another process finds them, and nothing else lies there', async (t) => {
  const root = await temporaryFolder(t);
  await keepsTheLast(t, new BestWeights(root), new BestWeights(root));
  t.deepEqual(await readdir(root), ['best.safetensors']);
});

test('none kept: nothing in memory, an error where their file is gone', async (t) => {
  const model = tinyModel();
  const bits = await bitsOf(model);
  await new BestWeights(undefined).restore(model.parameters);
  t.is(await bitsOf(model), bits);
  const root = await temporaryFolder(t);
  const best = new BestWeights(root);
  await best.keep(model.parameters);
  await rm(join(root, 'best.safetensors'));
  await t.throwsAsync(best.restore(model.parameters), { message: /best\.safetensors/ });
  t.is(await bitsOf(model), bits);
});
