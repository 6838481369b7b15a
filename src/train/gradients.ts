/**
 * The gradients of one step: micro-batches run one after the other, their gradients and losses averaged. The teacher speaks first,
 * outside the tape.
 */
import { type HostArrays, upload } from '../engine/batch.ts';
import { fold, type Key } from '../engine/random.ts';
import { sweep } from '../engine/sweep.ts';
import * as tf from '../engine/tf.ts';
import type { Model } from '../models/model.ts';
import { type ModelOutput, wantsNothing } from '../models/output.ts';
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

/** @param key of this step; each micro-batch draws its dropout below it, objectives what they draw by example. */
export async function stepGradients(learning: Learning, microBatches: readonly HostArrays[], { step, key }: { step: number; key: Key }): Promise<StepGradients> {
  const sum: StepGradients = { gradients: new Map(), loss: tf.scalar(0), parts: new Map() };
  let { loss } = sum;
  try {
    for (const [index, host] of microBatches.entries()) {
      const micro = await microGradients(learning, host, { context: { step, key: fold(key, 'objective') }, dropout: fold(key, index), share: 1 / microBatches.length });
      loss = addInto(loss, micro.loss);
      for (const [variable, gradient] of micro.gradients) sum.gradients.set(variable, addInto(sum.gradients.get(variable), gradient));
      for (const [part, value] of micro.parts) sum.parts.set(part, addInto(sum.parts.get(part), value));
    }
  } catch (error) {
    disposeStep({ ...sum, loss });
    throw error;
  }
  spoilIfNotFinite(sum.gradients, loss);
  return { ...sum, loss };
}

export function disposeStep({ gradients, loss, parts }: StepGradients): void {
  tf.dispose([...gradients.values(), loss, ...parts.values()]);
}

async function microGradients({ student, objective, teacher }: Learning, host: HostArrays, { context, dropout, share }: { context: StepContext; dropout: Key; share: number }): Promise<StepGradients> {
  const batch = upload(host);
  const parts = new Map<string, tf.Scalar>();
  let signal: ModelOutput = {};
  const hear: StepContext['hear'] = (part, value) => {
    const before = parts.get(part); // two objectives of one name are heard as their sum
    parts.set(part, tf.keep(before === undefined ? tf.mul(value, share) : tf.add(before, tf.mul(value, share))));
    before?.dispose();
  };
  try {
    if (teacher !== undefined && !wantsNothing(objective.wants.teacher)) signal = await teacher.says(batch, objective.wants.teacher);
    const variables = [...student.parameters.entries()].map(([, variable]) => variable);
    const { loss, gradients } = sweep(() => {
      const output = student.forward(batch, objective.wants.student, { dropout });
      return tf.mul(objective.loss(output, signal, batch, { ...context, hear }), share);
    }, variables);
    return { gradients, loss, parts };
  } catch (error) {
    tf.dispose([...parts.values()]);
    throw error;
  } finally {
    disposeSignal(signal);
    batch.dispose();
  }
}

/** A loss that is not finite makes one gradient so, and with it the norm: then the update is skipped, even where every gradient was finite. */
function spoilIfNotFinite(gradients: Map<tf.Variable, tf.Tensor>, loss: tf.Scalar): void {
  const [smallest] = [...gradients].sort(([, a], [, b]) => a.size - b.size);
  if (smallest === undefined) return;
  const [variable, gradient] = smallest;
  gradients.set(variable, addInto(gradient, tf.mul(loss, 0))); // 0, or NaN
}

/** a + b, both freed; b alone where there is no a yet. */
function addInto<T extends tf.Tensor>(a: T | undefined, b: T): T {
  if (a === undefined) return b;
  const sum: T = tf.add(a, b);
  tf.dispose([a, b]);
  return sum;
}
