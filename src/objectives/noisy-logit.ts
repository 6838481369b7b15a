/**
 * A noisy teacher stands for many: at every step some rows of its logits are disturbed before the student repeats them. Sau &
 * Balasubramanian 2016.
 */
import { fold, normals, uniform } from '../engine/random.ts';
import * as tf from '../engine/tf.ts';
import { halfSquares } from './logit-mse.ts';
import type { Objective, Paper, StepContext } from './objective.ts';
import { requireAlike } from './rows.ts';
import { stopGradient } from './stop-gradient.ts';

const paper: Paper = {
  authors: 'Sau & Balasubramanian',
  year: 2016,
  title: 'Deep model compression: distilling knowledge from noisy teachers',
  id: '1610.09650',
};

export interface NoisyLogitOptions {
  /** 0..1: each row is disturbed with this probability, anew at every step. */
  readonly share?: number;
  /** σ of the noise, from 0. */
  readonly deviation?: number;
  /** (1 + ξ) z, or z + ξ. */
  readonly mode?: 'multiplicative' | 'additive';
}

/**
 * L = mean over rows of ½ Σ_c (z_s - z')², z' = (1 + ξ) z_t where the row is chosen, z_t elsewhere, ξ ~ N(0, σ²) per logit; Sau &
 * Balasubramanian 2016, the perturbation of logits.
 * Shapes: logits [B, C] of both. Works for every kind of head. The teacher gets no gradient.
 * Averages over all B rows, labelled or not: no label is looked at. No temperature, so no T².
 * Noise is drawn from the run's seed, the step and the example's id: neither the batch's order nor a resumed run changes it.
 * Deviations: `additive` noise is ours.
 */
export function noisyLogit({ share = 0.5, deviation = 0.5, mode = 'multiplicative' }: NoisyLogitOptions = {}): Objective<{ logits: true }, { logits: true }> {
  if (!(share >= 0 && share <= 1)) throw new Error(`noisy-logit: the share of rows must lie in 0..1, not ${share}`);
  if (!(deviation >= 0 && deviation < Infinity)) throw new Error(`noisy-logit: the deviation must be a number from 0, not ${deviation}`);
  return {
    name: 'noisy-logit',
    settings: { share, deviation, mode },
    paper,
    wants: { student: { logits: true }, teacher: { logits: true } },
    loss: ({ logits }, teacher, batch, context) => {
      requireAlike('noisy-logit', logits, teacher.logits);
      const classes = logits.shape.at(-1) ?? 0;
      const target = stopGradient((said) => disturbed(said, { noise: tf.tensor2d(drawNoise(batch.exampleIds, classes, { share, deviation, context }), [batch.rows, classes]), mode }), teacher.logits);
      return halfSquares(logits, target);
    },
  };
}

/** [B, C] and ξ [B, C], 0 where a row is not chosen -> [B, C] */
export function disturbed(logits: tf.Tensor, { noise, mode }: { noise: tf.Tensor; mode: 'multiplicative' | 'additive' }): tf.Tensor {
  return tf.add(logits, mode === 'multiplicative' ? tf.mul(logits, noise) : noise);
}

/** ξ of each example, `classes` numbers each: zeros where its row is not chosen. */
export function drawNoise(exampleIds: readonly string[], classes: number, { share, deviation, context }: { share: number; deviation: number; context: StepContext }): Float32Array {
  const noise = new Float32Array(exampleIds.length * classes);
  for (const [row, id] of exampleIds.entries()) {
    const key = fold(context.key, 'noisy-logit', id);
    if (uniform(fold(key, 'chosen'), 0) < share) noise.set(normals(classes, fold(key, 'noise'), deviation), row * classes);
  }
  return noise;
}
