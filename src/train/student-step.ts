/**
 * The student's part of one micro-batch: forward pass, loss, and the sweep back. It repeats from step to step, so it declares
 * all it hangs on (tensors, and the key of its dropout) and an engine may replay it; a loss that looks at more says so by looking.
 */
import type { Batch } from '../engine/batch.ts';
import type { Key } from '../engine/random.ts';
import { type Labelled, replayed } from '../engine/replay.ts';
import { sweep } from '../engine/sweep.ts';
import * as tf from '../engine/tf.ts';
import type { ModelFacts } from '../models/facts.ts';
import type { Model } from '../models/model.ts';
import type { ModelOutput } from '../models/output.ts';
import type { Parameters } from '../nn/parameters.ts';
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
  /** What this micro-batch counts of the step; all of them come to 1. */
  readonly share: number;
}

interface Seen {
  readonly batch: Batch;
  /** What the teacher said of it. */
  readonly signal: ModelOutput;
}

type Refuse = (reason: string) => void;

interface Learner {
  readonly student: Model<ModelFacts>;
  readonly objective: Objective;
  readonly auxiliary?: Parameters;
}

export function studentStep(learner: Learner, seen: Seen, { share, ...micro }: MicroStep): StepGradients {
  const portion = tf.scalar(share); // a tensor, because it may be another in every step
  try {
    return portionedStep(learner, seen, { ...micro, portion });
  } finally {
    portion.dispose();
  }
}

function portionedStep({ student, objective, auxiliary }: Learner, { batch, signal }: Seen, { context, dropout, portion }: Omit<MicroStep, 'share'> & { readonly portion: tf.Scalar }): StepGradients {
  const variables = [student.parameters, ...(auxiliary ? [auxiliary] : [])].flatMap(({ learned }) => learned.map(([, variable]) => variable));
  const frozen = fixedOf(student.parameters); // stay where they are: an engine copies inputs anew in every run
  const remembered = auxiliary === undefined ? [] : fixedOf(auxiliary); // move when they are remembered
  const own = auxiliary && { own: (name: string) => auxiliary.get(name) };
  const { names, tensors } = leavesOf(signal);
  const [loss, ...others] = replayed<tf.Variable | string>({
    owners: [student, objective],
    signature: [batch.labels?.kind, batch.target?.width, variables.length, ...names].join(),
    inputs: [batch.inputIds, batch.mask, batch.typeIds, ...(batch.target === undefined ? [] : [batch.target.inputIds, batch.target.mask]), ...(batch.labels === undefined ? [] : [batch.labels.values]), portion, ...tensors, ...remembered],
    variables: [...variables, ...frozen],
    key: dropout,
    run: (refuse) => {
      const watched = watchedBatch(batch, refuse);
      return swept((hear, remember) => {
        const output = student.forward(watched, objective.wants.student, { dropout });
        const told = { ...context, hear, ...own, ...(auxiliary && { remember: (name: string, value: tf.Tensor) => remember(auxiliary.get(name), value) }) };
        return tf.mul(objective.loss(output, signal, watched, watchedContext(told, refuse)), portion);
      }, variables, portion);
    },
  });
  if (loss === undefined) throw new Error('a step gave no loss: this is a fault in Retort, please report it');
  const made: StepGradients = { loss: loss[1] as tf.Scalar, gradients: new Map(), parts: new Map() };
  for (const [label, tensor] of others) {
    if (typeof label === 'string') made.parts.set(label, tensor as tf.Scalar);
    else if (!label.trainable) assignOwned(label, tensor);
    else made.gradients.set(label, tensor);
  }
  return made;
}

function fixedOf(parameters: Parameters): tf.Variable[] {
  return [...parameters.entries()].flatMap(([, variable]) => (variable.trainable ? [] : [variable]));
}

function assignOwned(variable: tf.Variable, value: tf.Tensor): void {
  variable.assign(value);
  value.dispose();
}

type LossOf = (hear: NonNullable<StepContext['hear']>, remember: (variable: tf.Variable, value: tf.Tensor) => void) => tf.Scalar;

/** The loss first, then each part heard, under its name, then what is remembered, under its variable, then the gradients. */
function swept(lossOf: LossOf, variables: readonly tf.Variable[], portion: tf.Scalar): Labelled<tf.Variable | string> {
  const parts = new Map<string, tf.Tensor>();
  const remembered = new Map<tf.Variable, tf.Tensor>();
  try {
    const { loss, gradients } = sweep(() => lossOf((part, value) => {
      const before = parts.get(part); // two objectives of one name are heard as their sum
      parts.set(part, tf.keep(before === undefined ? tf.mul(value, portion) : tf.add(before, tf.mul(value, portion))));
      before?.dispose();
    }, (variable, value) => {
      if (variable.trainable) throw new Error('an objective remembers a parameter that is learned: only fixed ones are its own to change');
      remembered.get(variable)?.dispose();
      remembered.set(variable, tf.keep(tf.clone(value)));
    }), variables);
    return [['loss', loss], ...parts, ...remembered, ...gradients];
  } catch (error) {
    tf.dispose([...parts.values(), ...remembered.values()]);
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
    get places() {
      refuse('the loss looks at where examples stand in the corpus');
      return batch.places ?? [];
    },
  };
}

function watchedContext({ step, key, hear, own, remember }: StepContext, refuse: Refuse): StepContext {
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
    ...(own && { own }),
    ...(remember && { remember }),
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
