/**
 * Every objective by its name: what the contract tests walk through and `retort list` prints.
 */
import { activationBoundary } from './activation-boundary.ts';
import { attentionTransfer } from './attention-transfer.ts';
import { cckd } from './cckd.ts';
import { cosineHidden } from './cosine-hidden.ts';
import { crd } from './crd.ts';
import { distilbert } from './distilbert.ts';
import { ensembleAverage } from './ensemble-average.ts';
import { factorTransfer } from './factor-transfer.ts';
import { fsp } from './fsp.ts';
import { hardLabels } from './hard-labels.ts';
import { hint } from './hint.ts';
import { kdPt } from './kd-pt.ts';
import { kdRel } from './kd-rel.ts';
import { kdSim } from './kd-sim.ts';
import { kdTopk } from './kd-topk.ts';
import { labelSmoothing } from './label-smoothing.ts';
import { logitMse } from './logit-mse.ts';
import { minilmAttention } from './minilm-attention.ts';
import { minilmRelation } from './minilm-relation.ts';
import { minilmValueRelation } from './minilm-value-relation.ts';
import { mtDnn } from './mt-dnn.ts';
import { noisyLabel } from './noisy-label.ts';
import { noisyLogit } from './noisy-logit.ts';
import { ntXent } from './nt-xent.ts';
import type { Objective } from './objective.ts';
import { oracleEnsemble } from './oracle-ensemble.ts';
import { pkd } from './pkd.ts';
import { reaugkd } from './reaugkd.ts';
import { rkdAngle } from './rkd-angle.ts';
import { rkdDistance } from './rkd-distance.ts';
import { ruleDistill } from './rule-distill.ts';
import { sentenceEmbedding } from './sentence-embedding.ts';
import { seqKd } from './seq-kd.ts';
import { similarityPreserving } from './similarity-preserving.ts';
import { softLabel } from './soft-label.ts';
import { tinybertAttention } from './tinybert-attention.ts';
import { tinybertHidden } from './tinybert-hidden.ts';
import { tinybertPrediction } from './tinybert-prediction.ts';
import { triplet } from './triplet.ts';
import { vid } from './vid.ts';
import { wordKd } from './word-kd.ts';

/** Each entry makes the objective at its defaults. */
export const objectiveCatalogue: Readonly<Record<string, () => Objective>> = {
  'activation-boundary': activationBoundary,
  'attention-transfer': attentionTransfer,
  cckd,
  'cosine-hidden': cosineHidden,
  crd,
  distilbert,
  'ensemble-average': ensembleAverage,
  'factor-transfer': factorTransfer,
  fsp,
  'hard-labels': hardLabels,
  hint,
  'kd-pt': kdPt,
  'kd-rel': kdRel,
  'kd-sim': kdSim,
  'kd-topk': kdTopk,
  'label-smoothing': labelSmoothing,
  'logit-mse': logitMse,
  'minilm-attention': minilmAttention,
  'minilm-relation': minilmRelation,
  'minilm-value-relation': minilmValueRelation,
  'mt-dnn': mtDnn,
  'noisy-label': noisyLabel,
  'noisy-logit': noisyLogit,
  'nt-xent': ntXent,
  'oracle-ensemble': oracleEnsemble,
  pkd,
  reaugkd,
  'rkd-angle': rkdAngle,
  'rkd-distance': rkdDistance,
  'rule-distill': ruleDistill,
  'sentence-embedding': sentenceEmbedding,
  'seq-kd': seqKd,
  'similarity-preserving': similarityPreserving,
  'soft-label': softLabel,
  'tinybert-attention': tinybertAttention,
  'tinybert-hidden': tinybertHidden,
  'tinybert-prediction': tinybertPrediction,
  triplet,
  vid,
  'word-kd': wordKd,
};
