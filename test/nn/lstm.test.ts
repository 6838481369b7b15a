import { join } from 'node:path';
import test from 'ava';
import { z } from 'zod';
import { sweep } from '../../src/engine/sweep.ts';
import * as tf from '../../src/engine/tf.ts';
import { bilstm, lstm, type LstmWeights } from '../../src/nn/lstm.ts';
import { precisionUnderTest } from '../engine-choice.ts';
import { startEngine } from '../engine-under-test.ts';
import { close, closeTensors, drawn, read, rounded } from '../engine/numbers.ts';
import { type JsonTensor, readFixture, tensorSchema } from '../fixture-runners/fixture-file.ts';

const tensors = z.record(z.string(), tensorSchema);
const schema = z.strictObject({ inputs: tensors, expected: z.strictObject({ states: tensorSchema, final: tensorSchema, gradients: tensors }) });
let fixture: z.infer<typeof schema>;
test.before(async () => {
  await startEngine();
  fixture = await readFixture(join(import.meta.dirname, 'bilstm.json'), schema);
});

/** Of the largest: in bf16 every step rounds its products and its sums. */
const bound = (expected: JsonTensor) => {
  const largest = Math.max(...expected.data.map(Math.abs));
  return precisionUnderTest === 'bf16' ? { relative: 0, absolute: 0.1 * largest } : { relative: 0, absolute: 1e-5 * largest + 1e-6 };
};

test('states, last states and every gradient are PyTorch\'s, over rows of several lengths', async (t) => {
  const variables = new Map(Object.entries(fixture.inputs).map(([name, { shape, data }]) => [name, tf.variable(tf.tensor(data, shape))]));
  const of = (name: string) => variables.get(name)!;
  const direction = (suffix: string): LstmWeights => ({ inputWeight: of(`weight_ih_l0${suffix}`), stateWeight: of(`weight_hh_l0${suffix}`), inputBias: of(`bias_ih_l0${suffix}`), stateBias: of(`bias_hh_l0${suffix}`) });
  const forward = () => bilstm(of('x'), of('mask'), { forwards: direction(''), backwards: direction('_reverse') });
  const { states, final } = forward();
  const { expected } = fixture;
  t.deepEqual([states.shape, final.shape], [expected.states.shape, expected.final.shape]);
  close(t, 'states', await read(states), expected.states.data, bound(expected.states));
  close(t, 'final', await read(final), expected.final.data, bound(expected.final));
  const loss = () => {
    const said = forward();
    return tf.add<tf.Scalar>(tf.sum(tf.mul(said.states, of('upstream_states'))), tf.sum(tf.mul(said.final, of('upstream_final'))));
  };
  const names = Object.keys(expected.gradients);
  t.is(names.length, 9);
  const { gradients } = sweep(loss, names.map(of));
  for (const name of names) close(t, `gradient of ${name}`, await read(gradients.get(of(name))!), expected.gradients[name]!.data, bound(expected.gradients[name]!));
});

const weights = (): LstmWeights => ({ inputWeight: drawn('ih', [8, 3], 0.5), stateWeight: drawn('hh', [8, 2], 0.5), inputBias: drawn('bi', [8], 0.5), stateBias: drawn('bh', [8], 0.5) });

test('padding on either side changes nothing', async (t) => {
  const x = drawn('x', [1, 3, 3]);
  const noise = tf.fill([1, 2, 3], 100);
  for (const backwards of [false, true]) {
    const alone = lstm(x, tf.ones([1, 3]), weights(), { backwards }).final;
    const after = lstm(tf.concat([x, noise], 1), tf.tensor([[1, 1, 1, 0, 0]]), weights(), { backwards }).final;
    const before = lstm(tf.concat([noise, x], 1), tf.tensor([[0, 0, 1, 1, 1]]), weights(), { backwards }).final;
    await closeTensors(t, 'padded at the end', after, alone, rounded);
    await closeTensors(t, 'padded at the start', before, alone, rounded);
  }
});

test('backwards is forwards over the row turned round', async (t) => {
  const x = drawn('x', [2, 4, 3]);
  const turned = lstm(tf.reverse(x, 1), tf.ones([2, 4]), weights());
  const back = lstm(x, tf.ones([2, 4]), weights(), { backwards: true });
  await closeTensors(t, 'states', back.states, tf.reverse(turned.states, 1), rounded);
  await closeTensors(t, 'final', back.final, turned.final, rounded);
});
