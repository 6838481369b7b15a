/**
 * Scoring a classifier on a labelled corpus: its logits in corpus order, and the task's metrics from them.
 */
import type { Model } from '../models/model.ts';
import { classLogits } from '../teacher/label-corpus.ts';
import type { EncodedCorpus } from '../text/encoded-corpus.ts';
import { type ClassificationScores, classificationScores, predictedClasses } from './classification.ts';

export interface ScoredLogits {
  readonly scores: ClassificationScores;
  /** [N, C] in corpus order. */
  readonly logits: Float32Array;
  readonly predictions: Int32Array;
}

/** @throws if the corpus is not labelled throughout, or not with one class per example. */
export async function classifierScores(model: Model, corpus: EncodedCorpus, { rows = 64 }: { rows?: number } = {}): Promise<ScoredLogits> {
  const { labels } = corpus;
  if (labels?.kind !== 'single-label') throw new Error(`accuracy, F1 and Matthews correlation want one class per example, not ${labels?.kind ?? 'an unlabelled corpus'}`);
  const bare = labels.indices.findIndex((label) => label < 0);
  if (bare >= 0) throw new Error(`example ${corpus.exampleIds[bare] ?? bare} has no label: an evaluation corpus must be labelled throughout`);
  const classes = model.config.labels.length;
  const logits = await classLogits(model, corpus, { rows });
  const predictions = predictedClasses(logits, classes);
  return { scores: classificationScores({ predictions, labels: labels.indices, classes }), logits, predictions };
}
