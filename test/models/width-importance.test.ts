import test from 'ava';
import { sweep } from '../../src/engine/sweep.ts';
import * as tf from '../../src/engine/tf.ts';
import type { Model } from '../../src/models/model.ts';
import { type HostValues, importanceByGradients, importanceByMagnitudes } from '../../src/models/width-importance.ts';
import { close, read } from '../engine/numbers.ts';
import { precisionUnderTest } from '../engine-choice.ts';
import { startEngine } from '../engine-under-test.ts';
import { tinyBatch, tinyModel } from './tiny-model.ts';

test.before(startEngine);

const batches = [tinyBatch, () => tinyBatch([[2, 4, 11, 5, 3], [2, 9, 3]])];
const lossOn = (model: Model, batch: ReturnType<typeof tinyBatch>) => tf.tidy(() => tf.mean<tf.Scalar>(tf.square(model.forward(batch, { logits: true }).logits)));

async function gradientsOf(model: Model): Promise<HostValues[]> {
  const all: HostValues[] = [];
  for (const batch of batches) {
    const names = new Map([...model.parameters.entries()].map(([name, variable]) => [variable, name]));
    const { gradients } = sweep(() => lossOn(model, batch()), [...names.keys()]);
    all.push(new Map(await Promise.all([...gradients].map(async ([variable, gradient]) => [names.get(variable)!, { data: new Float32Array(await read(gradient)) }] as const))));
  }
  return all;
}

/** The model with some numbers of one parameter scaled. */
async function scaled(model: Model, factor: number, change: (name: string, index: number) => boolean): Promise<Model> {
  const other = tinyModel();
  other.parameters.assign(new Map([...(await model.parameters.read())].map(([name, { data }]) => [name, data.map((value, index) => (change(name, index) ? value * factor : value))])));
  return other;
}

/** Central differences of the loss by the scale, their magnitudes summed over the batches. */
async function slope(model: Model, change: (name: string, index: number) => boolean): Promise<number> {
  const step = 1e-2;
  const [more, less] = [await scaled(model, 1 + step, change), await scaled(model, 1 - step, change)];
  let sum = 0;
  for (const batch of batches) sum += Math.abs((await read(lossOn(more, batch())))[0]! - (await read(lossOn(less, batch())))[0]!) / (2 * step);
  return sum;
}

(precisionUnderTest === 'fp32' ? test : test.skip)('by gradients: what the loss moves by when a head or neuron is scaled', async (t) => {
  const model = tinyModel();
  const { heads, neurons, width } = await importanceByGradients(model.config, await model.parameters.read(), await gradientsOf(model));
  t.deepEqual([width.length, heads.map(({ length }) => length), neurons.map(({ length }) => length)], [9, [3, 3], [11, 11]]);
  const largest = Math.max(...heads.flatMap((scores) => [...scores]), ...neurons.flatMap((scores) => [...scores]));
  for (const [layer, head] of [[0, 0], [0, 2], [1, 1]] as const) {
    const expected = await slope(model, (name, index) => name === `bert.encoder.layer.${layer}.attention.output.dense.weight` && Math.floor((index % 9) / 3) === head);
    close(t, `head ${layer}.${head}`, [heads[layer]![head]!], [expected], { relative: 1e-2, absolute: 1e-3 * largest });
  }
  for (const [layer, neuron] of [[0, 4], [1, 10]] as const) {
    const expected = await slope(model, (name, index) => name === `bert.encoder.layer.${layer}.output.dense.weight` && index % 11 === neuron);
    close(t, `neuron ${layer}.${neuron}`, [neurons[layer]![neuron]!], [expected], { relative: 1e-2, absolute: 1e-3 * largest });
  }
});

test('by magnitudes: what gives nothing or is given nothing comes last', async (t) => {
  const model = await scaled(tinyModel(), 0, (name, index) =>
    (name === 'bert.encoder.layer.0.attention.output.dense.weight' && Math.floor((index % 9) / 3) === 1)
    || (name === 'bert.encoder.layer.1.output.dense.weight' && index % 11 === 6)
    || (name.startsWith('bert.encoder.layer.0.intermediate.dense') && (name.endsWith('bias') ? index : Math.floor(index / 9)) === 3)
    || (name.includes('LayerNorm') && index === 5));
  const { heads, neurons, width } = importanceByMagnitudes(model.config, await model.parameters.read());
  t.deepEqual([heads[0]![1], neurons[1]![6], neurons[0]![3], width[5]], [0, 0, 0, 0]);
  t.is([...heads, ...neurons, width].reduce((zeros, scores) => zeros + scores.filter((score) => score === 0).length, 0), 4);
});

test('no batch, no importance; an absent gradient is told', async (t) => {
  const model = tinyModel();
  const weights = await model.parameters.read();
  await t.throwsAsync(importanceByGradients(model.config, weights, []), { message: 'importance by gradients needs at least one batch' });
  await t.throwsAsync(importanceByGradients(model.config, weights, [new Map()]), { message: /^importance: there is no number 0 of bert\.encoder\.layer\.0\.attention\.output\.dense\.weight/ });
});
