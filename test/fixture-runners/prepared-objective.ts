// What a fixture needs of an objective, and the batches and outputs that its inputs stand for.
import { z } from 'zod';
import type { Batch } from '../../src/engine/batch.ts';
import * as tf from '../../src/engine/tf.ts';
import type { ModelOutput } from '../../src/models/output.ts';
import type { Objective } from '../../src/objectives/objective.ts';
import { firstStep } from '../objectives/examples.ts';
import type { JsonTensor } from './fixture-file.ts';

export type Inputs = Readonly<Record<string, tf.Tensor>>;
type Dtypes = Readonly<Record<string, JsonTensor['dtype']>>;

export interface PreparedObjective {
  /** Every input and its dtype: exactly these must be given. */
  readonly inputs: Dtypes;
  /** The inputs whose gradients are expected. */
  readonly trained: readonly string[];
  /** How often bf16 rounds a number on its way through products with weights: a decoder's logits, a projection and its gradient. */
  readonly roundings?: number;
  readonly loss: (inputs: Inputs) => tf.Scalar;
  /** Further scalars, each with tensors of its own that train. */
  readonly losses?: Readonly<Record<string, { readonly trained: readonly string[]; readonly loss: (inputs: Inputs) => tf.Scalar }>>;
  /** Intermediate values by name. */
  readonly outputs: Readonly<Record<string, (inputs: Inputs) => tf.Tensor>>;
}

/** From a case's hyperparameters and inputs to what can be run. @throws for hyperparameters that are unknown, absent or out of range. */
export type Prepare = (hyperparameters: unknown, given: Readonly<Record<string, JsonTensor>>) => PreparedObjective;

/** An objective on class logits, with single-label labels if the inputs name some. */
export function onClassLogits(objective: Objective | AnyObjective, inputs: Dtypes, outputs: PreparedObjective['outputs'] = {}): PreparedObjective {
  return {
    inputs: { student_logits: 'float32', ...inputs },
    trained: ['student_logits'],
    loss: (tensors) => (objective as Objective).loss({ logits: studentRows(tensors) }, teacherOutput(tensors), labelledBatch(tensors), firstStep),
    outputs,
  };
}

// Objectives differ in what their teachers must say; a fixture gives each its own.
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type AnyObjective = Objective<any, any>;

/** The part that an objective is heard to say, such as 'kd-pt.soft'. */
export function heardPart(objective: AnyObjective, part: string): (inputs: Inputs) => tf.Tensor {
  return (tensors) => {
    const parts = new Map<string, tf.Tensor>();
    (objective as Objective).loss({ logits: studentRows(tensors) }, teacherOutput(tensors), labelledBatch(tensors), { ...firstStep, hear: (name, value) => parts.set(name, value) });
    return found(parts.get(`${objective.name}.${part}`), part);
  };
}

/** Logits as [N, C]; scores, which fixtures may give as [N], as [N, 1]. */
export function studentRows({ student_logits: logits }: Inputs): tf.Tensor {
  return classRows(found(logits, 'student logits'));
}

export function teacherRows({ teacher_logits: logits }: Inputs): tf.Tensor {
  return classRows(found(logits, 'teacher logits'));
}

/** [M, N, C], from scores [M, N] too. */
export function memberRows({ teacher_logits: logits, student_logits: student }: Inputs): tf.Tensor {
  const said = found(logits, 'teacher logits');
  return tf.reshape(said, [said.shape[0] ?? 1, ...studentRows({ student_logits: found(student, 'student logits') }).shape]);
}

function classRows(logits: tf.Tensor): tf.Tensor {
  return logits.shape.length === 1 ? tf.expandDims(logits, 1) : tf.reshape(logits, [-1, logits.shape.at(-1) ?? 1]);
}

/** Whatever of a teacher the inputs hold; one more dimension than the student's makes it an ensemble. */
function teacherOutput(inputs: Inputs): ModelOutput {
  const { teacher_logits: logits, teacher_class_weights: classWeights, clean_logits: clean, student_logits: student } = inputs;
  const isEnsemble = logits !== undefined && logits.shape.length > (student?.shape.length ?? 0);
  return {
    ...(logits !== undefined && (isEnsemble ? { members: memberRows(inputs) } : { logits: classRows(logits) })),
    ...(clean !== undefined && { logits: classRows(clean) }),
    ...(classWeights !== undefined && { classWeights }),
  };
}

/** A batch of one-token texts, which objectives on class logits do not look at, with the fixture's labels; float ones are scores. */
export function labelledBatch({ labels, student_logits: logits }: Inputs): Batch {
  const rows = labels?.size ?? found(logits, 'logits').shape[0] ?? 0;
  const ids = tf.zeros<tf.Rank.R2>([rows, 1], 'int32');
  const held = labels && { kind: labels.dtype === 'int32' ? ('single-label' as const) : ('regression' as const), values: tf.reshape(labels, [-1]) };
  const exampleIds = Array.from({ length: rows }, (_, row) => String(row));
  return { exampleIds, rows, width: 1, inputIds: ids, mask: tf.onesLike(ids), typeIds: ids, ...(held && { labels: held }), dispose: () => undefined };
}

/** The rows of a matrix as the fixture writes it. */
export function tableOf(tensor: JsonTensor | undefined, what: string): number[][] {
  const { shape, data } = found(tensor, what);
  const width = shape.at(-1) ?? 1;
  return Array.from({ length: data.length / width }, (_, row) => data.slice(row * width, (row + 1) * width));
}

export function parse<T>(schema: z.ZodType<T>, hyperparameters: unknown): T {
  const { success, data, error } = schema.safeParse(hyperparameters);
  if (!success) throw new Error(`hyperparameters: ${z.prettifyError(error)}`);
  return data;
}

export function found<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new Error(`there are no ${what}`);
  return value;
}
