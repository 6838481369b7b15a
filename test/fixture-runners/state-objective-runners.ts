// The same for objectives that compare states, relations and embeddings: layers are numbered as the fixtures list them, and an
// objective's own parameters are given as the fixtures write them, [student width, teacher width].
import { z } from 'zod';
import type { Batch } from '../../src/engine/batch.ts';
import { linear } from '../../src/engine/fused/linear.ts';
import * as tf from '../../src/engine/tf.ts';
import type { ModelOutput } from '../../src/models/output.ts';
import { activationBoundary } from '../../src/objectives/activation-boundary.ts';
import { attentionTransfer } from '../../src/objectives/attention-transfer.ts';
import { cckd } from '../../src/objectives/cckd.ts';
import { unit } from '../../src/objectives/cosine.ts';
import { cosineHidden } from '../../src/objectives/cosine-hidden.ts';
import { crdLoss } from '../../src/objectives/crd.ts';
import { factorDistance, paraphraserLoss } from '../../src/objectives/factor-transfer.ts';
import { fsp } from '../../src/objectives/fsp.ts';
import { hint } from '../../src/objectives/hint.ts';
import { minilmAttention } from '../../src/objectives/minilm-attention.ts';
import { minilmValueRelation } from '../../src/objectives/minilm-value-relation.ts';
import { mixture } from '../../src/objectives/mixture.ts';
import { ntXentLoss } from '../../src/objectives/nt-xent.ts';
import type { Objective } from '../../src/objectives/objective.ts';
import { pkd } from '../../src/objectives/pkd.ts';
import { reaugkd, retrievedPrediction } from '../../src/objectives/reaugkd.ts';
import { rkdAngle } from '../../src/objectives/rkd-angle.ts';
import { rkdDistance } from '../../src/objectives/rkd-distance.ts';
import { ruleRows, ruleShares, ruleTeacher } from '../../src/objectives/rule-distill.ts';
import { similarityPreserving } from '../../src/objectives/similarity-preserving.ts';
import { constant } from '../../src/objectives/stop-gradient.ts';
import { tinybertAttention } from '../../src/objectives/tinybert-attention.ts';
import { tinybertHidden } from '../../src/objectives/tinybert-hidden.ts';
import { squaredDistance } from '../../src/objectives/token-mean.ts';
import { tripletHinge } from '../../src/objectives/triplet.ts';
import { vid } from '../../src/objectives/vid.ts';
import { firstStep } from '../objectives/examples.ts';
import { type AnyObjective, found, type Inputs, labelledBatch, parse, type Prepare, type PreparedObjective } from './prepared-objective.ts';

type Own = (inputs: Inputs) => Readonly<Record<string, tf.Tensor>>;
type Say = (inputs: Inputs, side: 'student' | 'teacher') => ModelOutput;

/** A product on the way up, and on the way down the gradient before and after one, on either side of a difference. */
const roundings = 4;

const positive = z.number().positive();
const nothing = z.strictObject({});
const mask = { mask: 'int32' } as const;

/** Inputs are the floats named, which train unless they are the teacher's, and others. */
function onStates(objective: AnyObjective, floats: readonly string[], { say, own, others = mask, roundings: times }: { say: Say; own?: Own; others?: PreparedObjective['inputs']; roundings?: number }): PreparedObjective {
  return {
    inputs: { ...Object.fromEntries(floats.map((name) => [name, 'float32' as const])), ...others },
    trained: floats.filter((name) => !name.startsWith('teacher_')),
    ...(times !== undefined && { roundings: times }),
    loss: (inputs) => (objective as Objective).loss(say(inputs, 'student'), say(inputs, 'teacher'), maskedTexts(inputs), { ...firstStep, ...(own && { own: (name: string) => found(own(inputs)[name], name) }) }),
    outputs: {},
  };
}

