import test from 'ava';
import { leaks } from '../../src/engine/memory.ts';
import * as tf from '../../src/engine/tf.ts';
import type { FamilyName } from '../../src/models/config.ts';
import { families } from '../../src/models/families.ts';
import type { Model } from '../../src/models/model.ts';
import { parameterSpecs } from '../../src/models/parameter-specs.ts';
import { decays, Optimizer } from '../../src/train/optimizer.ts';
import { drawn, read } from '../engine/numbers.ts';
import { bitsOf, tinyConfig, tinyModel } from '../models/tiny-model.ts';
import { startEngine } from '../engine-under-test.ts';

test.before(startEngine);

for (const family of Object.keys(families) as FamilyName[]) {
  test(`${family}: matrices and tables decay, biases and norms do not`, (t) => {
    for (const task of ['single-label', 'masked-lm'] as const) {
      for (const { name, shape } of parameterSpecs(tinyConfig({ family, task }))) t.is(decays(name), shape.length === 2, name);
    }
  });
}

const gradientsOf = (model: Model, round: number) => new Map([...model.parameters.entries()].map(([name, variable]) => [variable, drawn(`${name} ${round}`, variable.shape, 0.1)]));

async function step(model: Model, optimizer: Optimizer, number: number): Promise<number[]> {
  const gradients = gradientsOf(model, number);
  const verdict = optimizer.update(gradients, { step: number, learningRate: 0.01 });
  const values = await read(verdict);
  tf.dispose([verdict, ...gradients.values()]);
  return values;
}

test('moments that are read and assigned go on bit for bit', async (t) => {
  const one = tinyModel();
  const optimizer = new Optimizer(one.parameters);
  for (const number of [1, 2]) t.is((await step(one, optimizer, number))[1], 1);
  const other = tinyModel({}, 2);
  other.parameters.assign(new Map([...(await one.parameters.read())].map(([name, { data }]) => [name, data])));
  const restored = new Optimizer(other.parameters);
  const copies = await optimizer.read();
  t.deepEqual([...copies.keys()].sort(), one.parameters.names.flatMap((name) => [`first/${name}`, `second/${name}`]).sort());
  restored.assign(new Map([...copies].map(([name, { data }]) => [name, data])));
  t.deepEqual(await restored.read(), copies);
  t.deepEqual(await step(one, optimizer, 3), await step(other, restored, 3));
  t.is(await bitsOf(one), await bitsOf(other));
  t.deepEqual(await restored.read(), await optimizer.read());
});

test('moments start at 0; without them the next step is another', async (t) => {
  const [one, other] = [tinyModel(), tinyModel()];
  const optimizer = new Optimizer(one.parameters);
  t.true([...(await optimizer.read()).values()].every(({ data }) => data.every((value) => value === 0)));
  await step(one, optimizer, 1);
  other.parameters.assign(new Map([...(await one.parameters.read())].map(([name, { data }]) => [name, data])));
  await step(one, optimizer, 2);
  await step(other, new Optimizer(other.parameters), 2);
  t.not(await bitsOf(one), await bitsOf(other));
});

test('a parameter without a gradient is left alone, moments and decay included', async (t) => {
  const model = tinyModel();
  const optimizer = new Optimizer(model.parameters, { weightDecay: 0.5 });
  const [classifier, pooler] = [model.parameters.get('classifier.weight'), model.parameters.get('bert.pooler.dense.weight')];
  const before = [await read(classifier), await read(pooler)];
  optimizer.update(new Map([[classifier, tf.ones(classifier.shape)]]), { step: 1, learningRate: 0.1 });
  t.notDeepEqual(await read(classifier), before[0]);
  t.deepEqual(await read(pooler), before[1]);
  t.true((await optimizer.read()).get('first/bert.pooler.dense.weight')?.data.every((value) => value === 0));
});

test('a gradient that is not finite changes nothing, and says so', async (t) => {
  const model = tinyModel();
  const optimizer = new Optimizer(model.parameters);
  await step(model, optimizer, 1);
  const [bits, moments] = [await bitsOf(model), await optimizer.read()];
  const gradients = gradientsOf(model, 2);
  const bias = model.parameters.get('classifier.bias');
  gradients.set(bias, tf.tensor([0, NaN, 0]));
  const [norm, taken] = await read(optimizer.update(gradients, { step: 2, learningRate: 0.01 }));
  t.deepEqual([norm, taken], [NaN, 0]);
  t.is(await bitsOf(model), bits);
  t.deepEqual(await optimizer.read(), moments);
});

test('moments of another model are refused by name', async (t) => {
  const optimizer = new Optimizer(tinyModel().parameters);
  const values = new Map([...(await optimizer.read())].map(([name, { data }]) => [name, data]));
  t.throws(() => optimizer.assign(new Map([...values, ['second/classifier.bias', new Float32Array(2)]])), { message: 'second/classifier.bias: no 3 numbers to restore' });
  values.delete('first/classifier.bias');
  t.throws(() => optimizer.assign(values), { message: 'first/classifier.bias: no 3 numbers to restore' });
});

test.serial('an optimiser that is disposed leaves nothing', async (t) => {
  const model = tinyModel();
  t.deepEqual(await leaks(async () => {
    const optimizer = new Optimizer(model.parameters);
    await step(model, optimizer, 1);
    const values = await optimizer.read();
    optimizer.assign(new Map([...values].map(([name, { data }]) => [name, data])));
    optimizer.dispose();
  }), { tensors: 0, buffers: 0 });
});
