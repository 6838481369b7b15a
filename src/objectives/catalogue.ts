/**
 * Every objective by its name: what the contract tests walk through and `retort list` prints.
 */
import { distilbert } from './distilbert.ts';
import { hardLabels } from './hard-labels.ts';
import { labelSmoothing } from './label-smoothing.ts';
import type { Objective } from './objective.ts';
import { softLabel } from './soft-label.ts';

/** Each entry makes the objective at its defaults. */
export const objectiveCatalogue: Readonly<Record<string, () => Objective>> = {
  distilbert,
  'hard-labels': hardLabels,
  'label-smoothing': labelSmoothing,
  'soft-label': softLabel,
};
