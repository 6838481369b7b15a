// Small batches of every kind of label, and an objective's loss and gradient on them.
import { type Batch, type HostLabels, upload } from '../../src/engine/batch.ts';
import { randomKey } from '../../src/engine/random.ts';
import * as tf from '../../src/engine/tf.ts';
import { sweep } from '../../src/engine/sweep.ts';
import type { Decoder } from '../../src/engine/fused/vocabulary-loss.ts';
import type { ModelOutput } from '../../src/models/output.ts';
import type { Objective, StepContext } from '../../src/objectives/objective.ts';
import { read } from '../engine/numbers.ts';

export const firstStep: StepContext = { step: 1, key: randomKey(1, 'step', 1) };

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

/** What a side says, tensor by tensor; states are those of the last layer, `low` those of the embeddings, `cls` those of the last two. */
export interface Outputs {
  readonly logits?: tf.Tensor;
  readonly members?: tf.Tensor;
  readonly classWeights?: tf.Tensor;
  readonly pooled?: tf.Tensor;
  readonly sentence?: tf.Tensor;
  readonly hidden?: tf.Tensor;
  readonly low?: tf.Tensor;
  readonly cls?: tf.Tensor;
  readonly scores?: tf.Tensor;
  readonly query?: tf.Tensor;
  readonly key?: tf.Tensor;
  readonly value?: tf.Tensor;
  readonly preActivations?: tf.Tensor;
}

/** Parameters of an objective's own, by name. */
export type Own = Readonly<Record<string, tf.Tensor>>;

interface Said {
  // Objectives differ in what they want; a test gives each its own.
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  readonly objective: Objective<any, any>;
  /** A tensor alone is the logits. */
  readonly student: tf.Tensor | Outputs;
  readonly teacher?: tf.Tensor | Outputs;
  readonly batch: Batch;
  readonly context?: StepContext;
  readonly own?: Own;
}

export function lossOf({ objective, student, teacher = {}, batch, context = firstStep, own }: Said): tf.Scalar {
  const told = own === undefined ? context : { ...context, own: (name: string) => own[name]! };
  return (objective as Objective).loss(modelOutput(named(student)), modelOutput(named(teacher)), batch, told);
}

/** Kept, not learned. */
const isFixed = (name: string) => name.endsWith('.memory');

/** The loss and its gradient with respect to everything the student says, by name, and to the objective's own parameters, as `own.<name>`. */
export async function gradientsOf(said: Said): Promise<{ loss: number; gradients: Record<string, number[]> }> {
  const student = Object.entries(named(said.student)).map(([name, tensor]) => [name, tf.variable(tensor as tf.Tensor)] as const);
  const own = Object.entries(said.own ?? {}).map(([name, tensor]) => [name, tf.variable(tensor)] as const);
  const learned = [...student, ...own.filter(([name]) => !isFixed(name)).map(([name, variable]) => [`own.${name}`, variable] as const)];
  const { loss, gradients } = sweep(() => lossOf({ ...said, student: Object.fromEntries(student), ...(said.own && { own: Object.fromEntries(own) }) }), learned.map(([, variable]) => variable));
  const [value = NaN] = await read(loss);
  const pushes: Record<string, number[]> = {};
  for (const [name, variable] of learned) pushes[name] = await read(gradients.get(variable)!);
  tf.dispose([loss, ...[...student, ...own].map(([, variable]) => variable), ...gradients.values()]);
  return { loss: value, gradients: pushes };
}

/** The loss and its gradient with respect to the student's logits. */
export async function lossAndGradient(said: Said): Promise<{ loss: number; gradient: number[] }> {
  const { loss, gradients } = await gradientsOf(said);
  return { loss, gradient: gradients.logits! };
}

function named(said: tf.Tensor | Outputs): Outputs {
  return said instanceof tf.Tensor ? { logits: said } : said;
}

function modelOutput({ hidden, low, cls, scores, query, key, value, preActivations, ...others }: Outputs): ModelOutput {
  const some = query ?? value;
  return {
    ...others,
    ...(others.logits?.rank === 3 && { decoder: decoderOf(others.logits) }),
    ...(hidden && { hidden: new Map([[-1, hidden], ...(low ? [[0, low] as const] : [])]) }),
    ...(cls && { cls: new Map([[-1, cls], [-2, cls]]) }),
    ...(scores && { scores: new Map([[-1, scores]]) }),
    ...(some && { qkv: new Map([[-1, { query: query ?? some, key: key ?? some, value: value ?? some }]]) }),
    ...(preActivations && { preActivations: new Map([[-1, preActivations]]) }),
  };
}

/** A decoder that makes exactly these token logits: their product with the identity. */
export function decoderOf(logits: tf.Tensor): Decoder {
  const vocabulary = logits.shape.at(-1) ?? 0;
  return { input: logits, weight: tf.eye(vocabulary), bias: tf.zeros([vocabulary]) };
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

/** softmax(row / T) in float64. */
export function softmax(row: readonly number[], temperature = 1): number[] {
  return logSoftmax(row, temperature).map(Math.exp);
}

/** KL(target ‖ softmax(row / T)) in float64. */
export function divergenceFrom(target: readonly number[], row: readonly number[], temperature = 1): number {
  const logP = logSoftmax(row, temperature);
  return target.reduce((sum, share, c) => sum + (share > 0 ? share * (Math.log(share) - logP[c]!) : 0), 0);
}

export function sigmoid(value: number): number {
  return 1 / (1 + Math.exp(-value));
}

/** What an objective is heard to say of its parts, and its loss. */
export async function heard(said: Said): Promise<Record<string, number>> {
  const parts = new Map<string, tf.Scalar>();
  const loss = lossOf({ ...said, context: { ...firstStep, ...said.context, hear: (part, value) => parts.set(part, value) } });
  const values: Record<string, number> = { loss: (await read(loss))[0]! };
  for (const [part, value] of parts) values[part] = (await read(value))[0]!;
  return values;
}
