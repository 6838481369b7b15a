/**
 * What an objective is: what it wants of student and teacher, and one scalar from what they say. Weights belong to the recipe
 * (`weighted`), averaging rules to each objective. An objective moves no parameter and reads no tensor back; parameters of its own
 * (projections and their kin) it declares, and the run trains them beside the student's.
 */
import type { Batch } from '../engine/batch.ts';
import type { Key } from '../engine/random.ts';
import * as tf from '../engine/tf.ts';
import type { Dimensions } from '../models/dimensions.ts';
import { mergeWants, type OutputOf, type SignalOf, type Wants } from '../models/output.ts';
import type { ParameterSpec } from '../nn/parameters.ts';
import type { LayerMatch } from './layer-match.ts';
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
  /** The objective's own parameters, by the names it declared. */
  readonly own?: (name: string) => tf.Tensor;
  /** Gives a fixed parameter of its own another value, from the next micro-batch on. The tensor belongs to the step. */
  readonly remember?: (name: string, value: tf.Tensor) => void;
}

/** What is known of a run before its first step. */
export interface Shapes {
  readonly student: Dimensions;
  /** Absent where there is no teacher, or none that says. */
  readonly teacher?: Dimensions | undefined;
  /** Of the corpus that is learned from. */
  readonly examples: number;
}

/** Matched layers of one kind, for the table that is printed before training. */
export interface Matched {
  /** As 'hidden states'. */
  readonly what: string;
  readonly objective: string;
  readonly matches: readonly LayerMatch[];
}

export interface Objective<S extends Wants = Wants, T extends Wants = Wants> {
  readonly name: string;
  /** What it was made with; part of a run's identity. */
  readonly settings?: Readonly<Record<string, string | number | boolean>>;
  readonly paper: Paper;
  readonly wants: { readonly student: S; readonly teacher: T };
  readonly matched?: readonly Matched[];
  /** Why these two models cannot be matched so; undefined where they can. Asked before the first step. */
  refusal?(shapes: Shapes): string | undefined;
  /**
   * Parameters that serve the matching alone. They are trained with the student by the same optimiser, kept in checkpoints and never
   * saved with the student; their first values follow from the run's seed. Asked after `refusal` has nothing against the pair.
   */
  parameters?(shapes: Shapes): readonly ParameterSpec[];
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
    matched: parts.flatMap(([, { matched = [] }]) => matched),
    refusal: (shapes) => parts.map(([, objective]) => objective.refusal?.(shapes)).find((refused) => refused !== undefined),
    parameters: (shapes) => parts.flatMap(([, objective], part) => (objective.parameters?.(shapes) ?? []).map((spec) => ({ ...spec, name: ownName(part, spec.name) }))),
    loss: (student, teacher, batch, context) => {
      const terms = parts.map(([weight, objective], part) => {
        const value = objective.loss(student, teacher, batch, contextOf(part, context));
        context.hear?.(objective.name, value);
        return tf.mul(value, weightAt(weight, context, weightOf(objective.name)));
      });
      return tf.addN(terms) as tf.Scalar;
    },
  };
}

/** Two parts may have parameters of one name. */
const ownName = (part: number, name: string) => `${part}.${name}`;

/** The same step, in which a part finds its own parameters. What is not looked at stays unseen: getters are not called. */
function contextOf(part: number, context: StepContext): StepContext {
  const { own, remember } = context;
  return Object.create(context, {
    ...(own && { own: { value: (name: string) => own(ownName(part, name)) } }),
    ...(remember && { remember: { value: (name: string, value: tf.Tensor) => remember(ownName(part, name), value) } }),
  }) as StepContext;
}

/** A parameter of the objective's own. @throws if the step brings none of that name. */
export function ownParameter({ own }: StepContext, objective: string, name: string): tf.Tensor {
  const parameter = own?.(name);
  if (parameter === undefined) throw new Error(`${objective} has parameters of its own, but the step does not bring '${name}': make them from its \`parameters\` and hand them over as the context's \`own\``);
  return parameter;
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
