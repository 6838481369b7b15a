/**
 * The floor every student has to clear: multinomial logistic regression on which words a text holds, in plain float64. The strength
 * of L2 is chosen on dev; the fit is convex, so full-batch accelerated gradient (Nesterov 1983, with the adaptive restart of
 * O'Donoghue and Candès, arXiv:1204.3982) approaches the one optimum and the same rows always give the same predictions.
 * It knows neither word order nor n-grams, and no tensor passes here.
 */
import { accuracy, confusionOf, predictedClasses } from './classification.ts';

/** Texts beside their class indices, `[B]` each. */
export type LabelledTexts = { texts: readonly string[]; labels: ArrayLike<number> };

/** `predictions` of the test texts, the `l2` that did best on dev, and how many `words` the regression knows. */
export type BagOfWords = { predictions: Int32Array; l2: number; words: number };

/** Rows of word numbers, compressed: row i holds `words[starts[i]..starts[i + 1]]`. Each row's last word is the constant 1. */
type Rows = { readonly starts: Int32Array; readonly words: Int32Array };

/** L2 strengths tried, strongest first: each fit starts from the one before, and a tie on dev keeps the simpler model. */
const l2Grid = [1e-1, 3e-2, 1e-2, 3e-3, 1e-3, 3e-4] as const;

/** A fit has converged when the mean gradient of no weight is above this; predictions have long stopped moving then. */
const gradientTolerance = 1e-4;
const maxIterations = 300;

/**
 * Fits on `train`, chooses L2 by accuracy on `dev` and predicts `test`. Words are runs of letters and digits, lower-cased;
 * those seen in a single training text are left out.
 */
export function bagOfWordsBaseline({ train, dev, test, classes }: {
  train: LabelledTexts;
  dev: LabelledTexts;
  test: { texts: readonly string[] };
  classes: number;
}): BagOfWords {
  // Labels are checked here, so that a class that does not exist is named before any time is spent.
  confusionOf({ predictions: train.labels, labels: train.labels, classes });
  if (train.texts.length !== train.labels.length) {
    throw new Error(`${train.texts.length} training texts have ${train.labels.length} labels`);
  }
  const vocabulary = vocabularyOf(train.texts);
  const trainRows = rowsOfTexts(train.texts, vocabulary);
  const devRows = rowsOfTexts(dev.texts, vocabulary);
  let weights: Float64Array = new Float64Array((vocabulary.size + 1) * classes);
  let best = { accuracy: -1, l2: 0, weights };
  for (const l2 of l2Grid) {
    weights = fit(trainRows, train.labels, { classes, l2, from: weights });
    const predictions = predictedClasses(logitsOf(devRows, weights, classes), classes);
    const devAccuracy = accuracy(confusionOf({ predictions, labels: dev.labels, classes }));
    if (devAccuracy > best.accuracy) best = { accuracy: devAccuracy, l2, weights };
  }
  const logits = logitsOf(rowsOfTexts(test.texts, vocabulary), best.weights, classes);
  return { predictions: predictedClasses(logits, classes), l2: best.l2, words: vocabulary.size };
}

const wordsOf = (text: string): Set<string> => new Set(text.normalize('NFKC').toLowerCase().match(/[\p{L}\p{N}\p{M}]+/gu) ?? []);

/** The words of at least two texts, numbered in the order of their first appearance. */
function vocabularyOf(texts: readonly string[]): Map<string, number> {
  const textsWith = new Map<string, number>();
  for (const text of texts) for (const word of wordsOf(text)) textsWith.set(word, (textsWith.get(word) ?? 0) + 1);
  const kept = [...textsWith].filter(([, count]) => count > 1);
  return new Map(kept.map(([word], index) => [word, index]));
}

function rowsOfTexts(texts: readonly string[], vocabulary: ReadonlyMap<string, number>): Rows {
  const starts = new Int32Array(texts.length + 1);
  const words: number[] = [];
  texts.forEach((text, row) => {
    for (const word of wordsOf(text)) {
      const index = vocabulary.get(word);
      if (index !== undefined) words.push(index);
    }
    words.push(vocabulary.size);
    starts[row + 1] = words.length;
  });
  return { starts, words: Int32Array.from(words) };
}

