// What the contract asks of an objective's surroundings: what student and teacher say of a small batch of seven rows, two of them without a
// label, some of them short and one all padding.
import { type Batch, type HostLabels, upload } from '../../src/engine/batch.ts';
import type { Objective } from '../../src/objectives/objective.ts';
import type { Outputs, Own } from './examples.ts';

export interface Minimum {
  readonly student: Outputs;
  readonly teacher?: Outputs;
  readonly loss: number;
  /** The objective's own parameters; by default the scene's. */
  readonly own?: Own;
  /** Of the objective's own parameters, those that have a slope even there. */
  readonly sloping?: readonly string[];
}

export interface Scene {
  readonly make: () => Objective;
  readonly student: (name: string, deviation?: number) => Outputs;
  readonly teacher: (name: string, deviation?: number) => Outputs;
  /** The batch, its rows in this order. */
  readonly batch: (order?: readonly number[]) => Batch;
  /** No row has a label. */
  readonly unlabelled: () => Batch;
  /** Whether a constant added to a row's logits is seen: logits are matched as they are, not as probabilities. */
  readonly seesShifts?: true;
  /** Its tensors have an axis of tokens, some of them padding. */
  readonly readsTokens?: true;
  /** Its own parameters, drawn. */
  readonly own?: () => Own;
  /** What it holds fixed in a part of the loss, so that slopes and gradients differ: 'logits', 'own.paraphraser'. */
  readonly holdsFixed?: readonly string[];
  /** Rows without a label count. */
  readonly learnsUnlabelled?: true;
  readonly minimum: () => Minimum | Promise<Minimum>;
}

export const classes = [2, -1, 0, 1, 1, -1, 2];
export const [rows, depth] = [classes.length, 3];

export function rowsOf(kind: 'single-label' | 'masked-lm' | 'translation', labels: readonly number[], mask: readonly number[], width: number, order: readonly number[]): Batch {
  const taken = (values: readonly number[]) => order.flatMap((row) => values.slice(row * width, (row + 1) * width));
  const host: HostLabels = kind === 'single-label' ? { kind, indices: Int32Array.from(taken(labels)) } : { kind, tokens: Int32Array.from(taken(labels)) };
  const zeros = new Int32Array(order.length * width);
  return upload({ exampleIds: order.map(String), rows: order.length, width, inputIds: zeros, mask: Float32Array.from(taken(mask)), typeIds: zeros, labels: host, order: Uint32Array.from(order) });
}

export const inOrder = Array.from({ length: rows }, (_, row) => row);

export const [tokens, vocabulary, width] = [3, 5, 4];
export const words = [-100, 3, -100, 0, -100, 4, 1, 2, -100, -100, -100, -100, 2, 2, 2, -100, 0, -100, -100, -100, -100];
export const mask = [1, 1, 1, 1, 0, 0, 1, 1, 0, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0];

/** A token to say at every place that is no padding; the last row has none. */
export const targetWords = mask.map((real, place) => (real === 0 ? -100 : (place * 2) % vocabulary));
