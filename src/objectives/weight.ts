/**
 * Weights of objectives and of their parts: numbers, or schedules that follow the step. A schedule is data, or a function with a
 * description, because a run's identity and its report must name it.
 */

/** `from` at the first step, `to` at step `steps` and ever after, straight in between. */
export interface LinearWeight {
  readonly from: number;
  readonly to: number;
  /** A whole number from 2. */
  readonly steps: number;
}

/** Any other course, such as { description: '0.9 until step 500', at: (step) => (step <= 500 ? 0.9 : 0) }. */
export interface DescribedWeight {
  /** Says everything that determines the numbers: two runs of one description are taken to be the same. */
  readonly description: string;
  /** Steps count from 1. */
  readonly at: (step: number) => number;
}

/** From 0, or within 0..1 where it is the share of a part. */
export type Weight = number | LinearWeight | DescribedWeight;

/** @throws if a number of the weight lies outside 0..`most`, or a schedule is not whole. `what` names it: 'the weight of hard-labels'. */
export function checkWeight(weight: Weight, what: string, most = Infinity): void {
  if (typeof weight === 'number') requireNumber(weight, what, most);
  else if ('at' in weight) {
    if (weight.description.trim() === '') throw new Error(`${what} follows the step, but its description is empty: say how`);
  } else {
    requireNumber(weight.from, `${what} at the first step`, most);
    requireNumber(weight.to, `${what} at the last step`, most);
    if (!Number.isInteger(weight.steps) || weight.steps < 2) throw new Error(`${what} runs over a whole number of steps from 2, not ${weight.steps}`);
  }
}

/**
 * The weight at a step, from 1. A constant does not look at the step, so that what hangs on it is seen to be the same in every one.
 * @throws if a described one then lies outside 0..`most`.
 */
export function weightAt(weight: Weight, context: { readonly step: number }, what: string, most = Infinity): number {
  if (typeof weight === 'number') return weight;
  const { step } = context;
  if ('at' in weight) {
    const value = weight.at(step);
    requireNumber(value, `${what} (${weight.description}) at step ${step}`, most);
    return value;
  }
  const { from, to, steps } = weight;
  return from + (to - from) * Math.min(1, (step - 1) / (steps - 1));
}

/** For names and settings: the number, or how it follows the step. */
export function describedWeight(weight: Weight): number | string {
  if (typeof weight === 'number') return weight;
  return 'at' in weight ? weight.description : `${weight.from} to ${weight.to} over ${weight.steps} steps`;
}

function requireNumber(value: number, what: string, most: number): void {
  if (value >= 0 && value <= most && Number.isFinite(value)) return;
  throw new Error(`${what} must ${most === Infinity ? 'be a number from 0' : `lie in 0..${most}`}, not ${value}`);
}