/** As the code keeps a linear map: [out, in]. */
const turned = (map: tf.Tensor | undefined) => tf.transpose(found(map, 'map'));
const last = <T>(value: T) => new Map([[-1, value]]);
const hidden: Say = (inputs, side) => ({ hidden: last(found(inputs[`${side}_hidden`], 'hidden states')) });
const embeddings: Say = (inputs, side) => ({ pooled: found(inputs[`${side}_embeddings`], 'embeddings') });
const bothHidden = ['student_hidden', 'teacher_hidden'];
const bothEmbeddings = ['student_embeddings', 'teacher_embeddings'];
const mapped = [...bothHidden, 'projection'];

export const stateObjectiveRunners: Readonly<Record<string, Prepare>> = {
  'cosine-hidden': (given) => (parse(nothing, given), onStates(cosineHidden(), bothHidden, { say: hidden })),
  pkd: (given, { student_states: states }) => {
    const { reduction } = parse(z.strictObject({ reduction: z.enum(['paper', 'elementwise']) }), given);
    const layers = Array.from({ length: found(states, 'states').shape[1] ?? 0 }, (_, i) => i + 1);
    const say: Say = (inputs, side) => ({ cls: new Map(layers.map((layer) => [layer, tf.squeeze(tf.slice(found(inputs[`${side}_states`], 'states'), [0, layer - 1, 0], [-1, 1, -1]), [1])])) });
    return onStates(pkd({ reduction, matches: layers.map((layer) => ({ student: layer, teacher: layer, weight: 1 })) }), ['student_states', 'teacher_states'], { say, others: {} });
  },
  'tinybert-hidden': (given) => (parse(nothing, given), onStates(tinybertHidden(), mapped, { say: hidden, own: ({ projection }) => ({ 'layers.weight': turned(projection) }), roundings })),
  'tinybert-attention': (given) => {
    parse(nothing, given);
    return onStates(tinybertAttention(), ['student_scores', 'teacher_scores'], { say: (inputs, side) => ({ scores: last(found(inputs[`${side}_scores`], 'scores')) }) });
  },
  'minilm-attention': (given) => {
    parse(nothing, given);
    const say: Say = (inputs, side) => {
      const [query, key] = [found(inputs[`${side}_queries`], 'queries'), found(inputs[`${side}_keys`], 'keys')];
      return { qkv: last({ query, key, value: tf.zerosLike(key) }) };
    };
    return onStates(minilmAttention(), ['student_queries', 'student_keys', 'teacher_queries', 'teacher_keys'], { say });
  },
  'minilm-value-relation': (given) => {
    parse(nothing, given);
    const say: Say = (inputs, side) => {
      const value = found(inputs[`${side}_values`], 'values');
      return { qkv: last({ query: tf.zerosLike(value), key: tf.zerosLike(value), value }) };
    };
    return onStates(minilmValueRelation(), ['student_values', 'teacher_values'], { say });
  },
  hint: (given) => {
    const { activation } = parse(z.strictObject({ activation: z.enum(['none', 'relu', 'tanh']) }), given);
    const own: Own = ({ projection, projection_bias: bias }) => ({ 'regressor.0.weight': turned(projection), 'regressor.0.bias': found(bias, 'bias') });
    return onStates(hint({ activation }), [...mapped, 'projection_bias'], { say: hidden, own, roundings });
  },
  'attention-transfer': (given) => onStates(attentionTransfer(parse(z.strictObject({ p: positive, form: z.enum(['squared', 'norm']) }), given)), bothHidden, { say: hidden }),
  'similarity-preserving': (given) => (parse(nothing, given), onStates(similarityPreserving(), bothHidden, { say: hidden })),
  'rkd-distance': (given) => (parse(nothing, given), onStates(rkdDistance({ embedding: 'pooled' }), bothEmbeddings, { say: embeddings, others: {} })),
  'rkd-angle': (given) => (parse(nothing, given), onStates(rkdAngle({ embedding: 'pooled' }), bothEmbeddings, { say: embeddings, others: {} })),
  cckd: (given) => onStates(cckd({ embedding: 'pooled', ...parse(z.strictObject({ gamma: positive, order: z.int().positive() }), given) }), bothEmbeddings, { say: embeddings, others: {} }),
  fsp: (given) => {
    parse(nothing, given);
    const say: Say = (inputs, side) => ({ hidden: new Map([[1, found(inputs[`${side}_low`], 'states')], [2, found(inputs[`${side}_high`], 'states')]]) });
    const own: Own = ({ projection_low: low, projection_high: high }) => ({ 'projection.0.weight': turned(low), 'projection.1.weight': turned(high) });
    const matches = [1, 2].map((layer) => ({ student: layer, teacher: layer, weight: 1 }));
    return onStates(fsp({ matches }), ['student_low', 'student_high', 'teacher_low', 'teacher_high', 'projection_low', 'projection_high'], { say, own, roundings });
  },
  vid: (given) => {
    const { eps: epsilon } = parse(z.strictObject({ eps: positive }), given);
    const own: Own = ({ projection, log_scale: scale }) => ({ 'mean.0.weight': turned(projection), 'log_scale.0.bias': found(scale, 'scale') });
    return onStates(vid({ epsilon }), [...mapped, 'log_scale'], { say: hidden, own, roundings });
  },
  'activation-boundary': (given) => {
    const say: Say = (inputs, side) => ({ preActivations: last(found(inputs[`${side}_pre`], 'pre-activations')) });
    const own: Own = ({ projection, projection_bias: bias }) => ({ 'connector.0.weight': turned(projection), 'connector.0.bias': found(bias, 'bias') });
    return onStates(activationBoundary(parse(z.strictObject({ margin: z.number().min(0) }), given)), ['student_pre', 'teacher_pre', 'projection', 'projection_bias'], { say, own, roundings });
  },
  'factor-transfer': (given) => {
    const { p } = parse(z.strictObject({ p: z.union([z.literal(1), z.literal(2)]) }), given);
    const floats = { mask: (inputs: Inputs) => tf.cast(found(inputs.mask, 'mask'), 'float32') };
    return {
      inputs: { student_hidden: 'float32', teacher_hidden: 'float32', translator: 'float32', paraphraser: 'float32', decoder: 'float32', mask: 'int32' },
      trained: ['student_hidden', 'translator'],
      roundings,
      loss: (inputs) => factorDistance(linear(found(inputs.student_hidden, 'states'), { weight: turned(inputs.translator) }), linear(found(inputs.teacher_hidden, 'states'), { weight: turned(inputs.paraphraser) }), { mask: floats.mask(inputs), p }),
      losses: {
        paraphraser_loss: {
          trained: ['paraphraser', 'decoder'],
          loss: (inputs) => paraphraserLoss(found(inputs.teacher_hidden, 'states'), { paraphraser: turned(inputs.paraphraser), decoder: turned(inputs.decoder), mask: floats.mask(inputs) }),
        },
      },
      outputs: {},
    };
  },
  crd: (given) => {
    const { tau: temperature, dataset_size: examples, partition } = parse(z.strictObject({ tau: positive, dataset_size: z.int().positive(), partition: positive, symmetric: z.literal(true) }), given);
    const said = (features: tf.Tensor | undefined, map: tf.Tensor | undefined) => unit(linear(found(features, 'features'), { weight: turned(map) }));
    return {
      inputs: Object.fromEntries(['student_features', 'teacher_features', 'student_projection', 'teacher_projection', 'teacher_negatives', 'student_negatives'].map((name) => [name, 'float32' as const])),
      trained: ['student_features', 'student_projection', 'teacher_projection'],
      roundings,
      loss: (inputs) => crdLoss(
        { student: said(inputs.student_features, inputs.student_projection), teacher: said(inputs.teacher_features, inputs.teacher_projection) },
        { student: found(inputs.student_negatives, 'negatives'), teacher: found(inputs.teacher_negatives, 'negatives') },
        { temperature, examples, partition },
      ),
      outputs: {},
    };
  },
  triplet: (given) => {
    const { margin } = parse(z.strictObject({ margin: z.number().min(0) }), given);
    return {
      inputs: { anchor: 'float32', positive: 'float32', negative: 'float32' },
      trained: ['anchor', 'positive', 'negative'],
      loss: ({ anchor, positive: near, negative: far }) => tf.mean(tripletHinge(squaredDistance(found(anchor, 'anchor'), found(near, 'positive')), squaredDistance(found(anchor, 'anchor'), found(far, 'negative')), margin)),
      outputs: {},
    };
  },
  'nt-xent': (given) => {
    const { tau: temperature } = parse(z.strictObject({ tau: positive }), given);
    return {
      inputs: { view_a: 'float32', view_b: 'float32' },
      trained: ['view_a', 'view_b'],
      loss: (inputs) => ntXentLoss(found(inputs.view_a, 'view'), found(inputs.view_b, 'view'), { temperature }),
      outputs: {},
    };
  },
  'rule-distill': (given) => {
    const { rho, strength, train_rules: trains } = parse(z.strictObject({ rho: z.number().min(0).max(1), strength: z.number().min(0), train_rules: z.boolean() }), given);
    const shares = ({ rule_scores: scores, rule_active: active }: Inputs) => {
      const counted = ruleShares(found(scores, 'scores'), tf.cast(found(active, 'rules'), 'float32'));
      return trains ? counted : constant(counted);
    };
    const spoken = (inputs: Inputs) => ({ shares: shares(inputs), rewards: found(inputs.rule_rewards, 'rewards'), strength });
    const logitsOf = (inputs: Inputs) => found(inputs.student_logits, 'logits');
    return {
      inputs: { student_logits: 'float32', labels: 'int32', rule_scores: 'float32', rule_active: 'int32', rule_rewards: 'float32' },
      trained: ['student_logits', 'rule_scores'],
      loss: (inputs) => mixture({ name: 'rule-distill', task: 'single-label', alpha: rho, logits: logitsOf(inputs), soft: ruleRows(logitsOf(inputs), spoken(inputs)), batch: labelledBatch(inputs), context: firstStep }),
      outputs: { rule_attention: shares, teacher: (inputs) => tf.softmax(ruleTeacher(logitsOf(inputs), spoken(inputs))) },
    };
  },
  reaugkd: (given) => {
    const { tau: temperature, relation_weight: relationWeight, k, beta } = parse(z.strictObject({ tau: positive, relation_weight: z.number().min(0), k: z.int().min(0), beta: z.number().min(0).max(1) }), given);
    const objective = reaugkd({ embedding: 'pooled', temperature, relationWeight });
    return {
      inputs: { student_logits: 'float32', labels: 'int32', ...Object.fromEntries([...bothEmbeddings, 'bank_embeddings', 'bank_soft_labels'].map((name) => [name, 'float32' as const])) },
      trained: ['student_logits', 'student_embeddings'],
      loss: (inputs) => objective.loss({ logits: found(inputs.student_logits, 'logits'), ...embeddings(inputs, 'student') }, embeddings(inputs, 'teacher'), labelledBatch(inputs), firstStep),
      outputs: {
        prediction: (inputs) => retrievedPrediction(found(inputs.student_logits, 'logits'), found(inputs.student_embeddings, 'embeddings'), { embeddings: found(inputs.bank_embeddings, 'bank'), softLabels: found(inputs.bank_soft_labels, 'bank') }, { k, beta, temperature }),
      },
    };
  },
};

/** Texts of which nothing but their mask is looked at; without one, of a single token each. */
function maskedTexts({ mask: real, ...others }: Inputs): Batch {
  const [rows = 0, width = 1] = real?.shape ?? [Object.values(others)[0]?.shape[0] ?? 0, 1];
  const ids = tf.zeros<tf.Rank.R2>([rows, width], 'int32');
  return { exampleIds: Array.from({ length: rows }, (_, row) => String(row)), rows, width, inputIds: ids, mask: real === undefined ? tf.ones([rows, width]) : tf.cast(real as tf.Tensor2D, 'float32'), typeIds: ids, dispose: () => undefined };
}
