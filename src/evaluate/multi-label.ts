/**
 * Scores of a model that may give an example several classes, or none. F1 is micro (one count over all classes) and macro (the plain
 * mean over classes), 0 where no positive occurs or is predicted, as in scikit-learn; subset accuracy asks for the whole set at once.
 */
import { rowsOf } from './classification.ts';

/** Ratios. */
export type MultiLabelScores = { microF1: number; macroF1: number; subsetAccuracy: number };

/** Predictions `[B C]` beside labels `[B C]`, both row-major, 1 where a class holds, else 0. */
export type LabelSets = { predictions: ArrayLike<number>; labels: ArrayLike<number>; classes: number };

/** Which classes hold by logits `[B C]`: those with a probability above 1/2, which is a logit above 0. */
export function predictedSets(logits: ArrayLike<number>, classes: number): Uint8Array {
  const sets = new Uint8Array(rowsOf(logits, classes) * classes);
  for (let at = 0; at < sets.length; at++) {
    if (Number.isNaN(logits[at]!)) throw new Error(`the logits of example ${Math.floor(at / classes)} hold NaN at class ${at % classes}: the model diverged`);
    sets[at] = logits[at]! > 0 ? 1 : 0;
  }
  return sets;
}

/** All three scores. Throws on unequal sizes, on no example and on an entry that is neither 0 nor 1, naming its place. */
export function multiLabelScores({ predictions, labels, classes }: LabelSets): MultiLabelScores {
  const examples = rowsOf(labels, classes);
  if (rowsOf(predictions, classes) !== examples) throw new Error(`predictions of ${predictions.length / classes} examples cannot be scored against labels of ${examples}`);
  if (examples === 0) throw new Error('there is no example to score');
  const [hits, occurring, predicted] = [new Float64Array(classes), new Float64Array(classes), new Float64Array(classes)];
  let wholeSets = 0;
  for (let row = 0; row < examples; row++) {
    let differences = 0;
    for (let index = 0; index < classes; index++) {
      const [label, prediction] = [entryAt(labels, row, index, { classes, what: 'label' }), entryAt(predictions, row, index, { classes, what: 'prediction' })];
      hits[index]! += label * prediction;
      occurring[index]! += label;
      predicted[index]! += prediction;
      differences += Math.abs(label - prediction);
    }
    if (differences === 0) wholeSets += 1;
  }
  const f1 = (hit: number, all: number): number => (all === 0 ? 0 : (2 * hit) / all);
  const sum = (values: Float64Array): number => values.reduce((total, value) => total + value, 0);
  return {
    microF1: f1(sum(hits), sum(occurring) + sum(predicted)),
    macroF1: sum(hits.map((hit, index) => f1(hit, occurring[index]! + predicted[index]!))) / classes,
    subsetAccuracy: wholeSets / examples,
  };
}

function entryAt(values: ArrayLike<number>, row: number, index: number, { classes, what }: { classes: number; what: string }): number {
  const value = values[row * classes + index]!;
  if (value === 0 || value === 1) return value;
  throw new Error(`the ${what} of example ${row} says ${value} of class ${index}, where 0 or 1 is wanted`);
}
