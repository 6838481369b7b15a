/**
 * A long short-term memory (Hochreiter & Schmidhuber 1997, with the forget gate of Gers et al. 2000), read forwards, backwards or both ways
 * at once. Weights as PyTorch keeps them, gates in its order: input, forget, cell, output. Padding, at either end of a row, does not exist for
 * it. The way back is written out: both ways take some ten operations a token, whatever the number of directions.
 */
import { linear } from '../engine/fused/linear.ts';
import * as tf from '../engine/tf.ts';

/** Of one direction, N units. */
export interface LstmWeights {
  /** [4 N, E] */
  readonly inputWeight: tf.Tensor;
  /** [4 N, N] */
  readonly stateWeight: tf.Tensor;
  /** [4 N] each */
  readonly inputBias: tf.Tensor;
  readonly stateBias: tf.Tensor;
}

export interface LstmStates {
  /** The state at every token [B, T, N], 0 where masked. */
  readonly states: tf.Tensor;
  /** The state after the last real token read [B, N]. */
  readonly final: tf.Tensor;
}

/** x [B, T, E], mask [B, T] (1 = real, without a gap). @param options.backwards reads from the last token to the first. */
export function lstm(x: tf.Tensor, mask: tf.Tensor, weights: LstmWeights, { backwards = false }: { backwards?: boolean } = {}): LstmStates {
  return readings(x, mask, [{ weights, backwards }]);
}

/** x read both ways: states [B, T, 2 N] and final [B, 2 N], forwards first. */
export function bilstm(x: tf.Tensor, mask: tf.Tensor, { forwards, backwards }: { forwards: LstmWeights; backwards: LstmWeights }): LstmStates {
  return readings(x, mask, [{ weights: forwards, backwards: false }, { weights: backwards, backwards: true }]);
}

interface Direction {
  readonly weights: LstmWeights;
  readonly backwards: boolean;
}

/** D directions, one beside the other at every step. */
function readings(x: tf.Tensor, mask: tf.Tensor, directions: readonly Direction[]): LstmStates {
  const [rows = 0, length = 0] = x.shape;
  const [, units = 0] = directions[0]?.weights.stateWeight.shape ?? [];
  const inOrder = <T extends tf.Tensor>(tensor: T, backwards: boolean): T => (backwards ? tf.reverse(tensor, 0) : tensor);
  const closed = tf.reshape(tf.mul(tf.sub(mask, 1), 1e9), [rows, length, 1]); // 0 at real tokens
  const shut = tf.mul(closed, tf.concat([tf.ones([units]), tf.fill([units], -1), tf.zeros([2 * units])])); // [B, T, 4 N]: nothing comes in, nothing is forgotten
  const given = tf.stack(directions.map(({ weights, backwards }) => {
    const projected = tf.add(linear(x, { weight: weights.inputWeight, bias: tf.add(weights.inputBias, weights.stateBias) }), shut);
    return inOrder(tf.transpose(projected, [1, 0, 2]), backwards); // [B, T, 4 N] -> [T, B, 4 N]
  }), 1); // [T, D, B, 4 N]
  const states = recurrence(given, tf.stack(directions.map(({ weights }) => weights.stateWeight))); // [T, D, B, N]
  const real = tf.transpose(mask); // [T, B]
  const masks = tf.expandDims(tf.stack(directions.map(({ backwards }) => inOrder(real, backwards)), 1), 3); // [T, D, B, 1]
  const after = tf.concat([tf.slice(masks, [1, 0, 0, 0], [length - 1, -1, -1, -1]), tf.zerosLike(tf.slice(masks, [0, 0, 0, 0], [1, -1, -1, -1]))], 0);
  const final = tf.sum(tf.mul(states, tf.mul(masks, tf.sub(1, after))), 0); // [D, B, N], where no real token follows
  const [first, ...others] = tf.unstack(tf.mul(states, masks), 1).map((said, place) => inOrder(said, directions[place]?.backwards === true)); // [T, B, N] each
  return {
    states: tf.transpose(tf.concat([first!, ...others], 2), [1, 0, 2]), // [T, B, D N] -> [B, T, D N]
    final: tf.reshape(tf.transpose(final, [1, 0, 2]), [rows, directions.length * units]), // [B, D N]
  };
}

/** given [T, D, B, 4 N], what the input adds to every gate; weight [D, 4 N, N]. -> the states [T, D, B, N]. */
function recurrence(given: tf.Tensor, weight: tf.Tensor): tf.Tensor {
  const run = tf.customGrad((...args) => {
    const [gatesGiven, stateWeight, save] = args as unknown as [tf.Tensor, tf.Tensor, tf.GradSaveFunc];
    const { states, ...kept } = forwards(gatesGiven, stateWeight);
    save([stateWeight, states, kept.opened, kept.candidates, kept.cells]);
    return { value: states, gradFunc: (dy, saved) => backwards(dy, saved as unknown as Saved) };
  });
  return run(given, weight);
}

