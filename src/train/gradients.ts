/**
 * The gradients of one step: micro-batches run one after the other, their gradients and losses averaged by what each of them counts. The teacher speaks first,
 * outside the tape.
 */
import { type HostArrays, upload } from '../engine/batch.ts';
import { accumulated } from '../engine/fused/accumulate.ts';
import { fold, type Key } from '../engine/random.ts';
import * as tf from '../engine/tf.ts';
import type { ModelFacts } from '../models/facts.ts';
import type { Model } from '../models/model.ts';
import { type ModelOutput, wantsNothing } from '../models/output.ts';
import type { Parameters } from '../nn/parameters.ts';
import type { Objective } from '../objectives/objective.ts';
import type { Masking } from '../text/masking.ts';
import { disposeSignal, type Teacher } from '../teacher/teacher.ts';
import { type MicroStep, studentStep, type StepGradients } from './student-step.ts';

/** What is learned: the objective, and the teacher it listens to. */
export interface Learning {
  readonly student: Model<ModelFacts>;
  readonly objective: Objective;
  readonly teacher?: Teacher | undefined;
  /** Hides words of every batch, for losses that predict them. */
  readonly masking?: Masking | undefined;
  /** The objective's own parameters; `train` makes them. */
  readonly auxiliary?: Parameters;
}

/** @param key of this step; each micro-batch draws its dropout below it, objectives what they draw by example. */
export async function stepGradients(learning: Learning, microBatches: readonly HostArrays[], { step, key }: { step: number; key: Key }): Promise<StepGradients> {
  const sum: StepGradients = { gradients: new Map(), loss: tf.scalar(0), parts: new Map() };
  let { loss } = sum;
  try {
    const shares = sharesOf(microBatches);
    for (const [index, host] of microBatches.entries()) {
      const micro = await microGradients(learning, host, { context: { step, key: fold(key, 'objective') }, dropout: fold(key, index), share: shares[index] ?? 0 });
      loss = addInto(loss, micro.loss);
      for (const [variable, gradient] of micro.gradients) sum.gradients.set(variable, addInto(sum.gradients.get(variable), gradient));
      for (const [part, value] of micro.parts) sum.parts.set(part, addInto(sum.parts.get(part), value));
    }
  } catch (error) {
    disposeStep({ ...sum, loss });
    throw error;
  }
  holdRows(sum.gradients, learning.student.parameters);
  spoilIfNotFinite(sum.gradients, loss);
  return { ...sum, loss };
}

/**
 * What each micro-batch counts in the mean over all: alike where rows are judged, and where words are predicted by how many of them it
 * has, so that the mean is the one over all words. Micro-batches without any word count alike.
 */
export function sharesOf(microBatches: readonly HostArrays[]): number[] {
  const words = microBatches.map(({ labels }) => (labels !== undefined && 'tokens' in labels ? labels.tokens.reduce((sum, token) => sum + (token >= 0 ? 1 : 0), 0) : 0));
  const total = words.reduce((sum, count) => sum + count, 0);
  return words.map((count) => (total === 0 ? 1 / microBatches.length : count / total));
}

export function disposeStep({ gradients, loss, parts }: StepGradients): void {
  tf.dispose([...gradients.values(), loss, ...parts.values()]);
}

async function microGradients({ student, objective, teacher, auxiliary }: Learning, host: HostArrays, micro: MicroStep): Promise<StepGradients> {
  const batch = upload(host);
  let signal: ModelOutput = {};
  try {
    if (teacher !== undefined && !wantsNothing(objective.wants.teacher)) signal = await teacher.says(batch, objective.wants.teacher);
    return studentStep({ student, objective, ...(auxiliary && { auxiliary }) }, { batch, signal }, micro);
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

/** Rows that are not learned have no gradient; one that is not finite remains so. */
function holdRows(gradients: Map<tf.Variable, tf.Tensor>, { heldRows }: Parameters): void {
  for (const [variable, row] of heldRows) {
    const gradient = gradients.get(variable);
    if (gradient === undefined) continue;
    gradients.set(variable, tf.tidy(() => tf.mul(gradient, tf.sub(1, tf.expandDims(tf.oneHot(tf.scalar(row, 'int32'), gradient.shape[0] ?? 0), -1)))));
    gradient.dispose();
  }
}

/** a + b in float32, both freed; b alone where there is no a yet. */
function addInto<T extends tf.Tensor>(a: T | undefined, b: T): T {
  return a === undefined ? b : accumulated(a, b, { wide: true });
}
