/**
 * A long short-term memory (Hochreiter & Schmidhuber 1997, with the forget gate of Gers et al. 2000), read forwards, backwards or both ways.
 * Weights as PyTorch keeps them, gates in its order: input, forget, cell, output. Padding does not exist for it: a masked token leaves the
 * state as it was, whichever side it stands on. Composite: a step is a few operations, on every engine.
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

/** x [B, T, E], mask [B, T] (1 = real). @param options.backwards reads from the last token to the first. */
export function lstm(x: tf.Tensor, mask: tf.Tensor, weights: LstmWeights, { backwards = false }: { backwards?: boolean } = {}): LstmStates {
  const [rows = 0, length = 0] = x.shape;
  const units = weights.stateWeight.shape[1] ?? 0;
  const given = linear(x, { weight: weights.inputWeight, bias: tf.add(weights.inputBias, weights.stateBias) }); // [B, T, E] -> [B, T, 4 N]
  const places = Array.from({ length }, (_, place) => (backwards ? length - 1 - place : place));
  const said: tf.Tensor[] = [];
  let [state, cell]: tf.Tensor[] = [tf.zeros([rows, units]), tf.zeros([rows, units])];
  for (const place of places) {
    const real = tf.slice(mask, [0, place], [rows, 1]); // [B, 1]
    const gates = tf.add(tf.reshape(tf.slice(given, [0, place, 0], [rows, 1, 4 * units]), [rows, 4 * units]), linear(state!, { weight: weights.stateWeight })); // [B, 4 N]
    const gate = (index: number) => tf.slice(gates, [0, index * units], [rows, units]); // [B, N]
    const nextCell = tf.add(tf.mul(tf.sigmoid(gate(1)), cell!), tf.mul(tf.sigmoid(gate(0)), tf.tanh(gate(2))));
    const nextState = tf.mul(tf.sigmoid(gate(3)), tf.tanh(nextCell));
    [cell, state] = [kept(cell!, nextCell, real), kept(state!, nextState, real)];
    said[place] = tf.mul(nextState, real);
  }
  return { states: tf.stack(said, 1), final: state! }; // T of [B, N] -> [B, T, N]
}

/** x read both ways: states [B, T, 2 N] and final [B, 2 N], forwards first. */
export function bilstm(x: tf.Tensor, mask: tf.Tensor, { forwards, backwards }: { forwards: LstmWeights; backwards: LstmWeights }): LstmStates {
  const [there, back] = [lstm(x, mask, forwards), lstm(x, mask, backwards, { backwards: true })];
  return { states: tf.concat([there.states, back.states], 2), final: tf.concat([there.final, back.final], 1) };
}

/** The next value where a token is real, else the one before. */
function kept(before: tf.Tensor, next: tf.Tensor, real: tf.Tensor): tf.Tensor {
  return tf.add(before, tf.mul(tf.sub(next, before), real));
}
