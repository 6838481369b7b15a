/**
 * Scoring a model on a labelled corpus: its logits in corpus order, and the scores of its task from them. Which of them a benchmark
 * reports is not decided here.
 */
import type { ModelFacts } from '../models/facts.ts';
import type { Model } from '../models/model.ts';
import { classLogits } from '../teacher/label-corpus.ts';
import type { EncodedCorpus } from '../text/encoded-corpus.ts';
import type { EncodedLabels } from '../text/encoded-labels.ts';
import { type ClassificationScores, classificationScores, predictedClasses } from './classification.ts';
import { type MultiLabelScores, multiLabelScores, predictedSets } from './multi-label.ts';
import { type RegressionScores, regressionScores } from './regression.ts';

/** The scores of one class, of several classes or of a number per example. */
export type Scores = ClassificationScores | MultiLabelScores | RegressionScores;

type NameIn<S> = S extends unknown ? keyof S : never;
export type ScoreName = NameIn<Scores>;

export const scoreNames = ['accuracy', 'f1', 'microF1', 'macroF1', 'subsetAccuracy', 'matthews', 'pearson', 'spearman', 'mse'] as const satisfies readonly ScoreName[];

export interface ScoredLogits<S extends Scores = Scores> {
  readonly scores: S;
  /** [N, C] in corpus order; C is 1 for a regression. */
  readonly logits: Float32Array;
}

/** The scores of each task that can rank models, higher being better; the usual one first. */
export const rankingScores = {
  'single-label': ['accuracy', 'f1', 'macroF1', 'matthews'],
  'multi-label': ['microF1', 'macroF1', 'subsetAccuracy'],
  regression: ['pearson', 'spearman'],
} as const satisfies Record<EncodedLabels['kind'], readonly ScoreName[]>;

/** Which of a task's scores stand in a table beside the one that ranks. */
export const tabledScores = {
  'single-label': ['accuracy'],
  'multi-label': ['microF1', 'macroF1', 'subsetAccuracy'],
  regression: ['pearson', 'spearman', 'mse'],
} as const satisfies Record<EncodedLabels['kind'], readonly ScoreName[]>;

/** One of some scores by its name. @throws where the task has no such score. */
export function scoreCalled(name: string, scores: Scores): number {
  const value = (scores as Readonly<Record<string, number>>)[name];
  if (value === undefined) throw new Error(`there is no score '${name}'; there are ${Object.keys(scores).join(', ')}`);
  return value;
}

/** Runs the model over a corpus and scores it by its task. @throws if the labels are of another task, or do not stand throughout. */
export async function modelScores(model: Model<ModelFacts>, corpus: EncodedCorpus, options: { rows?: number } = {}): Promise<ScoredLogits> {
  const { task } = model.config;
  const { labels } = corpus;
  if (labels?.kind !== task) throw new Error(`a model that is ${task} cannot be scored on ${labels === undefined ? 'an unlabelled corpus' : `labels that are ${labels.kind}`}`);
  requireLabels(labels, corpus.exampleIds);
  const logits = await classLogits(model, corpus, options);
  return { scores: scoresOf(logits, labels, corpus.exampleIds), logits };
}

/** The same of a model that gives each example one class. */
export async function classifierScores(model: Model<ModelFacts>, corpus: EncodedCorpus, options: { rows?: number } = {}): Promise<ScoredLogits<ClassificationScores> & { predictions: Int32Array }> {
  const { labels } = corpus;
  if (labels?.kind !== 'single-label') throw new Error(`accuracy, F1 and Matthews correlation want one class per example, not ${labels?.kind ?? 'an unlabelled corpus'}`);
  requireLabels(labels, corpus.exampleIds);
  const logits = await classLogits(model, corpus, options);
  const predictions = predictedClasses(logits, model.config.labels.length);
  return { scores: classificationScores({ predictions, labels: labels.indices, classes: model.config.labels.length }), logits, predictions };
}

/**
 * The scores of logits [N, C] against the labels of the same examples.
 * @throws for an example without a label, by its id, for logits of another number of classes, and for logits that hold NaN.
 */
export function scoresOf(logits: Float32Array, labels: EncodedLabels, exampleIds: readonly string[]): Scores {
  requireLabels(labels, exampleIds);
  const classes = labels.kind === 'regression' ? 1 : labels.names.length;
  if (logits.length !== classes * exampleIds.length) throw new Error(`${logits.length} logits cannot be scored on ${exampleIds.length} examples of ${classes} ${classes === 1 ? 'number' : 'classes'} each`);
  switch (labels.kind) {
    case 'single-label':
      return classificationScores({ predictions: predictedClasses(logits, classes), labels: labels.indices, classes });
    case 'multi-label':
      return multiLabelScores({ predictions: predictedSets(logits, classes), labels: labels.hits, classes });
    case 'regression':
      return regressionScores({ predictions: logits, labels: labels.scores });
  }
}

function requireLabels(labels: EncodedLabels, exampleIds: readonly string[]): void {
  const bare = unlabelledRow(labels);
  if (bare >= 0) throw new Error(`example ${exampleIds[bare] ?? bare} has no label: an evaluation corpus must be labelled throughout`);
}

/** The first row without a label; -1 where all have one. */
function unlabelledRow(labels: EncodedLabels): number {
  switch (labels.kind) {
    case 'single-label':
      return labels.indices.findIndex((label) => label < 0);
    case 'multi-label':
      return Math.floor(labels.hits.findIndex((hit) => hit < 0) / labels.names.length);
    case 'regression':
      return labels.scores.findIndex((score) => Number.isNaN(score));
  }
}
