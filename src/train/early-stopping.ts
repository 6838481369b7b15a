/**
 * When a run may end before its last step: after so many evaluations in a row without an improvement (Prechelt 1998, "Early Stopping -
 * But When?", LNCS 1524, criterion UP). A score improves on the last score that did, not on the best one, so that many small rises add
 * up. The state is two numbers, which a checkpoint keeps; which weights are best is not decided here.
 */

export interface EarlyStopping {
  /** Evaluations in a row without an improvement that end the run; 0 = it never ends early. */
  readonly patience: number;
  /** A score must be above the last one that improved by more than this. */
  readonly minImprovement: number;
}

export interface Waiting {
  /** The last score that improved; null before the first one. */
  readonly reference: number | null;
  /** Evaluations since then. */
  readonly waited: number;
}

export const notWaiting: Waiting = { reference: null, waited: 0 };

/** The state after one more evaluation. A score that is no finite number improves nothing. */
export function afterScore({ reference, waited }: Waiting, score: number, { minImprovement }: EarlyStopping): Waiting {
  const improves = Number.isFinite(score) && (reference === null || score - minImprovement > reference);
  return improves ? { reference: score, waited: 0 } : { reference, waited: waited + 1 };
}

export function isPatienceSpent({ waited }: Waiting, { patience }: EarlyStopping): boolean {
  return patience > 0 && waited >= patience;
}

/** Why the run ended, for a person. */
export function stoppingReason({ waited }: Waiting, metric: string, { minImprovement }: EarlyStopping): string {
  const rise = minImprovement === 0 ? 'did not rise' : `rose by no more than ${minImprovement}`;
  return `${metric} ${rise} in ${waited} ${waited === 1 ? 'evaluation' : 'evaluations'}`;
}

/** @throws for settings that cannot be meant; `evaluates` says whether the run is scored before its end. */
export function checkEarlyStopping({ patience, minImprovement }: EarlyStopping, { evaluates }: { evaluates: boolean }): void {
  if (!Number.isInteger(patience) || patience < 0) throw new Error(`patience must be a whole number from 0, not ${patience}`);
  if (!(minImprovement >= 0 && minImprovement < Infinity)) throw new Error(`minImprovement must be a number from 0, not ${minImprovement}`);
  if (patience > 0 && !evaluates) throw new Error(`a patience of ${patience} counts evaluations, but there is none before the end: give a score and evaluateEvery`);
}
