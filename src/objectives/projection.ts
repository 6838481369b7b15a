/**
 * Learned linear maps from what the student says to where the teacher says it, where the two differ in width: y = x Wᵀ + b. They serve
 * the matching alone and leave no trace in the student.
 */
import { linear } from '../engine/fused/linear.ts';
import type * as tf from '../engine/tf.ts';
import type { ParameterSpec } from '../nn/parameters.ts';
import { ownParameter, type StepContext } from './objective.ts';

/** Where states are projected before they are compared: everywhere, where the widths differ, or nowhere (then the widths must agree). */
export type ProjectionUse = 'always' | 'where-widths-differ' | 'never';

export function usesProjection(use: ProjectionUse, from: number, to: number): boolean {
  return use === 'always' || (use === 'where-widths-differ' && from !== to);
}

/** Weight [to, from], of a spread that keeps the size of states, and bias [to]. */
export function projectionSpecs(name: string, { from, to, bias = false }: { from: number; to: number; bias?: boolean }): ParameterSpec[] {
  return [
    { name: `${name}.weight`, shape: [to, from], initial: { deviation: 1 / Math.sqrt(from) } },
    ...(bias ? [{ name: `${name}.bias`, shape: [to], initial: 'zeros' } as const] : []),
  ];
}

/** [..., from] -> [..., to] */
export function project(x: tf.Tensor, { objective, name, context, bias = false }: { objective: string; name: string; context: StepContext; bias?: boolean }): tf.Tensor {
  const weight = ownParameter(context, objective, `${name}.weight`);
  return linear(x, bias ? { weight, bias: ownParameter(context, objective, `${name}.bias`) } : { weight });
}

/** Why states of other widths cannot be compared. */
export function widthRefusal(use: ProjectionUse, student: number, teacher: number): string | undefined {
  if (use !== 'never' || student === teacher) return undefined;
  return `the student's states are ${student} wide, the teacher's ${teacher}, and no projection is allowed; allow one ('where-widths-differ'), or take a student of the teacher's width`;
}
