/**
 * The gradients of one step: micro-batches run one after the other, their gradients and losses averaged. The teacher speaks first,
 * outside the tape.
 */
import { type Batch, type HostArrays, upload } from '../engine/batch.ts';
import { fold, type Key } from '../engine/random.ts';
import { sweep } from '../engine/sweep.ts';
import * as tf from '../engine/tf.ts';
import type { Model } from '../models/model.ts';
import type { Objective, StepContext } from '../objectives/objective.ts';
import { disposeSignal, type Teacher } from '../teacher/teacher.ts';

/** What is learned: the objective, and the teacher it listens to. */
export interface Learning {
  readonly student: Model;
  readonly objective: Objective;
  readonly teacher?: Teacher | undefined;
}

/** The tensors of one step; the caller frees them with `disposeStep`. */
export interface StepGradients {
  readonly gradients: Map<tf.Variable, tf.Tensor>;
  /** Mean over micro-batches. */
  readonly loss: tf.Scalar;
  readonly parts: Map<string, tf.Scalar>;
}

/** @param key of this step; each micro-batch draws its dropout below it. */
export async function stepGradients(learning: Learning, microBatches: readonly HostArrays[], { step, key }: { step: number; key: Key }): Promise<StepGradients> {
  const sum: StepGradients = { gradients: new Map(), loss: tf.scalar(0), parts: new Map() };
  let { loss } = sum;
  for (const [index, host] of microBatches.entries()) {
    const batch = upload(host);
    const micro = await microGradients(learning, batch, { step, key: fold(key, index), share: 1 / microBatches.length });
    batch.dispose();
    loss = addInto(loss, micro.loss);
    for (const [variable, gradient] of micro.gradients) sum.gradients.set(variable, addInto(sum.gradients.get(variable), gradient));
    for (const [part, value] of micro.parts) sum.parts.set(part, addInto(sum.parts.get(part), value));
  }
  return { ...sum, loss };
}

export function disposeStep({ gradients, loss, parts }: StepGradients): void {
  tf.dispose([...gradients.values(), loss, ...parts.values()]);
}

async function microGradients({ student, objective, teacher }: Learning, batch: Batch, { step, key, share }: { step: number; key: Key; share: number }): Promise<StepGradients> {
  const signal = teacher === undefined ? {} : await teacher.says(batch, objective.wants.teacher);
  const parts = new Map<string, tf.Scalar>();
  const context: StepContext = { step, hear: (part, value) => parts.set(part, tf.keep(tf.mul(value, share))) };
  const { loss, gradients } = sweep(() => {
    const output = student.forward(batch, objective.wants.student, { dropout: key });
    return tf.mul(objective.loss(output, signal, batch, context), share);
  }, [...student.parameters.entries()].map(([, variable]) => variable));
  disposeSignal(signal);
  return { gradients, loss, parts };
}

/** a + b, both freed; b alone where there is no a yet. */
function addInto<T extends tf.Tensor>(a: T | undefined, b: T): T {
  if (a === undefined) return b;
  const sum: T = tf.add(a, b);
  tf.dispose([a, b]);
  return sum;
}