/** The logits `[B C]` of every row under weights `[C, W + 1]`: class by class, which keeps the inner loop to one addition. */
function logitsOf({ starts, words }: Rows, weights: Float64Array, classes: number): Float64Array {
  const logits = new Float64Array((starts.length - 1) * classes);
  for (let index = 0; index < classes; index++) {
    const own = weights.subarray((index * weights.length) / classes, ((index + 1) * weights.length) / classes);
    for (let row = 0; row + 1 < starts.length; row++) {
      let logit = 0;
      for (let at = starts[row]!; at < starts[row + 1]!; at++) logit += own[words[at]!]!;
      logits[row * classes + index] = logit;
    }
  }
  return logits;
}

/** The weights that minimise mean cross-entropy + l2/2 |weights|², the constant's weights free of L2. */
function fit(rows: Rows, labels: ArrayLike<number>, { classes, l2, from }: { classes: number; l2: number; from: Float64Array }): Float64Array {
  const size = from.length / classes;
  const steps = stepSizes(rows, { size, l2 });
  let weights: Float64Array = from.slice();
  let ahead: Float64Array = from.slice();
  let momentum = 1;
  for (let iteration = 0; iteration < maxIterations; iteration++) {
    const gradient = gradientOf(rows, labels, { classes, l2, weights: ahead });
    if (gradient.every((value) => Math.abs(value) <= gradientTolerance)) return ahead;
    const next = ahead.map((value, index) => value - steps[index % size]! * gradient[index]!);
    let uphill = 0;
    gradient.forEach((value, index) => (uphill += value * (next[index]! - weights[index]!)));
    const nextMomentum = uphill > 0 ? 1 : (1 + Math.sqrt(1 + 4 * momentum * momentum)) / 2;
    const inertia = uphill > 0 ? 0 : (momentum - 1) / nextMomentum;
    ahead = next.map((value, index) => value + inertia * (value - weights[index]!));
    weights = next;
    momentum = nextMomentum;
  }
  return weights;
}

/**
 * A step for each word, so that rare words learn as fast as common ones. The curvature of softmax is at most 1/2, and
 * (Σ_j d_j)² <= n Σ_j d_j² over the n words of a row: the Hessian is at most diagonal, 1/2 the mean over rows of n where the word occurs.
 */
function stepSizes({ starts, words }: Rows, { size, l2 }: { size: number; l2: number }): Float64Array {
  const curvature = new Float64Array(size).fill(l2);
  const rows = starts.length - 1;
  for (let row = 0; row < rows; row++) {
    const share = (0.5 * (starts[row + 1]! - starts[row]!)) / rows;
    for (let at = starts[row]!; at < starts[row + 1]!; at++) curvature[words[at]!]! += share;
  }
  return curvature.map((value) => 1 / value);
}

/** The gradient `[C, W + 1]` of what `fit` minimises. */
function gradientOf(
  rows: Rows,
  labels: ArrayLike<number>,
  { classes, l2, weights }: { classes: number; l2: number; weights: Float64Array },
): Float64Array {
  const { starts, words } = rows;
  const size = weights.length / classes;
  const errors = errorsOf(logitsOf(rows, weights, classes), labels, classes);
  const gradient = weights.map((value, index) => (index % size === size - 1 ? 0 : l2 * value));
  for (let index = 0; index < classes; index++) {
    const own = gradient.subarray(index * size, (index + 1) * size);
    for (let row = 0; row < labels.length; row++) {
      const error = errors[row * classes + index]!;
      for (let at = starts[row]!; at < starts[row + 1]!; at++) own[words[at]!]! += error;
    }
  }
  return gradient;
}

/** The gradient `[B C]` of mean cross-entropy by the logits, (softmax - one-hot) / B, written over them. */
function errorsOf(logits: Float64Array, labels: ArrayLike<number>, classes: number): Float64Array {
  const examples = labels.length;
  for (let row = 0; row < examples; row++) {
    const first = row * classes;
    let largest = -Infinity;
    for (let at = first; at < first + classes; at++) largest = Math.max(largest, logits[at]!);
    let mass = 0;
    for (let at = first; at < first + classes; at++) mass += logits[at] = Math.exp(logits[at]! - largest);
    for (let at = first; at < first + classes; at++) logits[at]! /= mass * examples;
    logits[first + labels[row]!]! -= 1 / examples;
  }
  return logits;
}
