/**
 * Learning rates over a run: linear warm-up from 0, then linear decay to 0, half a cosine to 0 (Loshchilov & Hutter 2017, SGDR,
 * equation 5), or constant.
 */

export type ScheduleShape = 'linear' | 'cosine' | 'constant';

export interface Schedule {
  readonly shape: ScheduleShape;
  /** The highest rate, reached when the warm-up ends. */
  readonly learningRate: number;
  readonly warmupSteps: number;
  readonly totalSteps: number;
}

/** The rate of `step`, which counts from 1. The first step of a warm-up has rate 0, as in transformers. */
export function learningRateAt(step: number, { shape, learningRate, warmupSteps, totalSteps }: Schedule): number {
  const done = step - 1;
  if (done < warmupSteps) return (learningRate * done) / warmupSteps;
  const progress = Math.min(1, (done - warmupSteps) / Math.max(1, totalSteps - warmupSteps));
  switch (shape) {
    case 'constant':
      return learningRate;
    case 'linear':
      return learningRate * (1 - progress);
    case 'cosine':
      return learningRate * 0.5 * (1 + Math.cos(Math.PI * progress));
  }
}
