/**
 * Scores of a model that answers with one number: Pearson, Spearman and the mean squared error, in float64. A correlation is NaN where
 * all answers (or all labels) are equal.
 */
import { pearson, spearman } from './correlation.ts';

export type RegressionScores = { pearson: number; spearman: number; mse: number };

/** Answers `[B]` beside labels `[B]`. Throws on unequal lengths, on fewer than two and on one that is not finite, naming its place. */
export function regressionScores({ predictions, labels }: { predictions: ArrayLike<number>; labels: ArrayLike<number> }): RegressionScores {
  if (predictions.length !== labels.length) throw new Error(`${predictions.length} predictions cannot be scored against ${labels.length} labels`);
  let squares = 0;
  for (let index = 0; index < labels.length; index++) {
    const [prediction, label] = [predictions[index]!, labels[index]!];
    if (!Number.isFinite(prediction)) throw new Error(`the answer to example ${index} is ${prediction}: the model diverged`);
    if (!Number.isFinite(label)) throw new Error(`the label of example ${index} is ${label}, which is not a score`);
    squares += (prediction - label) ** 2;
  }
  return { pearson: pearson(predictions, labels), spearman: spearman(predictions, labels), mse: squares / labels.length };
}
