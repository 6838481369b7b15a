/**
 * Every objective by its name: what the contract tests walk through and `retort list` prints.
 */
import { distilbert } from './distilbert.ts';
import { ensembleAverage } from './ensemble-average.ts';
import { hardLabels } from './hard-labels.ts';
import { kdPt } from './kd-pt.ts';
import { kdRel } from './kd-rel.ts';
import { kdSim } from './kd-sim.ts';
import { kdTopk } from './kd-topk.ts';
import { labelSmoothing } from './label-smoothing.ts';
import { logitMse } from './logit-mse.ts';
import { mtDnn } from './mt-dnn.ts';
import { noisyLabel } from './noisy-label.ts';
import { noisyLogit } from './noisy-logit.ts';
import type { Objective } from './objective.ts';
import { oracleEnsemble } from './oracle-ensemble.ts';
import { softLabel } from './soft-label.ts';
import { tinybertPrediction } from './tinybert-prediction.ts';

/** Each entry makes the objective at its defaults. */
export const objectiveCatalogue: Readonly<Record<string, () => Objective>> = {
  distilbert,
  'ensemble-average': ensembleAverage,
  'hard-labels': hardLabels,
  'kd-pt': kdPt,
  'kd-rel': kdRel,
  'kd-sim': kdSim,
  'kd-topk': kdTopk,
  'label-smoothing': labelSmoothing,
  'logit-mse': logitMse,
  'mt-dnn': mtDnn,
  'noisy-label': noisyLabel,
  'noisy-logit': noisyLogit,
  'oracle-ensemble': oracleEnsemble,
  'soft-label': softLabel,
  'tinybert-prediction': tinybertPrediction,
};
