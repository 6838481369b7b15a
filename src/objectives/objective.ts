/**
 * What an objective is: what it wants of student and teacher, and one scalar from what they say. Weights belong to the recipe
 * (`weighted`), averaging rules to each objective. An objective moves no parameter and reads no tensor back.
 */
import type { Batch } from '../engine/batch.ts';
import type { Key } from '../engine/random.ts';
import * as tf from '../engine/tf.ts';
import { mergeWants, type OutputOf, type SignalOf, type Wants } from '../models/output.ts';
import { checkWeight, describedWeight, type Weight, weightAt } from './weight.ts';

export interface Paper {
  readonly authors: string;
  readonly year: number;
  readonly title: string;
  /** arXiv number, or venue where there is none. */
  readonly id: string;
}

export interface StepContext {
  /** Counts from 1. */
  readonly step: number;
  /** Randomness of this step, alike for all its micro-batches: an objective folds its name and each example's id below it. */
  readonly key: Key;
  /** Hears every part's value, unweighted; the tensor belongs to the step and is gone after it. */
  readonly hear?: (part: string, value: tf.Scalar) => void;
}

export interface Objective<S extends Wants = Wants, T extends Wants = Wants> {
  readonly name: string;
  /** What it was made with; part of a run's identity. */
  readonly settings?: Readonly<Record<string, string | number | boolean>>;
  readonly paper: Paper;
  readonly wants: { readonly student: S; readonly teacher: T };
  /** The scalar to minimise, in nats for likelihoods. Runs on the tape. */
  loss(student: OutputOf<S>, teacher: SignalOf<T>, batch: Batch, context: StepContext): tf.Scalar;
}

/** The sum of objectives, each times its weight; every part is heard unweighted under its name. */
export function weighted(parts: readonly (readonly [Weight, Objective])[]): Objective {
  const [first] = parts;
  if (first === undefined) throw new Error('weighted needs at least one objective');
  const weightOf = (name: string) => `the weight of ${name}`;
  for (const [weight, { name }] of parts) checkWeight(weight, weightOf(name));
  return {
    name: parts.map(([weight, objective]) => `${typeof weight === 'number' ? weight : `(${describedWeight(weight)})`} ${described(objective)}`).join(' + '),
    paper: first[1].paper,
    wants: {
      student: parts.map(([, { wants }]) => wants.student).reduce(mergeWants, {}),
      teacher: parts.map(([, { wants }]) => wants.teacher).reduce(mergeWants, {}),
    },
    loss: (student, teacher, batch, context) => {
      const terms = parts.map(([weight, objective]) => {
        const value = objective.loss(student, teacher, batch, context);
        context.hear?.(objective.name, value);
        return tf.mul(value, weightAt(weight, context, weightOf(objective.name)));
      });
      return tf.addN(terms) as tf.Scalar;
    },
  };
}

/** Name and settings, as 'soft-label(temperature 2)'. */
export function described({ name, settings = {} }: Objective): string {
  const listed = Object.entries(settings).map(([setting, value]) => `${setting} ${value}`);
  return listed.length === 0 ? name : `${name}(${listed.join(', ')})`;
}

/** Σ values / max(1, Σ counts): the mean over rows that count, 0 where none does. */
export function meanOver(values: tf.Tensor, counts: tf.Tensor): tf.Scalar {
  return tf.div(tf.sum(values), tf.maximum(tf.sum(counts), 1));
}
