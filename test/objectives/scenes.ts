// For every objective of the catalogue: what student and teacher say of a small batch, and where theory puts the minimum of its loss.
import type { Batch, HostLabels } from '../../src/engine/batch.ts';
import { upload } from '../../src/engine/batch.ts';
import * as tf from '../../src/engine/tf.ts';
import { objectiveCatalogue } from '../../src/objectives/catalogue.ts';
import type { Objective } from '../../src/objectives/objective.ts';
import { drawn } from '../engine/numbers.ts';
import type { Outputs } from './examples.ts';

export interface Scene {
  readonly make: () => Objective;
  readonly student: (name: string, deviation?: number) => Outputs;
  readonly teacher: (name: string, deviation?: number) => Outputs;
  /** The batch, its rows in this order. */
  readonly batch: (order?: readonly number[]) => Batch;
  /** No row has a label. */
  readonly unlabelled: () => Batch;
  readonly minimum: () => { readonly student: Outputs; readonly teacher?: Outputs; readonly loss: number };
}

const classes = [2, -1, 0, 1, 1, -1, 2];
export const [rows, depth] = [classes.length, 3];

const hits = () => tf.cast(tf.oneHot(tf.tensor1d(classes, 'int32'), depth), 'float32'); // the engine makes them as whole numbers only

function rowsOf(kind: 'single-label' | 'masked-lm', labels: readonly number[], mask: readonly number[], width: number, order: readonly number[]): Batch {
  const taken = (values: readonly number[]) => order.flatMap((row) => values.slice(row * width, (row + 1) * width));
  const host: HostLabels = kind === 'single-label' ? { kind, indices: Int32Array.from(taken(labels)) } : { kind, tokens: Int32Array.from(taken(labels)) };
  const zeros = new Int32Array(order.length * width);
  return upload({ exampleIds: order.map(String), rows: order.length, width, inputIds: zeros, mask: Float32Array.from(taken(mask)), typeIds: zeros, labels: host });
}

const inOrder = Array.from({ length: rows }, (_, row) => row);

/** Class logits of seven rows, two of them without a label. */
const classScene = (name: string): Omit<Scene, 'minimum'> => ({
  make: objectiveCatalogue[name]!,
  student: (drawnAs, deviation) => ({ logits: drawn(drawnAs, [rows, depth], deviation) }),
  teacher: (drawnAs, deviation) => ({ logits: drawn(drawnAs, [rows, depth], deviation) }),
  batch: (order = inOrder) => rowsOf('single-label', classes, inOrder.map(() => 1), 1, order),
  unlabelled: () => rowsOf('single-label', classes.map(() => -1), inOrder.map(() => 1), 1, inOrder),
});

const [tokens, vocabulary, width] = [3, 5, 4];
const words = [-100, 3, -100, 0, -100, 4, 1, 2, -100, -100, -100, -100, 2, 2, 2, -100, 0, -100, -100, -100, -100];
const mask = [1, 1, 1, 1, 0, 0, 1, 1, 0, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0];

/** Token logits and last hidden states of seven rows, some of them short, one all padding; one label (row 1) stands on padding. */
const tokenScene = (name: string): Omit<Scene, 'minimum'> => {
  const say = (drawnAs: string, deviation?: number) => ({
    logits: drawn(`${drawnAs} logits`, [rows, tokens, vocabulary], deviation),
    hidden: drawn(`${drawnAs} hidden`, [rows, tokens, width], deviation),
  });
  return {
    make: objectiveCatalogue[name]!,
    student: say,
    teacher: say,
    batch: (order = inOrder) => rowsOf('masked-lm', words, mask, tokens, order),
    unlabelled: () => rowsOf('masked-lm', words.map(() => -100), mask, tokens, inOrder),
  };
};

const scene = (plain: Omit<Scene, 'minimum'>, minimum: Scene['minimum']): Scene => ({ ...plain, minimum });

export const scenes: Readonly<Record<string, Scene>> = {
  distilbert: scene(tokenScene('distilbert'), () => {
    const sure = tf.reshape(tf.mul(tf.cast(tf.oneHot(tf.tensor1d(words.map((word) => Math.max(word, 0)), 'int32'), vocabulary), 'float32'), 110), [rows, tokens, vocabulary]);
    const both = { logits: sure, hidden: tokenScene('distilbert').teacher('teacher').hidden! };
    return { student: both, teacher: both, loss: 0 };
  }),
  'hard-labels': scene(classScene('hard-labels'), () => ({ student: { logits: tf.mul(hits(), 110) }, loss: 0 })),
  'label-smoothing': scene(classScene('label-smoothing'), () => {
    const [hit, miss] = [0.9 + 0.1 / 3, 0.1 / 3];
    return { student: { logits: tf.log(tf.add(tf.mul(hits(), hit - miss), miss)) }, loss: -hit * Math.log(hit) - 2 * miss * Math.log(miss) };
  }),
  'soft-label': scene(classScene('soft-label'), () => {
    const said = classScene('soft-label').teacher('teacher', 2);
    return { student: said, teacher: said, loss: 0 };
  }),
};
