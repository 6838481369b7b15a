/**
 * Only which classes are kin, by a matrix that a person gives (a taxonomy of labels, say): much on the truth, some on its kin, the rest
 * spread evenly. No teacher speaks. Tang et al. 2020.
 */
import * as tf from '../engine/tf.ts';
import { fingerprint } from '../storage/hash.ts';
import { checkAlpha, checkTemperature, mixtureWith } from './mixture.ts';
import type { Objective } from './objective.ts';
import { type PartialOptions, tang } from './partial-knowledge.ts';
import { labelRows, labelsOf, requireHead } from './rows.ts';
import { stopGradient } from './stop-gradient.ts';
import { describedWeight } from './weight.ts';

export interface KdRelOptions extends PartialOptions {
  /** a, at most 1: the share of the labelled class. */
  readonly a?: number;
  /** b, 0..a: the share of each of its kin. Choose both so that what is left for each other class is less than b. */
  readonly b?: number;
  /** [C][C], 1 where column c is kin to row y; the diagonal is not looked at. Absent, no class has kin. */
  readonly relation?: readonly (readonly number[])[];
}

/**
 * L = mean over labelled rows of (1 - α) CE(y, p_s) + α T² KL(ρ ‖ p_s^T), ρ_y = a, ρ_c = b for the R classes related to y and
 * (1 - a - R b) / (C - 1 - R), at least 0, for each other, rescaled to sum 1; Tang et al. 2020, KD-rel.
 * Shapes: logits [B, C], classes [B] (below 0 = no label).
 * Averages over labelled rows: without a label there is no ρ. Scale: the soft term carries T²; ρ is not softened.
 * Deviations: the paper leaves open what happens where a and b leave no mass for others: they get none, and ρ is rescaled.
 */
export function kdRel({ temperature = 2, alpha = 1, a = 0.7, b = 0.15, relation }: KdRelOptions = {}): Objective<{ logits: true }, object> {
  checkTemperature('kd-rel', temperature);
  checkAlpha('kd-rel', alpha);
  if (!(a > 0 && a <= 1 && b >= 0 && b < a)) throw new Error(`kd-rel: a must lie in 0..1 and b below it, not ${a} and ${b}`);
  if (relation !== undefined) check(relation);
  return {
    name: 'kd-rel',
    settings: { temperature, alpha: describedWeight(alpha), a, b, ...(relation && { relation: fingerprint(relation).slice(0, 16) }) },
    paper: tang,
    wants: { student: { logits: true }, teacher: {} },
    loss: ({ logits }, _teacher, batch, context) => {
      requireHead('kd-rel', 'single-label', logits, batch);
      const classes = logits.shape[1] ?? 0;
      if (relation !== undefined && relation.length !== classes) throw new Error(`kd-rel: a relation of ${relation.length} classes for ${classes}`);
      const { targets } = labelRows(labelsOf(batch, 'kd-rel', 'single-label'), classes);
      const target = stopGradient((hits) => tf.matMul(hits as tf.Tensor2D, tf.tensor2d(kdRelTable(classes, { a, b, relation }))), targets); // [B, C]
      return mixtureWith(target, { name: 'kd-rel', alpha, temperature, logits, unlabelled: 'nothing', batch, context });
    },
  };
}

/** ρ for every label: [C][C]. */
export function kdRelTable(classes: number, { a, b, relation }: { readonly a: number; readonly b: number; readonly relation: KdRelOptions['relation'] | undefined }): number[][] {
  return Array.from({ length: classes }, (_, y) => {
    const isKin = (c: number) => c !== y && relation?.[y]?.[c] === 1;
    const kin = Array.from({ length: classes }, (__, c) => c).filter(isKin).length;
    const others = classes - 1 - kin;
    const rest = others === 0 ? 0 : Math.max(0, 1 - a - kin * b) / others;
    const row = Array.from({ length: classes }, (__, c) => (c === y ? a : isKin(c) ? b : rest));
    const sum = row.reduce((total, share) => total + share, 0);
    return row.map((share) => share / sum);
  });
}

function check(relation: readonly (readonly number[])[]): void {
  if (relation.length === 0 || relation.some((row) => row.length !== relation.length)) throw new Error('kd-rel: the relation must be square, a row and a column for each class');
  if (relation.flat().some((entry) => entry !== 0 && entry !== 1)) throw new Error('kd-rel: the relation holds 0 and 1 only');
}
