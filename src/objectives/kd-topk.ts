/**
 * Only the teacher's few most probable classes: their probabilities as they are, the rest spread evenly. With few of many classes it keeps
 * most of what soft labels give. Tang et al. 2020.
 */
import * as tf from '../engine/tf.ts';
import { checkAlpha, checkTemperature, mixtureWith } from './mixture.ts';
import type { Objective } from './objective.ts';
import { type PartialOptions, tang } from './partial-knowledge.ts';
import { requireAlike } from './rows.ts';
import { stopGradient } from './stop-gradient.ts';
import { describedWeight } from './weight.ts';

export interface KdTopkOptions extends PartialOptions {
  /** How many classes keep their probability: a whole number from 0 (all alike); C or more is ordinary distillation. */
  readonly k?: number;
}

/**
 * L = mean over rows of (1 - α) CE(y, p_s) + α T² KL(ρ ‖ p_s^T), ρ_c = p_c for the k largest and the remaining mass / (C - k) for each other,
 * p = softmax(z_t / T); Tang et al. 2020, KD-topk.
 * Shapes: logits [B, C] of both, classes [B] (below 0 = no label; not looked at when α = 1). The teacher gets no gradient.
 * Averages over all B rows; a row without a label takes α = 1. Scale: the soft term carries T². Ties go to the lower class.
 * Deviations: none known.
 */
export function kdTopk({ temperature = 2, alpha = 1, k = 2 }: KdTopkOptions = {}): Objective<{ logits: true }, { logits: true }> {
  checkTemperature('kd-topk', temperature);
  checkAlpha('kd-topk', alpha);
  if (!Number.isInteger(k) || k < 0) throw new Error(`kd-topk: k must be a whole number from 0, not ${k}`);
  return {
    name: 'kd-topk',
    settings: { temperature, alpha: describedWeight(alpha), k },
    paper: tang,
    wants: { student: { logits: true }, teacher: { logits: true } },
    loss: ({ logits }, teacher, batch, context) => {
      requireAlike('kd-topk', logits, teacher.logits);
      const target = stopGradient((said) => kdTopkTarget(said, { k, temperature }), teacher.logits);
      return mixtureWith(target, { name: 'kd-topk', alpha, temperature, logits, batch, context });
    },
  };
}

/** ρ from the teacher's logits: [B, C] -> [B, C]. */
export function kdTopkTarget(logits: tf.Tensor, { k, temperature }: { k: number; temperature: number }): tf.Tensor {
  const probabilities = tf.softmax(tf.div(logits, temperature));
  const classes = logits.shape.at(-1) ?? 0;
  if (k >= classes) return probabilities;
  const kept = largest(logits, k);
  const others = tf.sub(1, kept);
  const rest = tf.sum(tf.mul(others, probabilities), -1, true); // [B, 1]
  return tf.add(tf.mul(kept, probabilities), tf.mul(others, tf.div(rest, classes - k)));
}

/** 1 at the k largest of each row, of equal ones at the first: [B, C] -> [B, C]. Engines' own choices among equal ones differ. */
function largest(values: tf.Tensor, k: number): tf.Tensor {
  if (k === 0) return tf.zerosLike(values);
  const least = tf.slice(tf.topk(values, k).values, [0, k - 1], [-1, 1]); // [B, 1]
  const above = tf.cast(tf.greater(values, least), 'float32');
  const equal = tf.cast(tf.equal(values, least), 'float32');
  const places = tf.sub(k, tf.sum(above, -1, true)); // [B, 1]: how many of the equal ones have room
  return tf.add(above, tf.mul(equal, tf.cast(tf.lessEqual(tf.cumsum(equal, 1), places), 'float32')));
}
