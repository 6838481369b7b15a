/**
 * Rules that a person wrote teach the student: the teacher is the student itself, moved towards what the rules say, and how much each
 * rule counts for an example is learned. It listens to no other teacher. Song et al. 2018.
 */
import { linear } from '../engine/fused/linear.ts';
import * as tf from '../engine/tf.ts';
import { checkAlpha, mixture } from './mixture.ts';
import { type Objective, ownParameter, type Paper, type StepContext } from './objective.ts';
import { projectionSpecs } from './projection.ts';
import { requireHead } from './rows.ts';
import { constant } from './stop-gradient.ts';
import { describedWeight, type Weight } from './weight.ts';

const paper: Paper = {
  authors: 'Song, Feng, Han, Yang, Liu & Nie',
  year: 2018,
  title: 'Neural compatibility modeling with attentive knowledge distillation',
  id: '1805.00313',
};

/** What a person knows of the examples. */
export interface RuleBook {
  /** Says everything that determines the rewards: it is part of a run's identity. */
  readonly description: string;
  /** How many rules there are. */
  readonly rules: number;
  /** Rewards f_r(x, y) of each class by each rule, in the order of the rules and of the classes; undefined where a rule does not apply. */
  readonly rewards: (exampleId: string) => readonly (readonly number[] | undefined)[];
}

export interface RuleDistillOptions {
  /** By default there are none, and the student is its own teacher. */
  readonly book?: RuleBook;
  /** ρ, 0..1: how much the teacher counts on a labelled row; the rest is the task's own loss. May follow the step. */
  readonly rho?: Weight;
  /** c, from 0: how far a rule moves the teacher. */
  readonly strength?: number;
  /** Whether the rules' shares are learned; without it all rules that apply count alike. */
  readonly trainRules?: boolean;
}

const noRules: RuleBook = { description: 'none', rules: 0, rewards: () => [] };

/** Of the scorer's hidden layer and of a rule's vector. */
const scorerWidth = 32;

/**
 * λ = softmax of u_r(x) over the rules that apply; q ∝ p̄ exp(c Σ_r λ_r f_r(x, y)), p̄ the student's own probabilities held fixed; L = mean
 * over rows of (1 - ρ) CE(y, p) + ρ CE(q, p); Song et al. 2018.
 * Shapes: logits [B, C], classes [B] (below 0 = no label); u_r = vᵀ tanh(W e + E_r), e the pooled output [B, H], W [S, H], E [R, S], v [1, S].
 * Averages over all B rows; a row without a label takes ρ = 1. A row to which no rule applies has q = p̄. Scale: T = 1.
 * Deviations: cross-entropy in place of the paper's ranking loss; the paper lets ρ grow with the step: give such a weight.
 */
export function ruleDistill({ book = noRules, rho = 0.5, strength = 1, trainRules = true }: RuleDistillOptions = {}): Objective {
  checkAlpha('rule-distill', rho);
  if (!(strength >= 0 && strength < Infinity)) throw new Error(`rule-distill: the strength of rules must be a number from 0, not ${strength}`);
  const learns = trainRules && book.rules > 1; // one rule alone has all the share there is
  return {
    name: 'rule-distill',
    settings: { rules: book.description, rho: describedWeight(rho), strength, trainRules },
    paper,
    wants: { student: { logits: true, ...(learns && { pooled: true as const }) }, teacher: {} },
    ...(learns && {
      parameters: ({ student }) => [
        ...projectionSpecs('scorer', { from: student.width, to: scorerWidth }),
        { name: 'rules', shape: [book.rules, scorerWidth], initial: { deviation: 1 / Math.sqrt(scorerWidth) } },
        ...projectionSpecs('share', { from: scorerWidth, to: 1 }),
      ],
    }),
    loss: ({ logits, pooled }, _teacher, batch, context) => {
      if (logits === undefined) throw new Error('rule-distill wants class logits');
      requireHead('rule-distill', 'single-label', logits, batch);
      const { active, rewards } = lookUp(book, batch.exampleIds, logits.shape[1] ?? 0);
      const scores = learns && pooled !== undefined ? ruleScores(pooled, context) : tf.zerosLike(active);
      const soft = ruleRows(logits, { shares: ruleShares(scores, active), rewards, strength });
      return mixture({ name: 'rule-distill', task: 'single-label', alpha: rho, logits, soft, batch, context });
    },
  };
}

/** What the rules say of a batch: which apply [B, R], and their rewards [B, R, C]. */
export interface Spoken {
  readonly active: tf.Tensor;
  readonly rewards: tf.Tensor;
}

function lookUp({ rules, rewards: rewardsOf }: RuleBook, exampleIds: readonly string[], classes: number): Spoken {
  const most = Math.max(1, rules); // a rule that never applies stands for none
  const [active, rewards] = [new Float32Array(exampleIds.length * most), new Float32Array(exampleIds.length * most * classes)];
  exampleIds.forEach((id, row) => rewardsOf(id).forEach((reward, rule) => {
    if (reward === undefined) return;
    if (rule >= rules || reward.length !== classes) throw new Error(`rule-distill: rule ${rule + 1} of ${rules} gives example ${id} ${reward.length} rewards for ${classes} classes`);
    active[row * most + rule] = 1;
    rewards.set(reward, (row * most + rule) * classes);
  }));
  return { active: tf.tensor2d(active, [exampleIds.length, most]), rewards: tf.tensor3d(rewards, [exampleIds.length, most, classes]) };
}

/** u: [B, H] -> [B, R] */
function ruleScores(pooled: tf.Tensor, context: StepContext): tf.Tensor {
  const own = (name: string) => ownParameter(context, 'rule-distill', name);
  const joined = tf.tanh(tf.add(tf.expandDims(linear(pooled, { weight: own('scorer.weight') }), 1), tf.expandDims(own('rules'), 0))); // [B, R, S]
  return tf.squeeze(linear(joined, { weight: own('share.weight') }), [2]);
}

/** λ: a softmax over the rules that apply, zeros where none does. [B, R] both -> [B, R] */
export function ruleShares(scores: tf.Tensor, active: tf.Tensor): tf.Tensor {
  const seen = tf.where(tf.greater(active, 0), scores, -1e9);
  return tf.mul(tf.softmax(seen), active);
}

/** Logits of q: the student's own, held fixed, and c Σ_r λ_r f_r. */
export function ruleTeacher(logits: tf.Tensor, { shares, rewards, strength }: { shares: tf.Tensor; rewards: tf.Tensor; strength: number }): tf.Tensor {
  return tf.add(constant(logits), tf.mul(tf.sum(tf.mul(tf.expandDims(shares, 2), rewards), 1), strength));
}

/** CE(q, p) of each row: [B, C] -> [B]. Gradients reach the shares through q. */
export function ruleRows(logits: tf.Tensor, given: { shares: tf.Tensor; rewards: tf.Tensor; strength: number }): tf.Tensor {
  return tf.neg(tf.sum(tf.mul(tf.softmax(ruleTeacher(logits, given)), tf.logSoftmax(logits)), -1));
}
