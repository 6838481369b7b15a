import test from 'ava';
import { randomKey } from '../../src/engine/random.ts';
import { sweep } from '../../src/engine/sweep.ts';
import * as tf from '../../src/engine/tf.ts';
import { attentionBias } from '../../src/nn/attention.ts';
import { encoderLayer, type EncoderLayer, type LayerOptions } from '../../src/nn/encoder.ts';
import { stack, type StackOptions } from '../../src/nn/layer-stack.ts';
import { close, closeTensors, drawn, read, rounded, roundedDeep } from '../engine/numbers.ts';
import { engineUnderTest } from '../engine-choice.ts';
import { startEngine } from '../engine-under-test.ts';

test.before(startEngine);

const [rows, width, hidden, inner] = [2, 5, 6, 11];
const pair = (name: string, outputs: number, inputs: number) => ({ weight: drawn(`${name}.weight`, [outputs, inputs], 0.4), bias: drawn(`${name}.bias`, [outputs], 0.1) });
const norm = (name: string) => ({ weight: tf.add(1, drawn(`${name}.weight`, [hidden], 0.1)), bias: drawn(`${name}.bias`, [hidden], 0.1) });
const makeLayer = (index: number): EncoderLayer => ({
  query: pair(`${index}.query`, hidden, hidden),
  key: pair(`${index}.key`, hidden, hidden),
  value: pair(`${index}.value`, hidden, hidden),
  attentionOutput: pair(`${index}.attention.output`, hidden, hidden),
  attentionNorm: norm(`${index}.attention.norm`),
  expansion: pair(`${index}.expansion`, inner, hidden),
  contraction: pair(`${index}.contraction`, hidden, inner),
  outputNorm: norm(`${index}.norm`),
});
type EncoderOptions = LayerOptions & StackOptions & { readonly layers: readonly EncoderLayer[] };
const encode = (input: tf.Tensor, { layers, ...rest }: EncoderOptions) => stack(input, layers.map((layer) => encoderLayer(layer, rest)), rest);
const x = () => drawn('x', [rows, width, hidden]);
const options = (change: Partial<EncoderOptions> = {}): EncoderOptions => ({
  layers: [0, 1, 2].map(makeLayer),
  heads: 2,
  activation: 'relu',
  normEpsilon: 1e-6,
  hiddenDropout: 0.1,
  attentionDropout: 0.2,
  bias: attentionBias(tf.tensor([1, 1, 1, 0, 0, 1, 1, 1, 1, 1], [rows, width])),
  mode: {},
  qkv: new Set(),
  preActivations: new Set(),
  exposed: new Set(),
  scored: new Set(),
  ...change,
});

test('one state per layer beside the input', (t) => {
  t.is(tf.getBackend(), engineUnderTest);
  const input = x();
  const { hidden: states, attention } = encode(input, options());
  t.is(states.length, 4);
  t.is(states[0], input);
  t.is(attention.length, 3);
  for (const state of states) t.deepEqual(state.shape, [rows, width, hidden]);
});

test('asked for the first token alone, the last layer says no other; those below it say all', async (t) => {
  const [whole, first] = [encode(x(), options()), encode(x(), options({ firstAlone: true }))];
  t.deepEqual(first.hidden.map(({ shape }) => shape), [[rows, width, hidden], [rows, width, hidden], [rows, width, hidden], [rows, 1, hidden]]);
  await closeTensors(t, 'first token', first.hidden[3]!, tf.slice(whole.hidden[3]!, [0, 0, 0], [rows, 1, hidden]), rounded);
});

test('only the layers asked for are exposed, and exposing changes no state', async (t) => {
  const plain = encode(x(), options());
  t.deepEqual(plain.attention.map(({ scores, probabilities }) => scores !== undefined || probabilities !== undefined), [false, false, false]);
  const exposed = encode(x(), options({ exposed: new Set([1]) }));
  t.deepEqual(exposed.attention.map(({ scores }) => scores !== undefined), [false, true, false]);
  t.deepEqual(exposed.attention.map(({ probabilities }) => probabilities !== undefined), [false, true, false]);
  for (const [i, state] of exposed.hidden.entries()) await closeTensors(t, `state ${i}`, state, plain.hidden[i]!, rounded);
  const scored = encode(x(), options({ scored: new Set([2]) }));
  t.deepEqual(scored.attention.map(({ scores, probabilities }) => [scores !== undefined, probabilities !== undefined]), [[false, false], [false, false], [true, false]]);
  for (const [i, state] of scored.hidden.entries()) await closeTensors(t, `state ${i}`, state, plain.hidden[i]!, { relative: 0, absolute: 0 });
});

