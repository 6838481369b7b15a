/**
 * Who takes part in a run. One process today; batches are already dealt by rank from one seeded order, so that more can join.
 */
export interface World {
  readonly rank: number;
  readonly size: number;
}

export const alone: World = { rank: 0, size: 1 };