interface Forwards {
  readonly states: tf.Tensor;
  /** Sigmoids of all gates [T, D, B, 4 N]; that of the cell's input means nothing. */
  readonly opened: tf.Tensor;
  /** What may come into the cell [T, D, B, N], and the cells. */
  readonly candidates: tf.Tensor;
  readonly cells: tf.Tensor;
}

function forwards(given: tf.Tensor, weight: tf.Tensor): Forwards {
  const [, directions = 0, rows = 0, width = 0] = given.shape;
  const units = width / 4;
  const turned = tf.transpose(weight, [0, 2, 1]); // [D, N, 4 N]
  const steps: Forwards[] = [];
  for (const arriving of tf.unstack(given)) {
    const before = steps.at(-1);
    steps.push(tf.tidy(() => {
      const gates = before === undefined ? arriving : tf.add(arriving, tf.matMul(before.states, turned)); // [D, B, 4 N]
      const opened = tf.sigmoid(gates);
      const [input, forget, , output] = tf.split(opened, 4, 2); // [D, B, N] each
      const candidates = tf.tanh(tf.slice(gates, [0, 0, 2 * units], [directions, rows, units]));
      const entering = tf.mul(input!, candidates);
      const cells = before === undefined ? entering : tf.add(tf.mul(forget!, before.cells), entering);
      return { states: tf.mul(output!, tf.tanh(cells)), opened, candidates, cells };
    }));
  }
  const all = (what: keyof Forwards) => tf.stack(steps.map((step) => step[what]));
  return { states: all('states'), opened: all('opened'), candidates: all('candidates'), cells: all('cells') };
}

type Saved = [weight: tf.Tensor, states: tf.Tensor, opened: tf.Tensor, candidates: tf.Tensor, cells: tf.Tensor];

/** -> gradients of what is given and of the weight. What does not hang on the step after is computed of all steps at once. */
function backwards(dy: tf.Tensor, [weight, states, opened, candidates, cells]: Saved): tf.Tensor[] {
  const [length = 0, directions = 0, rows = 0, width = 0] = opened.shape;
  const units = width / 4;
  const [input, forget, , output] = tf.split(opened, 4, 3) as [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor];
  const squashed = tf.tanh(cells);
  const bell = (sigmoid: tf.Tensor) => tf.mul(sigmoid, tf.sub(1, sigmoid));
  const arch = (tanh: tf.Tensor) => tf.sub(1, tf.square(tanh));
  const slopes = tf.unstack(tf.concat([tf.mul(candidates, bell(input)), tf.mul(before(cells), bell(forget)), tf.mul(input, arch(candidates)), tf.mul(squashed, bell(output))], 3)); // [D, B, 4 N] each
  const [toCell, kept, said] = [tf.unstack(tf.mul(output, arch(squashed))), tf.unstack(forget), tf.unstack(dy)];
  const dgates: tf.Tensor[] = [];
  let later: { readonly state: tf.Tensor; readonly cell: tf.Tensor } | undefined;
  for (let place = length - 1; place >= 0; place--) {
    const step = tf.tidy(() => {
      const dstate = later === undefined ? said[place]! : tf.add(said[place]!, later.state);
      const through = tf.mul(dstate, toCell[place]!);
      const dcell = later === undefined ? through : tf.add(through, later.cell);
      const gates = tf.mul(tf.concat([dcell, dcell, dcell, dstate], 2), slopes[place]!); // [D, B, 4 N]
      return { gates, ...(place > 0 && { state: tf.matMul(gates, weight), cell: tf.mul(dcell, kept[place]!) }) };
    });
    dgates[place] = step.gates;
    if (step.state !== undefined && step.cell !== undefined) later = { state: step.state, cell: step.cell };
  }
  const dgiven = tf.stack(dgates); // [T, D, B, 4 N]
  const tokens = length * rows;
  const gatesByUnit = tf.reshape(tf.transpose(dgiven, [1, 3, 0, 2]), [directions, width, tokens]); // [D, 4 N, T B]
  const statesByToken = tf.reshape(tf.transpose(before(states), [1, 0, 2, 3]), [directions, tokens, units]); // [D, T B, N]
  return [dgiven, tf.matMul(gatesByUnit, statesByToken)]; // [D, 4 N, N]
}

/** Of every step what stood before it: [T, ...], zeros first. */
function before(steps: tf.Tensor): tf.Tensor {
  const [length = 0, ...rest] = steps.shape;
  return tf.concat([tf.zeros([1, ...rest]), tf.slice(steps, 0, length - 1)], 0);
}
