/**
 * What the members of an ensemble say, [M, B, C], made into one voice.
 */
import * as tf from '../engine/tf.ts';
import { type HeadTask, headRows, shown } from './rows.ts';

export interface Averaging {
  readonly temperature: number;
  /** The mean of probabilities, or their geometric mean (the softmax of mean logits). Of scores always the mean. */
  readonly mode: 'arithmetic' | 'geometric';
  /** Shares of the members, M numbers that sum to 1; absent, all alike. */
  readonly shares?: readonly number[] | undefined;
}

/** Rows of logits [N, K] whose softmax at T is the members' mean distribution; for regression their mean score [B, 1]. */
export function meanRows(members: tf.Tensor, task: HeadTask, { temperature, mode, shares }: Averaging): tf.Tensor {
  const rows = headRows(members, task); // [M, N, K]
  const [count = 1] = members.shape;
  const share = tf.tensor3d(Array.from({ length: count }, (_, member) => shares?.[member] ?? 1 / count), [count, 1, 1]);
  if (task === 'regression' || mode === 'geometric') return tf.sum(tf.mul(rows, share), 0);
  // log Σ_m w_m p_m, whatever the size of the logits; a member of share 0 counts e^-69.
  const weighted = tf.add(tf.logSoftmax(tf.div(rows, temperature)), tf.log(tf.maximum(share, 1e-30)));
  return tf.mul(tf.logSumExp(weighted, 0), temperature);
}

/** @throws unless the members say [M, B, C] to the student's [B, C], M at least 1. */
export function requireMembers(objective: string, student: tf.Tensor, members: tf.Tensor): void {
  if (members.shape.length === 3 && (members.shape[0] ?? 0) > 0 && members.shape.slice(1).join() === student.shape.join()) return;
  throw new Error(`${objective}: student logits ${shown(student)} want the members' stacked as [M, B, C], not ${shown(members)}`);
}
