import fc from 'fast-check';
import test from 'ava';
import { leaks } from '../../src/engine/memory.ts';
import { randomKey } from '../../src/engine/random.ts';
import * as tf from '../../src/engine/tf.ts';
import { freshValues, linearSpecs, normSpecs, Parameters, type ParameterSpec } from '../../src/nn/parameters.ts';
import { read } from '../engine/numbers.ts';
import { engineUnderTest } from '../engine-choice.ts';
import { startEngine } from '../engine-under-test.ts';

test.before(startEngine);

const specs = [...linearSpecs('dense', 2, 3), ...normSpecs('norm', 2)];
const counting = ({ shape }: ParameterSpec) => Float32Array.from({ length: shape.reduce((product, side) => product * side, 1) }, (_, i) => i);

test.serial('specs spell Hugging Face names and shapes', (t) => {
  t.is(tf.getBackend(), engineUnderTest);
  t.deepEqual(specs, [
    { name: 'dense.weight', shape: [2, 3], initial: 'normal' },
    { name: 'dense.bias', shape: [2], initial: 'zeros' },
    { name: 'norm.weight', shape: [2], initial: 'ones' },
    { name: 'norm.bias', shape: [2], initial: 'zeros' },
  ]);
});

test.serial('parameters are found by name, counted, read and replaced', async (t) => {
  const parameters = new Parameters(specs, counting);
  t.deepEqual(parameters.names, ['dense.weight', 'dense.bias', 'norm.weight', 'norm.bias']);
  t.deepEqual([...parameters.entries()].map(([name]) => name), parameters.names);
  t.is(parameters.count, 12);
  t.deepEqual(parameters.get('dense.weight').shape, [2, 3]);
  t.true(parameters.get('dense.weight').trainable);
  t.is(parameters.pair('norm').bias, parameters.get('norm.bias'));
  const copies = await parameters.read();
  t.deepEqual(copies.get('dense.weight'), { shape: [2, 3], data: Float32Array.of(0, 1, 2, 3, 4, 5) });
  const doubled = new Map([...copies].map(([name, { data }]) => [name, data.map((value) => value * 2)]));
  parameters.assign(doubled);
  t.deepEqual(await read(parameters.get('dense.weight')), [0, 2, 4, 6, 8, 10]);
  parameters.dispose();
});

test.serial('a name that is not there is an error that says it', (t) => {
  const parameters = new Parameters(specs, counting);
  t.throws(() => parameters.get('dense.wieght'), { message: "the model has no parameter called 'dense.wieght'" });
  t.throws(() => parameters.pair('pooler'), { message: /'pooler.weight'/ });
  parameters.dispose();
  t.throws(() => parameters.get('dense.weight'), { message: /no parameter/ });
});

test.serial('values that do not fill a shape are refused, by name', (t) => {
  t.throws(() => new Parameters(specs, ({ name }) => new Float32Array(name === 'norm.weight' ? 3 : name === 'dense.weight' ? 6 : 2)), {
    message: 'norm.weight: 3 numbers do not fill [2]',
  });
  const parameters = new Parameters(specs, counting);
  t.throws(() => { parameters.assign(new Map([['dense.weight', new Float32Array(5)]])); }, { message: 'dense.weight: no 6 numbers to assign' });
  parameters.dispose();
});

test.serial('two models share names but no values, and leave nothing behind', async (t) => {
  const left = await leaks(async () => {
    const [one, other] = [new Parameters(specs, counting), new Parameters(specs, counting)];
    one.assign(new Map(specs.map((spec) => [spec.name, counting(spec).fill(-1)])));
    t.deepEqual(await read(other.get('dense.bias')), [0, 1]);
    t.deepEqual(await read(one.get('dense.bias')), [-1, -1]);
    one.dispose();
    other.dispose();
  });
  t.deepEqual(left, { tensors: 0, buffers: 0 });
});

test.serial('changing the source of the values afterwards changes no parameter', async (t) => {
  const data = Float32Array.of(1, 2);
  const parameters = new Parameters([{ name: 'bias', shape: [2], initial: 'zeros' }], () => data);
  data.fill(9);
  t.deepEqual(await read(parameters.get('bias')), [1, 2]);
  parameters.dispose();
});

test('fresh values depend on key and name alone', (t) => {
  const key = randomKey(3);
  const weight: ParameterSpec = { name: 'a.weight', shape: [20, 30], initial: 'normal' };
  const values = freshValues(weight, key, 0.02);
  t.deepEqual(freshValues({ ...weight }, key, 0.02), values);
  t.notDeepEqual(freshValues({ ...weight, name: 'b.weight' }, key, 0.02), values);
  t.notDeepEqual(freshValues(weight, randomKey(4), 0.02), values);
  t.deepEqual(freshValues({ ...weight, shape: [10, 30] }, key, 0.02), values.subarray(0, 300), 'a longer table begins with the shorter one');
  const spread = Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / values.length);
  t.true(Math.abs(spread / 0.02 - 1) < 0.15, `${spread}`);
  t.deepEqual(freshValues({ name: 'b', shape: [3], initial: 'zeros' }, key, 1), new Float32Array(3));
  t.deepEqual(freshValues({ name: 'w', shape: [3], initial: 'ones' }, key, 1), new Float32Array(3).fill(1));
});

test('the padding row is zero, every other row is as without it', (t) => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 7 }), fc.nat(8), (rows, width, row) => {
      const zeroRow = row % rows;
      const table: ParameterSpec = { name: 'table', shape: [rows, width], initial: 'normal' };
      const [plain, padded] = [freshValues(table, randomKey(1), 1), freshValues({ ...table, zeroRow }, randomKey(1), 1)];
      return padded.every((value, i) => value === (Math.floor(i / width) === zeroRow ? 0 : plain[i]));
    }),
  );
  t.pass();
});
