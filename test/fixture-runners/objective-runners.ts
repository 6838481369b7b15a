// How each objective is asked what its fixture expects: its hyperparameters under the names of the fixtures, its inputs, what trains.
import { decoderOf } from '../objectives/examples.ts';
import { z } from 'zod';
import type { Batch } from '../../src/engine/batch.ts';
import * as tf from '../../src/engine/tf.ts';
import { distilbert, type DistilbertOptions } from '../../src/objectives/distilbert.ts';
import { ensembleAverage } from '../../src/objectives/ensemble-average.ts';
import { kdPt, kdPtTarget } from '../../src/objectives/kd-pt.ts';
import { kdRel, kdRelTable } from '../../src/objectives/kd-rel.ts';
import { kdSim, kdSimTarget } from '../../src/objectives/kd-sim.ts';
import { kdTopk, kdTopkTarget } from '../../src/objectives/kd-topk.ts';
import { labelSmoothing } from '../../src/objectives/label-smoothing.ts';
import { halfSquares, logitMse } from '../../src/objectives/logit-mse.ts';
import { meanRows } from '../../src/objectives/members.ts';
import { mtDnn } from '../../src/objectives/mt-dnn.ts';
import { cleanLabels, noisyLabel } from '../../src/objectives/noisy-label.ts';
import { disturbed } from '../../src/objectives/noisy-logit.ts';
import type { StepContext } from '../../src/objectives/objective.ts';
import { oracleEnsemble } from '../../src/objectives/oracle-ensemble.ts';
import { oneHot } from '../../src/objectives/rows.ts';
import { seqKd } from '../../src/objectives/seq-kd.ts';
import { softLabel } from '../../src/objectives/soft-label.ts';
import { tinybertPrediction } from '../../src/objectives/tinybert-prediction.ts';
import { wordKd } from '../../src/objectives/word-kd.ts';
import { firstStep } from '../objectives/examples.ts';
import { stateObjectiveRunners } from './state-objective-runners.ts';
import { type AnyObjective, found, heardPart, type Inputs, memberRows, onClassLogits, parse, type Prepare, studentRows, tableOf, teacherRows } from './prepared-objective.ts';

const temperature = z.number().positive();
const ratio = z.number().min(0).max(1);
const weight = z.number().min(0);
const mixed = { temperature, alpha: ratio };
const form = z.enum(['kl', 'cross-entropy']);

const teacher = { teacher_logits: 'float32' } as const;
const labels = { labels: 'int32' } as const;

/** The two terms before weighting. They do not depend on α, but at α = 1 an objective may leave the hard one out: they are heard at ½. */
const bothTerms = (at: (alpha: number) => AnyObjective) => ({ hard: heardPart(at(0.5), 'hard'), soft: heardPart(at(0.5), 'soft') });

