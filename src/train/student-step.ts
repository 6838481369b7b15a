/**
 * The student's part of one micro-batch: forward pass, loss, and the sweep back. It repeats from step to step, so it declares
 * all it hangs on (tensors, and the key of its dropout) and an engine may replay it; a loss that looks at more says so by looking.
 */
import type { Batch } from '../engine/batch.ts';
import type { Key } from '../engine/random.ts';
import { type Labelled, replayed } from '../engine/replay.ts';
import { sweep } from '../engine/sweep.ts';
import * as tf from '../engine/tf.ts';
import type { Model } from '../models/model.ts';
import type { ModelOutput } from '../models/output.ts';
import type { Objective, StepContext } from '../objectives/objective.ts';

/** The tensors of one step; the caller frees them with `disposeStep`. */
export interface StepGradients {
  readonly gradients: Map<tf.Variable, tf.Tensor>;
  /** Mean over micro-batches. */
  readonly loss: tf.Scalar;
  readonly parts: Map<string, tf.Scalar>;
}

export interface MicroStep {
  readonly context: StepContext;
  readonly dropout: Key;
  /** Of the step: one over the number of micro-batches. */
  readonly share: number;
}

interface Seen {
  readonly batch: Batch;
  /** What the teacher said of it. */
  readonly signal: ModelOutput;
}

type Refuse = (reason: string) => void;

export function studentStep({ student, objective }: { student: Model; objective: Objective }, { batch, signal }: Seen, { context, dropout, share }: MicroStep): StepGradients {
  const variables = [...student.parameters.entries()].map(([, variable]) => variable);
  const { names, tensors } = leavesOf(signal);
  const [loss, ...others] = replayed<tf.Variable | string>({
    owners: [student, objective],
    signature: [share, batch.labels?.kind, ...names].join(),
    inputs: [batch.inputIds, batch.mask, batch.typeIds, ...(batch.labels === undefined ? [] : [batch.labels.values]), ...tensors],
    variables,
    key: dropout,
    run: (refuse) => {
      const watched = watchedBatch(batch, refuse);
      return swept((hear) => {
        const output = student.forward(watched, objective.wants.student, { dropout });
        return tf.mul(objective.loss(output, signal, watched, watchedContext({ ...context, hear }, refuse)), share);
      }, variables, share);
    },
  });
  if (loss === undefined) throw new Error('a step gave no loss: this is a fault in Retort, please report it');
  const made: StepGradients = { loss: loss[1] as tf.Scalar, gradients: new Map(), parts: new Map() };
  for (const [label, tensor] of others) {
    if (typeof label === 'string') made.parts.set(label, tensor as tf.Scalar);
    else made.gradients.set(label, tensor);
  }
  return made;
}

/** The loss first, then each part heard, under its name, then the gradients. */
function swept(lossOf: (hear: NonNullable<StepContext['hear']>) => tf.Scalar, variables: readonly tf.Variable[], share: number): Labelled<tf.Variable | string> {
  const parts = new Map<string, tf.Tensor>();
  try {
    const { loss, gradients } = sweep(() => lossOf((part, value) => {
      const before = parts.get(part); // two objectives of one name are heard as their sum
      parts.set(part, tf.keep(before === undefined ? tf.mul(value, share) : tf.add(before, tf.mul(value, share))));
      before?.dispose();
    }), variables);
    return [['loss', loss], ...parts, ...gradients];
  } catch (error) {
    tf.dispose([...parts.values()]);
    throw error;
  }
}

function watchedBatch(batch: Batch, refuse: Refuse): Batch {
  return {
    ...batch,
    get exampleIds() {
      refuse('the loss looks at the ids of the examples');
      return batch.exampleIds;
    },
  };
}

function watchedContext({ step, key, hear }: StepContext, refuse: Refuse): StepContext {
  return {
    get step() {
      refuse('the loss looks at the number of the step');
      return step;
    },
    get key() {
      refuse('the loss draws random numbers of its own');
      return key;
    },
    ...(hear && { hear }),
  };
}

/** The tensors in what a teacher said, and the names under which they stand; other values are part of their names. */
function leavesOf(value: unknown, path = 'signal'): { names: string[]; tensors: tf.Tensor[] } {
  if (value instanceof tf.Tensor) return { names: [path], tensors: [value as tf.Tensor] };
  if (typeof value !== 'object' || value === null) return { names: [`${path} ${String(value)}`], tensors: [] };
  const entries = value instanceof Map ? [...(value as ReadonlyMap<unknown, unknown>)] : Object.entries(value);
  const leaves = entries.map(([name, entry]) => leavesOf(entry, `${path}.${String(name)}`));
  return { names: leaves.flatMap(({ names }) => names), tensors: leaves.flatMap(({ tensors }) => tensors) };
}
