/**
 * Scores of a classifier, counted in float64 from one confusion table. F1 is taken as 0 where no positive occurs or is predicted;
 * the multiclass Matthews coefficient is R_K (Gorodkin 2004, "Comparing two K-category assignments by a K-category correlation
 * coefficient"), 0 where either margin holds a single class. This file neither runs a model nor knows which score a task reports.
 */

/** How often class `row` of the labels met class `column` of the predictions: `counts` is `[C C]`, row-major. */
export type Confusion = { readonly classes: number; readonly examples: number; readonly counts: Float64Array };

/** Every score of one set of predictions, each a ratio; `matthews` lies in -1..1. `f1` is of class 1. */
export type ClassificationScores = { accuracy: number; f1: number; macroF1: number; matthews: number };

/** Predictions `[B]` beside labels `[B]`, both class indices in `0..classes-1`. */
export type LabelledPredictions = { predictions: ArrayLike<number>; labels: ArrayLike<number>; classes: number };

/** The class of the largest logit of each row of `[B C]`, the lower index where several are largest; `[B]`. */
export function predictedClasses(logits: ArrayLike<number>, classes: number): Int32Array {
  const examples = rowsOf(logits, classes);
  const predictions = new Int32Array(examples);
  for (let row = 0; row < examples; row++) {
    const start = row * classes;
    let best = 0;
    for (let index = 0; index < classes; index++) {
      const logit = logits[start + index]!;
      if (Number.isNaN(logit)) throw new Error(`the logits of example ${row} hold NaN at class ${index}: the model diverged`);
      if (logit > logits[start + best]!) best = index;
    }
    predictions[row] = best;
  }
  return predictions;
}

/** How many rows of `classes` logits there are; throws where they do not fill whole rows. */
export function rowsOf(logits: ArrayLike<number>, classes: number): number {
  if (!Number.isInteger(classes) || classes < 1) throw new Error(`the number of classes must be a whole number above 0, not ${classes}`);
  if (logits.length % classes !== 0) throw new Error(`${logits.length} logits do not make whole rows of ${classes} classes`);
  return logits.length / classes;
}

/** Counts labels against predictions. Throws on unequal lengths, on no example at all and on a class that does not exist. */
export function confusionOf({ predictions, labels, classes }: LabelledPredictions): Confusion {
  if (predictions.length !== labels.length) {
    throw new Error(`${predictions.length} predictions cannot be scored against ${labels.length} labels`);
  }
  if (labels.length === 0) throw new Error('there is no example to score');
  const counts = new Float64Array(classes * classes);
  for (let index = 0; index < labels.length; index++) {
    const label = classAt(labels, index, { classes, what: 'label' });
    counts[label * classes + classAt(predictions, index, { classes, what: 'prediction' })]! += 1;
  }
  return { classes, examples: labels.length, counts };
}

function classAt(values: ArrayLike<number>, index: number, { classes, what }: { classes: number; what: string }): number {
  const value = values[index]!;
  if (Number.isInteger(value) && value >= 0 && value < classes) return value;
  throw new Error(`the ${what} of example ${index} is ${value}, which is not a class in 0..${classes - 1}`);
}

/** The share of examples whose prediction is their label. */
export function accuracy({ classes, examples, counts }: Confusion): number {
  let right = 0;
  for (let index = 0; index < classes; index++) right += counts[index * (classes + 1)]!;
  return right / examples;
}

/** F1 of one class against all others, by default of class 1 as the two-class tasks of GLUE report it. */
export function f1({ classes, counts }: Confusion, positive = 1): number {
  if (positive >= classes) return 0;
  let occurs = 0;
  let predicted = 0;
  for (let index = 0; index < classes; index++) {
    occurs += counts[positive * classes + index]!;
    predicted += counts[index * classes + positive]!;
  }
  // 2PR / (P + R) with P = hit / predicted and R = hit / occurs.
  return occurs + predicted === 0 ? 0 : (2 * counts[positive * (classes + 1)]!) / (occurs + predicted);
}

/** The plain mean of F1 over all `classes`, a class that never occurs counting as 0. */
export function macroF1(confusion: Confusion): number {
  let sum = 0;
  for (let index = 0; index < confusion.classes; index++) sum += f1(confusion, index);
  return sum / confusion.classes;
}

/** R_K = (s c - Σ t_k p_k) / sqrt((s² - Σ p_k²)(s² - Σ t_k²)), with s examples, c of them right, t_k labels and p_k predictions of k. */
export function matthews(confusion: Confusion): number {
  const { classes, examples, counts } = confusion;
  let crossed = 0;
  let predictedSquares = 0;
  let occurringSquares = 0;
  for (let index = 0; index < classes; index++) {
    let occurs = 0;
    let predicted = 0;
    for (let other = 0; other < classes; other++) {
      occurs += counts[index * classes + other]!;
      predicted += counts[other * classes + index]!;
    }
    crossed += occurs * predicted;
    predictedSquares += predicted * predicted;
    occurringSquares += occurs * occurs;
  }
  const right = accuracy(confusion) * examples;
  const margins = (examples ** 2 - predictedSquares) * (examples ** 2 - occurringSquares);
  return margins === 0 ? 0 : (examples * right - crossed) / Math.sqrt(margins);
}

/** All four scores at once. */
export function classificationScores(labelled: LabelledPredictions): ClassificationScores {
  const confusion = confusionOf(labelled);
  return { accuracy: accuracy(confusion), f1: f1(confusion), macroF1: macroF1(confusion), matthews: matthews(confusion) };
}