test('what goes into an activation is said where it is asked for', async (t) => {
  const [plain, opened] = [encode(x(), options()), encode(x(), options({ preActivations: new Set([1]) }))];
  t.deepEqual([plain, opened].map(({ preActivations }) => preActivations.map((states) => states?.shape)), [[undefined, undefined, undefined], [undefined, [rows, width, inner], undefined]]);
  for (const [i, state] of opened.hidden.entries()) await closeTensors(t, `state ${i}`, state, plain.hidden[i]!, rounded);
});

test('a layer is attention, residual, norm, feed-forward, residual, norm', async (t) => {
  const layer = makeLayer(0);
  const linear = (input: tf.Tensor, { weight, bias }: { weight: tf.Tensor; bias?: tf.Tensor | undefined }) => {
    const product = tf.add(tf.matMul(tf.reshape(input, [rows * width, -1]), weight, false, true), bias!);
    return tf.reshape(product, [rows, width, -1]);
  };
  const normed = (input: tf.Tensor, { weight, bias }: { weight: tf.Tensor; bias: tf.Tensor }) => {
    const { mean, variance } = tf.moments(input, -1, true);
    return tf.add(tf.mul(tf.div(tf.sub(input, mean), tf.sqrt(tf.add(variance, 1e-6))), weight), bias);
  };
  const { hidden: states, attention } = encode(x(), options({ layers: [layer], qkv: new Set([0]) }));
  const attended = normed(tf.add(x(), linear(attention[0]!.context!, layer.attentionOutput)), layer.attentionNorm);
  const expected = normed(tf.add(attended, linear(tf.relu(linear(attended, layer.expansion)), layer.contraction)), layer.outputNorm);
  await closeTensors(t, 'output', states[1]!, expected, rounded);
});

test('without a key it is deterministic; with one, the key decides', async (t) => {
  const last = async (change: Partial<EncoderOptions>) => read(encode(x(), options(change)).hidden[3]!);
  t.deepEqual(await last({}), await last({ hiddenDropout: 0.9, attentionDropout: 0.9 }));
  const [one, two] = [{ dropout: randomKey(1) }, { dropout: randomKey(2) }];
  t.deepEqual(await last({ mode: one }), await last({ mode: one }));
  t.notDeepEqual(await last({ mode: one }), await last({ mode: two }));
  t.notDeepEqual(await last({ mode: one }), await last({}));
  t.deepEqual(await last({ mode: one, hiddenDropout: 0, attentionDropout: 0 }), await last({}));
});

test('every layer draws anew: two layers alike, on the same input, drop different things', async (t) => {
  const nothing = (outputs: number, inputs: number) => ({ weight: tf.zeros([outputs, inputs]), bias: tf.zeros([outputs]) });
  const unit = { weight: tf.ones([hidden]), bias: tf.zeros([hidden]) };
  const still = { ...makeLayer(0), attentionOutput: nothing(hidden, hidden), contraction: nothing(hidden, inner), attentionNorm: unit, outputNorm: unit };
  const settled = encode(x(), options({ layers: [still] })).hidden[1]!; // such a layer leaves it as it is
  const contexts = async (mode: EncoderOptions['mode']) => {
    const [first, second] = encode(settled, options({ layers: [still, still], mode, qkv: new Set([0, 1]) })).attention;
    return [await read(first!.context!), await read(second!.context!)] as const;
  };
  const [first, second] = await contexts({});
  close(t, 'without dropout', first, second, rounded);
  const [one, other] = await contexts({ dropout: randomKey(1) });
  t.true(Math.max(...one.map((value, i) => Math.abs(value - other[i]!))) > 0.01);
});

test('dropout of an exposed pass equals that of a fused one, gradients included', async (t) => {
  const layers = options().layers;
  const variable = tf.variable(layers[0]!.query.weight);
  const tied = [{ ...layers[0]!, query: { ...layers[0]!.query, weight: variable } }, layers[1]!];
  const gradient = (exposed: ReadonlySet<number>) => {
    const change = { layers: tied, exposed, mode: { dropout: randomKey(4) } };
    const upstream = drawn('upstream', [rows, width, hidden]);
    return sweep(() => tf.sum<tf.Scalar>(tf.mul(encode(x(), options(change)).hidden[2]!, upstream)), [variable]).gradients.get(variable)!;
  };
  await closeTensors(t, 'gradient', gradient(new Set()), gradient(new Set([0, 1])), { relative: 1e-4, ...roundedDeep });
});
