/**
 * Logit regression: the student repeats the teacher's logits as they are, so that what the teacher thinks of improbable classes counts
 * as much as the rest. Ba & Caruana 2014, section 2.2.
 */
import * as tf from '../engine/tf.ts';
import { fingerprint } from '../storage/hash.ts';
import type { Objective, Paper } from './objective.ts';
import { requireAlike } from './rows.ts';
import { stopGradient } from './stop-gradient.ts';

const paper: Paper = {
  authors: 'Ba & Caruana',
  year: 2014,
  title: 'Do deep nets really need to be deep?',
  id: '1312.6184',
};

/** What standardises a teacher's logits, class by class. */
export interface LogitStatistics {
  readonly means: readonly number[];
  /** Above 0. */
  readonly deviations: readonly number[];
}

export interface LogitMseOptions {
  /** Subtracts each row's mean on both sides: a constant added to a row is invisible to the softmax. */
  readonly center?: boolean;
  /** Turns the teacher's logits into (z_t - mean) / deviation per class; take them over the whole transfer set (`logitStatistics`). */
  readonly standardise?: LogitStatistics;
}

/**
 * L = mean over rows of ½ Σ_c (z_s - z_t)²; Ba & Caruana 2014, equation 1.
 * Shapes: logits [B, C] of both. Works for every kind of head: of a regression head, z is the score. The teacher gets no gradient.
 * Averages over all B rows, labelled or not: no label is looked at. No temperature, so no T².
 * Deviations: none; the linear bottleneck that makes the authors' students learn faster is a matter of their architecture, not of the loss.
 */
export function logitMse({ center = false, standardise }: LogitMseOptions = {}): Objective<{ logits: true }, { logits: true }> {
  if (standardise !== undefined) check(standardise);
  return {
    name: 'logit-mse',
    settings: { center, ...(standardise && { standardise: fingerprint(standardise).slice(0, 16) }) },
    paper,
    wants: { student: { logits: true }, teacher: { logits: true } },
    loss: ({ logits }, teacher) => {
      requireAlike('logit-mse', logits, teacher.logits);
      const target = stopGradient((said) => centred(standardised(said, standardise), center), teacher.logits);
      return halfSquares(centred(logits, center), target);
    },
  };
}

/** Mean over rows of ½ Σ_c (a - b)²: [B, C] both. */
export function halfSquares(a: tf.Tensor, b: tf.Tensor): tf.Scalar {
  return tf.mean(tf.mul(tf.sum(tf.square(tf.sub(a, b)), -1), 0.5));
}

/** Mean and standard deviation of each class over rows of stored logits [n, C], in float64; a class that never varies has deviation 1. */
export function logitStatistics(logits: Float32Array, classes: number): LogitStatistics {
  const rows = logits.length / classes;
  if (!Number.isInteger(rows) || rows < 1) throw new Error(`${logits.length} logits are no rows of ${classes}`);
  const column = (of: (value: number, c: number) => number) => {
    const sums = new Float64Array(classes);
    for (let i = 0; i < logits.length; i++) sums[i % classes] = (sums[i % classes] ?? 0) + of(logits[i] ?? 0, i % classes);
    return Array.from(sums, (sum) => sum / rows);
  };
  const means = column((value) => value);
  const deviations = column((value, c) => (value - (means[c] ?? 0)) ** 2).map((variance) => (variance === 0 ? 1 : Math.sqrt(variance)));
  return { means, deviations };
}

function standardised(logits: tf.Tensor, statistics: LogitStatistics | undefined): tf.Tensor {
  if (statistics === undefined) return tf.clone(logits);
  const { means, deviations } = statistics;
  if (means.length !== logits.shape.at(-1)) throw new Error(`logit-mse: statistics of ${means.length} classes for ${logits.shape.at(-1)}`);
  return tf.div(tf.sub(logits, tf.tensor1d([...means])), tf.tensor1d([...deviations]));
}

function centred(logits: tf.Tensor, center: boolean): tf.Tensor {
  return center ? tf.sub(logits, tf.mean(logits, -1, true)) : logits;
}

function check({ means, deviations }: LogitStatistics): void {
  if (means.length !== deviations.length) throw new Error(`logit-mse: ${means.length} means and ${deviations.length} deviations`);
  if (!means.every(Number.isFinite) || !deviations.every((deviation) => deviation > 0 && Number.isFinite(deviation))) throw new Error('logit-mse: means must be numbers, deviations numbers above 0');
}