export const objectiveRunners: Readonly<Record<string, Prepare>> = {
  ...stateObjectiveRunners,
  'soft-label': (given) => {
    const { scale_t2: scaleT2, alpha, ...options } = parse(z.strictObject({ ...mixed, form, scale_t2: z.boolean() }), given);
    const at = (share: number) => softLabel({ ...options, scaleT2, alpha: share });
    return onClassLogits(at(alpha), { ...teacher, ...labels }, bothTerms(at));
  },
  'label-smoothing': (given) => onClassLogits(labelSmoothing(parse(z.strictObject({ epsilon: z.number().min(0).lt(1) }), given)), labels),
  'logit-mse': (given) => onClassLogits(logitMse(parse(z.strictObject({ center: z.boolean() }), given)), teacher),
  'noisy-logit': (given) => {
    // The objective draws its noise from the run's seed; the fixture brings its own, so its parts are put together here.
    const { mode } = parse(z.strictObject({ mode: z.enum(['multiplicative', 'additive']) }), given);
    const target = ({ noise, selected, ...inputs }: Inputs) =>
      disturbed(teacherRows(inputs), { noise: tf.mul(found(noise, 'noise'), tf.expandDims(tf.cast(found(selected, 'selection'), 'float32'), 1)), mode });
    return {
      inputs: { student_logits: 'float32', ...teacher, noise: 'float32', selected: 'int32' },
      trained: ['student_logits'],
      loss: (inputs) => halfSquares(studentRows(inputs), target(inputs)),
      outputs: { target },
    };
  },
  'noisy-label': (given) => {
    const options = parse(z.strictObject({ lambda: ratio, temperature }), given);
    const pseudo = ({ clean_logits: clean, labels: noisy }: Inputs) => {
      const soft = cleanLabels(found(clean, 'clean logits'), { ...options, task: 'single-label' });
      return tf.add(tf.mul(oneHot(found(noisy, 'labels'), soft.shape.at(-1) ?? 0), options.lambda), tf.mul(soft, 1 - options.lambda));
    };
    return onClassLogits(noisyLabel(options), { clean_logits: 'float32', ...labels }, { pseudo_label: pseudo });
  },
  'kd-pt': (given) => {
    const { alpha, ...options } = parse(z.strictObject(mixed), given);
    const at = (share: number) => kdPt({ ...options, alpha: share });
    const target = (inputs: Inputs) => kdPtTarget(teacherRows(inputs), hits(inputs), options.temperature);
    return onClassLogits(at(alpha), { ...teacher, ...labels }, { ...bothTerms(at), target });
  },
  'kd-topk': (given) => {
    const { alpha, ...options } = parse(z.strictObject({ ...mixed, k: z.int().min(0) }), given);
    const at = (share: number) => kdTopk({ ...options, alpha: share });
    return onClassLogits(at(alpha), { ...teacher, ...labels }, { ...bothTerms(at), target: (inputs) => kdTopkTarget(teacherRows(inputs), options) });
  },
  'kd-sim': (given) => {
    const { alpha, ...options } = parse(z.strictObject({ ...mixed, power: temperature, tau: temperature }), given);
    const at = (share: number) => kdSim({ ...options, alpha: share });
    const target = (inputs: Inputs) => kdSimTarget(found(inputs.teacher_class_weights, 'class weights'), hits(inputs), options);
    return onClassLogits(at(alpha), { teacher_class_weights: 'float32', ...labels }, { ...bothTerms(at), target });
  },
  'kd-rel': (given, inputs) => {
    const { alpha, ...options } = parse(z.strictObject({ ...mixed, a: ratio, b: ratio }), given);
    const relation = tableOf(inputs.relation, 'relation');
    const at = (share: number) => kdRel({ ...options, relation, alpha: share });
    const target = (tensors: Inputs) => tf.matMul(hits(tensors), tf.tensor2d(kdRelTable(relation.length, { ...options, relation })));
    return onClassLogits(at(alpha), { relation: 'int32', ...labels }, { ...bothTerms(at), target });
  },
  'tinybert-prediction': (given) => {
    const { scale_t2: scaleT2, ...options } = parse(z.strictObject({ temperature, scale_t2: z.boolean().default(false) }), given);
    return onClassLogits(tinybertPrediction({ ...options, scaleT2 }), teacher);
  },
  'mt-dnn': (given) => {
    const { kind } = parse(z.strictObject({ kind: z.enum(['classification', 'regression']) }), given);
    const task = kind === 'classification' ? 'single-label' : kind;
    return onClassLogits(mtDnn({ task }), { ...teacher, labels: kind === 'classification' ? 'int32' : 'float32' }, bothTerms(() => mtDnn({ task })));
  },
  'ensemble-average': (given, inputs) => {
    const { alpha, ...options } = parse(z.strictObject({ ...mixed, mode: z.enum(['arithmetic', 'geometric']) }), given);
    const weights = inputs.teacher_weights?.data;
    const total = weights?.reduce((sum, one) => sum + one, 0) ?? 1;
    const target = (tensors: Inputs) =>
      tf.softmax(tf.div(meanRows(memberRows(tensors), 'single-label', { ...options, shares: weights?.map((one) => one / total) }), options.temperature));
    return onClassLogits(ensembleAverage({ ...options, alpha, ...(weights && { weights }) }), { ...teacher, ...(weights && { teacher_weights: 'float32' }), ...labels }, { target });
  },
  'oracle-ensemble': (given, inputs) => {
    const { scale_t2: scaleT2, alpha, ...options } = parse(z.strictObject({ ...mixed, form, scale_t2: z.boolean() }), given);
    const choice = new Map(found(inputs.oracle_index, 'choices').data.map((member, row) => [String(row), member]));
    const at = (share: number) => oracleEnsemble({ ...options, scaleT2, choice, alpha: share });
    return onClassLogits(at(alpha), { ...teacher, oracle_index: 'int32', ...labels }, bothTerms(at));
  },
  distilbert: (given) => {
    const { temperature: softened, alpha_ce: soft, alpha_mlm: masked, alpha_cos: cosine } = parse(z.strictObject({ temperature, alpha_ce: weight, alpha_mlm: weight, alpha_cos: weight }), given);
    const outputs = (side: 'student' | 'teacher', inputs: Inputs) => ({ decoder: decoderOf(found(inputs[`${side}_logits`], 'logits')), hidden: new Map([[-1, found(inputs[`${side}_hidden`], 'hidden states')]]) });
    const said = (inputs: Inputs, context: StepContext, weights: DistilbertOptions['weights']) =>
      distilbert({ temperature: softened, ...(weights && { weights }) }).loss(outputs('student', inputs), outputs('teacher', inputs), maskedBatch(inputs), context);
    // A term of weight 0 is left out, so every term is heard at the default weights.
    const heard = (term: string) => (inputs: Inputs) => {
      const parts = new Map<string, tf.Tensor>();
      said(inputs, { ...firstStep, hear: (name, value) => parts.set(name, value) }, undefined);
      return found(parts.get(`distilbert.${term}`), term);
    };
    return {
      inputs: { student_logits: 'float32', teacher_logits: 'float32', student_hidden: 'float32', teacher_hidden: 'float32', mlm_labels: 'int32', mask: 'int32' },
      trained: ['student_logits', 'student_hidden'],
      roundings: 2, // student and teacher once each
      loss: (inputs) => said(inputs, firstStep, { soft, masked, cosine }),
      outputs: { ce: heard('soft'), mlm: heard('masked'), cos: heard('cosine') },
    };
  },
  'word-kd': (given) => {
    const { scale_t2: scaleT2, ...options } = parse(z.strictObject({ ...mixed, form, scale_t2: z.boolean() }), given);
    const said = (inputs: Inputs, context: StepContext) =>
      wordKd({ ...options, scaleT2 }).loss({ decoder: decoderOf(found(inputs.student_logits, 'logits')) }, { decoder: decoderOf(found(inputs.teacher_logits, 'logits')) }, translationBatch(inputs, 'labels'), context);
    const heard = (term: string) => (inputs: Inputs) => {
      const parts = new Map<string, tf.Tensor>();
      said(inputs, { ...firstStep, hear: (name, value) => parts.set(name, value) });
      return found(parts.get(`word-kd.${term}`), term);
    };
    return {
      inputs: { student_logits: 'float32', ...teacher, ...labels, mask: 'int32' },
      trained: ['student_logits'],
      roundings: 2, // student and teacher once each
      loss: (inputs) => said(inputs, firstStep),
      outputs: { hard: heard('hard'), soft: heard('soft') },
    };
  },
  'seq-kd': (given) => {
    const options = parse(z.strictObject({ reduction: z.enum(['token-mean', 'sequence-sum']) }), given);
    return {
      inputs: { student_logits: 'float32', teacher_tokens: 'int32', mask: 'int32' },
      trained: ['student_logits'],
      roundings: 1,
      loss: (inputs) => seqKd(options).loss({ decoder: decoderOf(found(inputs.student_logits, 'logits')) }, {}, translationBatch(inputs, 'teacher_tokens'), firstStep),
      outputs: {},
    };
  },
};

