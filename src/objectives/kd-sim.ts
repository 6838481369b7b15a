/**
 * Only which classes resemble each other: the distribution of a label's likeness to every class, taken from the teacher's output layer. It
 * knows nothing of the single example. Tang et al. 2020.
 */
import * as tf from '../engine/tf.ts';
import { fingerprint } from '../storage/hash.ts';
import { unit } from './cosine.ts';
import { checkAlpha, checkTemperature, mixtureWith } from './mixture.ts';
import type { Objective } from './objective.ts';
import { type PartialOptions, tang } from './partial-knowledge.ts';
import { labelRows, labelsOf, shown } from './rows.ts';
import { stopGradient } from './stop-gradient.ts';
import { describedWeight } from './weight.ts';

export interface KdSimOptions extends PartialOptions {
  /** κ, above 0: cosines are raised to it, their sign kept. */
  readonly power?: number;
  /** τ of the softmax over the powers, above 0. */
  readonly tau?: number;
  /** The output layer's weight, a row per class; absent, a live teacher is asked for its own. */
  readonly classWeights?: readonly (readonly number[])[];
}

/**
 * L = mean over labelled rows of (1 - α) CE(y, p_s) + α T² KL(ρ ‖ p_s^T), ρ = softmax_c(sgn(s_c) |s_c|^κ / τ), s_c = cos(w_y, w_c), w the rows of
 * the teacher's output layer; Tang et al. 2020, KD-sim.
 * Shapes: logits [B, C], weights [C, G], classes [B] (below 0 = no label). The teacher gets no gradient.
 * Averages over labelled rows: without a label there is no ρ. Scale: the soft term carries T²; ρ is softened by τ, not by T.
 * Deviations: the power keeps the sign, so that classes that oppose each other are legal.
 */
export function kdSim({ temperature = 2, alpha = 1, power = 0.3, tau = 0.3, classWeights }: KdSimOptions = {}): Objective<{ logits: true }, { classWeights?: true }> {
  checkTemperature('kd-sim', temperature);
  checkAlpha('kd-sim', alpha);
  for (const [name, value] of Object.entries({ power, tau })) if (!(value > 0 && value < Infinity)) throw new Error(`kd-sim: ${name} must be above 0, not ${value}`);
  if (classWeights?.some((row) => row.length === 0 || row.length !== classWeights[0]?.length)) throw new Error('kd-sim: the class weights must be rows of one length, one for each class');
  return {
    name: 'kd-sim',
    settings: { temperature, alpha: describedWeight(alpha), power, tau, ...(classWeights && { classWeights: fingerprint(classWeights).slice(0, 16) }) },
    paper: tang,
    wants: { student: { logits: true }, teacher: classWeights === undefined ? { classWeights: true } : {} },
    loss: ({ logits }, teacher, batch, context) => {
      const weights = classWeights === undefined ? teacher.classWeights : tf.tensor2d(classWeights.map((row) => [...row]));
      if (weights === undefined) throw new Error('kd-sim: the teacher says no class weights');
      if (weights.shape[0] !== logits.shape.at(-1)) throw new Error(`kd-sim: class weights ${shown(weights)} for logits ${shown(logits)}`);
      const { targets } = labelRows(labelsOf(batch, 'kd-sim', 'single-label'), logits.shape.at(-1) ?? 0);
      const target = stopGradient((rows) => kdSimTarget(rows, targets, { power, tau }), weights);
      return mixtureWith(target, { name: 'kd-sim', alpha, temperature, logits, unlabelled: 'nothing', batch, context });
    },
  };
}

/** ρ of each label: weights [C, G], one-hot labels [B, C] -> [B, C]; even where there is no label. */
export function kdSimTarget(weights: tf.Tensor, hits: tf.Tensor, { power, tau }: { power: number; tau: number }): tf.Tensor {
  const directions = unit(weights) as tf.Tensor2D;
  const own = tf.matMul(hits, directions); // [B, G]
  const cosines = tf.matMul(own, directions, false, true); // [B, C]
  return tf.softmax(tf.div(tf.mul(tf.sign(cosines), tf.pow(tf.abs(cosines), power)), tau));
}
