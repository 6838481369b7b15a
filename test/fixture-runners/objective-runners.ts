// How each objective is asked what its fixture expects: its hyperparameters under the names of the fixtures, its inputs, what trains.
import { z } from 'zod';
import type { Batch } from '../../src/engine/batch.ts';
import * as tf from '../../src/engine/tf.ts';
import { distilbert, type DistilbertOptions } from '../../src/objectives/distilbert.ts';
import { labelSmoothing } from '../../src/objectives/label-smoothing.ts';
import type { StepContext } from '../../src/objectives/objective.ts';
import { softLabel } from '../../src/objectives/soft-label.ts';

type Inputs = Readonly<Record<string, tf.Tensor>>;

export interface PreparedObjective {
  /** Every input and its dtype: exactly these must be given. */
  readonly inputs: Readonly<Record<string, 'float32' | 'int32'>>;
  /** The inputs whose gradients are expected. */
  readonly trained: readonly string[];
  readonly loss: (inputs: Inputs) => tf.Scalar;
  /** Intermediate values by name. */
  readonly outputs: Readonly<Record<string, (inputs: Inputs) => tf.Tensor>>;
}

const temperature = z.number().positive();
const ratio = z.number().min(0).max(1);
const softLabelSettings = z.strictObject({ temperature, alpha: ratio, form: z.enum(['kl', 'cross-entropy']), scale_t2: z.boolean() });
const weight = z.number().min(0);
const distilbertSettings = z.strictObject({ temperature, alpha_ce: weight, alpha_mlm: weight, alpha_cos: weight });
const labelSmoothingSettings = z.strictObject({ epsilon: z.number().min(0).lt(1) });

/** By objective: from a case's hyperparameters to what can be run. @throws for hyperparameters that are unknown, absent or out of range. */
export const objectiveRunners: Readonly<Record<string, (hyperparameters: unknown) => PreparedObjective>> = {
  'soft-label': (given) => {
    const { scale_t2: scaleT2, ...options } = parse(softLabelSettings, given);
    // The two terms do not depend on α, but at α = 1 the objective leaves the hard one out: they are heard at ½.
    const heard = (part: string) => (inputs: Inputs) => {
      const parts = new Map<string, tf.Tensor>();
      const halved = softLabel({ ...options, scaleT2, alpha: 0.5 });
      halved.loss(student(inputs), teacher(inputs), labelledBatch(inputs), { step: 1, hear: (name, value) => parts.set(name, value) });
      return found(parts.get(`soft-label.${part}`), part);
    };
    const objective = softLabel({ ...options, scaleT2 });
    return {
      inputs: { student_logits: 'float32', teacher_logits: 'float32', labels: 'int32' },
      trained: ['student_logits'],
      loss: (inputs) => objective.loss(student(inputs), teacher(inputs), labelledBatch(inputs), { step: 1 }),
      outputs: { hard: heard('hard'), soft: heard('soft') },
    };
  },
  distilbert: (given) => {
    const { temperature, alpha_ce: soft, alpha_mlm: masked, alpha_cos: cosine } = parse(distilbertSettings, given);
    const outputs = (side: 'student' | 'teacher', inputs: Inputs) => ({ logits: found(inputs[`${side}_logits`], 'logits'), hidden: new Map([[-1, found(inputs[`${side}_hidden`], 'hidden states')]]) });
    const said = (inputs: Inputs, context: StepContext, weights: DistilbertOptions['weights']) =>
      distilbert({ temperature, ...(weights && { weights }) }).loss(outputs('student', inputs), outputs('teacher', inputs), maskedBatch(inputs), context);
    // A term of weight 0 is left out, so every term is heard at the default weights.
    const heard = (term: string) => (inputs: Inputs) => {
      const parts = new Map<string, tf.Tensor>();
      said(inputs, { step: 1, hear: (name, value) => parts.set(name, value) }, undefined);
      return found(parts.get(`distilbert.${term}`), term);
    };
    return {
      inputs: { student_logits: 'float32', teacher_logits: 'float32', student_hidden: 'float32', teacher_hidden: 'float32', mlm_labels: 'int32', mask: 'int32' },
      trained: ['student_logits', 'student_hidden'],
      loss: (inputs) => said(inputs, { step: 1 }, { soft, masked, cosine }),
      outputs: { ce: heard('soft'), mlm: heard('masked'), cos: heard('cosine') },
    };
  },
  'label-smoothing': (given) => {
    const objective = labelSmoothing(parse(labelSmoothingSettings, given));
    return {
      inputs: { student_logits: 'float32', labels: 'int32' },
      trained: ['student_logits'],
      loss: (inputs) => objective.loss(student(inputs), {}, labelledBatch(inputs), { step: 1 }),
      outputs: {},
    };
  },
};

const student = (inputs: Inputs) => ({ logits: rows(inputs.student_logits) });
const teacher = (inputs: Inputs) => ({ logits: rows(inputs.teacher_logits) });

/** [..., C] -> [N, C] */
function rows(logits: tf.Tensor | undefined): tf.Tensor {
  const tensor = found(logits, 'logits');
  return tf.reshape(tensor, [-1, tensor.shape.at(-1) ?? 1]);
}

/** A batch of one-token texts, which objectives on class logits do not look at, with the fixture's labels. */
function labelledBatch({ labels }: Inputs): Batch {
  const values = tf.reshape(found(labels, 'labels'), [-1]);
  const ids = tf.zeros<tf.Rank.R2>([values.size, 1], 'int32');
  const labelled = { kind: 'single-label', values } as const;
  return { exampleIds: [], rows: values.size, width: 1, inputIds: ids, mask: tf.onesLike(ids), typeIds: ids, labels: labelled, dispose: () => undefined };
}

/** Token positions with their mask and masked-LM labels; the ids are not looked at. */
function maskedBatch({ mlm_labels: labels, mask }: Inputs): Batch {
  const values = found(labels, 'labels');
  const [rows = 0, width = 0] = values.shape;
  const ids = tf.zeros<tf.Rank.R2>([rows, width], 'int32');
  const real = tf.cast(found(mask, 'mask') as tf.Tensor2D, 'float32');
  return { exampleIds: [], rows, width, inputIds: ids, mask: real, typeIds: ids, labels: { kind: 'masked-lm', values }, dispose: () => undefined };
}

function parse<T>(schema: z.ZodType<T>, hyperparameters: unknown): T {
  const { success, data, error } = schema.safeParse(hyperparameters);
  if (!success) throw new Error(`hyperparameters: ${z.prettifyError(error)}`);
  return data;
}

function found<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new Error(`there are no ${what}`);
  return value;
}
