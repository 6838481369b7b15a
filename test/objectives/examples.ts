// Small batches of every kind of label, and an objective's loss and gradient on them.
import { type Batch, type HostLabels, upload } from '../../src/engine/batch.ts';
import * as tf from '../../src/engine/tf.ts';
import { sweep } from '../../src/engine/sweep.ts';
import type { Objective, StepContext } from '../../src/objectives/objective.ts';
import { read } from '../engine/numbers.ts';

/** B rows of nothing but padding and these labels: no objective on logits looks further. */
export function batchOf(labels: HostLabels | undefined, rows: number, width = 1): Batch {
  const zeros = new Int32Array(rows * width);
  const exampleIds = Array.from({ length: rows }, (_, row) => String(row));
  return upload({ exampleIds, rows, width, inputIds: zeros, mask: new Float32Array(rows * width), typeIds: zeros, labels });
}

/** A single-label batch; -1 = no label. */
export function classBatch(classes: readonly number[]): Batch {
  return batchOf({ kind: 'single-label', indices: Int32Array.from(classes) }, classes.length);
}

interface Said {
  readonly objective: Objective | Objective<{ logits: true }, { logits: true }> | Objective<{ logits: true }, object>;
  readonly student: tf.Tensor;
  readonly teacher?: tf.Tensor;
  readonly batch: Batch;
  readonly context?: StepContext;
}

export function lossOf({ objective, student, teacher, batch, context = { step: 1 } }: Said): tf.Scalar {
  const signal = teacher === undefined ? {} : { logits: teacher };
  return (objective as Objective).loss({ logits: student }, signal, batch, context);
}

/** The loss and its gradient with respect to the student's logits. */
export async function lossAndGradient(said: Said): Promise<{ loss: number; gradient: number[] }> {
  const student = tf.variable(said.student);
  const { loss, gradients } = sweep(() => lossOf({ ...said, student }), [student]);
  const [value = NaN] = await read(loss);
  const gradient = await read(gradients.get(student)!);
  tf.dispose([loss, student, ...gradients.values()]);
  return { loss: value, gradient };
}

/** log softmax(row / T) in float64. */
export function logSoftmax(row: readonly number[], temperature = 1): number[] {
  const scaled = row.map((value) => value / temperature);
  const top = Math.max(...scaled);
  const logSum = top + Math.log(scaled.reduce((sum, value) => sum + Math.exp(value - top), 0));
  return scaled.map((value) => value - logSum);
}

export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
