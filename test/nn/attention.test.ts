import test, { type ExecutionContext } from 'ava';
import type { Dropout } from '../../src/engine/fused/dropout.ts';
import { randomKey } from '../../src/engine/random.ts';
import * as tf from '../../src/engine/tf.ts';
import { type Attention, attentionBias, selfAttention } from '../../src/nn/attention.ts';
import { close, closeTensors, drawn, read, rounded } from '../engine/numbers.ts';
import { engineUnderTest, precisionUnderTest } from '../engine-choice.ts';
import { startEngine } from '../engine-under-test.ts';

test.before(startEngine);

const half = precisionUnderTest === 'bf16';

const [rows, width, hidden, heads] = [2, 5, 6, 3];
const mask = [1, 1, 1, 0, 0, 1, 1, 1, 1, 1];
const names = ['x', 'query.weight', 'query.bias', 'key.weight', 'key.bias', 'value.weight', 'value.bias'];
const shapes: Record<string, number[]> = { x: [rows, width, hidden], weight: [hidden, hidden], bias: [hidden] };
const arguments_ = () => names.map((name) => drawn(name, shapes[name.split('.').at(-1)!]!, 0.7));

type Expose = 'scores' | 'probabilities' | undefined;

function attend([x, qw, qb, kw, kb, vw, vb]: tf.Tensor[], expose: Expose, dropout?: Dropout): Attention {
  const linear = (weight: tf.Tensor | undefined, bias: tf.Tensor | undefined) => ({ weight: weight!, bias });
  return selfAttention(x!, { query: linear(qw, qb), key: linear(kw, kb), value: linear(vw, vb), heads, bias: attentionBias(tf.tensor(mask, [rows, width])), dropout, expose });
}

async function samePaths(t: ExecutionContext, dropout?: Dropout): Promise<void> {
  const inputs = arguments_();
  const [fused, scored, exposed] = [attend(inputs, undefined, dropout), attend(inputs, 'scores', dropout), attend(inputs, 'probabilities', dropout)];
  for (const part of ['context', 'query', 'key', 'value'] as const) {
    await closeTensors(t, part, fused[part], exposed[part], rounded);
    await closeTensors(t, `${part} beside scores`, fused[part], scored[part], { relative: 0, absolute: 0 });
  }
  await closeTensors(t, 'scores', scored.scores!, exposed.scores!, { relative: 0, absolute: 0 });
  const upstream = drawn('upstream', [rows, width, hidden]);
  const gradients = (expose: Expose) => tf.grads((...moved: tf.Tensor[]) => tf.sum(tf.mul(attend(moved, expose, dropout).context, upstream)))(inputs);
  const [one, other] = [gradients(undefined), gradients('probabilities')];
  // A key's bias shifts all scores of a query alike: its gradient is 0, up to rounding.
  for (const [i, name] of names.entries()) await closeTensors(t, `gradient of ${name}`, one[i]!, other[i]!, { absolute: half && name === 'key.bias' ? 2 ** -7 : 3e-6, ...rounded }); // a key's bias has no gradient but for rounding
}

test('fused and exposed attention agree, with their gradients', async (t) => {
  t.is(tf.getBackend(), engineUnderTest);
  await samePaths(t);
});

test('with dropout, one key draws one mask on both paths', async (t) => {
  const dropout = { rate: 0.3, key: randomKey(8) };
  await samePaths(t, dropout);
  t.notDeepEqual(await read(attend(arguments_(), undefined, dropout).context), await read(attend(arguments_(), undefined).context));
});

test('scores and probabilities are there only when exposed, and are what the paper says', async (t) => {
  const inputs = arguments_();
  const fused = attend(inputs, undefined);
  t.is(fused.scores, undefined);
  t.is(fused.probabilities, undefined);
  t.is(attend(inputs, 'scores').probabilities, undefined);
  const { query, key, value, context, scores, probabilities } = attend(inputs, 'probabilities', { rate: 0.5, key: randomKey(1) });
  t.deepEqual(query.shape, [rows, heads, width, hidden / heads]);
  await closeTensors(t, 'scores', scores!, tf.div(tf.matMul(query, key, false, true), Math.sqrt(2)), rounded);
  t.deepEqual(probabilities!.shape, [rows, heads, width, width]);
  close(t, 'rows', await read(tf.sum(probabilities!, -1)), new Array<number>(rows * heads * width).fill(1)); // before dropout
  const unmasked = tf.mul(probabilities!, tf.reshape(tf.sub(1, tf.tensor(mask, [rows, width])), [rows, 1, 1, width]));
  t.true((await read(unmasked)).every((entry) => entry === 0), 'masked keys have probability exactly 0');
  t.deepEqual([context.shape, value.shape], [[rows, width, hidden], [rows, heads, width, hidden / heads]]);
});

test('heads split the width in order: head a holds columns a D .. (a + 1) D', async (t) => {
  const inputs = arguments_();
  const { query } = attend(inputs, undefined);
  const flat = tf.add(tf.matMul(tf.reshape(inputs[0]!, [-1, hidden]), inputs[1]!, false, true), inputs[2]!);
  const second = tf.slice(tf.reshape(flat, [rows, width, hidden]), [0, 0, 2], [rows, width, 2]);
  await closeTensors(t, 'head 1', tf.reshape(tf.slice(query, [0, 1, 0, 0], [rows, 1, width, 2]), [rows, width, 2]), second, rounded);
});

test('padding changes nothing at real positions', async (t) => {
  const [x, ...weights] = arguments_();
  const spoilt = tf.add(x!, tf.mul(tf.sub(1, tf.tensor(mask, [rows, width, 1])), 1e3));
  const real = (states: Attention) => tf.mul(states.context, tf.tensor(mask, [rows, width, 1]));
  await closeTensors(t, 'context', real(attend([spoilt, ...weights], undefined)), real(attend([x!, ...weights], undefined)), rounded);
});