/** One-hot labels [N, C]. */
function hits(inputs: Inputs): tf.Tensor {
  return oneHot(tf.reshape(found(inputs.labels, 'labels'), [-1]), studentRows(inputs).shape.at(-1) ?? 0);
}

/** Token positions with their mask and masked-LM labels; the ids are not looked at. */
function maskedBatch({ mlm_labels: values, mask }: Inputs): Batch {
  const words = found(values, 'labels');
  const [rows = 0, width = 0] = words.shape;
  const ids = tf.zeros<tf.Rank.R2>([rows, width], 'int32');
  const real = tf.cast(found(mask, 'mask') as tf.Tensor2D, 'float32');
  return { exampleIds: [], rows, width, inputIds: ids, mask: real, typeIds: ids, labels: { kind: 'masked-lm', values: words }, dispose: () => undefined };
}

/** Target positions: the labels where the mask is 1, elsewhere nothing to say. */
function translationBatch(inputs: Inputs, labelled: 'labels' | 'teacher_tokens'): Batch {
  const mask = found(inputs.mask, 'mask');
  const words = tf.sub(tf.mul(tf.add(found(inputs[labelled], 'labels'), tf.scalar(1, 'int32')), mask), tf.scalar(1, 'int32'));
  return { ...maskedBatch({ mlm_labels: words, mask }), labels: { kind: 'translation', values: words } };
}
