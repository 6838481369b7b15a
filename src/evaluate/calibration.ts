/**
 * Whether a classifier is as sure as it is right: the expected calibration error and the bins of a reliability diagram (Guo, Pleiss,
 * Sun, Weinberger 2017, "On Calibration of Modern Neural Networks", arXiv:1706.04599, equation 3). The confidence of an example is the
 * probability of its predicted class; bins have equal width, bin b of M holds confidences in (b/M, (b+1)/M].
 */
import { predictedClasses, rowsOf } from './classification.ts';

/** One bin: how many examples, and the means of their confidence and of being right; both are 0 where there is none. */
export type ReliabilityBin = { low: number; high: number; count: number; confidence: number; accuracy: number };

/** `ece` is the mean of |accuracy - confidence| over bins, each weighed by its share of the examples: a ratio. */
export type Calibration = { ece: number; bins: readonly ReliabilityBin[] };

/** A row of probabilities may miss 1 by this, which is more than half precision loses over any usual number of classes. */
const tolerance = 1e-2;

/**
 * @param probabilities `[B C]` row-major. @param labels `[B]` class indices. @param bins how many.
 * Throws on unequal sizes, on no example, on a row that is no distribution and on a label that is no class, naming its place.
 */
export function calibration({ probabilities, labels, classes, bins = 15 }: {
  probabilities: ArrayLike<number>;
  labels: ArrayLike<number>;
  classes: number;
  bins?: number;
}): Calibration {
  const examples = rowsOf(probabilities, classes);
  if (!Number.isInteger(bins) || bins < 1) throw new Error(`bins must be a whole number from 1, not ${bins}`);
  if (examples !== labels.length) throw new Error(`the probabilities of ${examples} examples cannot be held against ${labels.length} labels`);
  if (examples === 0) throw new Error('there is no example to calibrate');
  const predictions = predictedClasses(probabilities, classes);
  const [counts, confidences, hits] = [new Float64Array(bins), new Float64Array(bins), new Float64Array(bins)];
  for (let row = 0; row < examples; row++) {
    checkRow(probabilities, row, classes);
    const label = labels[row]!;
    if (!(Number.isInteger(label) && label >= 0 && label < classes)) throw new Error(`the label of example ${row} is ${label}, which is not a class in 0..${classes - 1}`);
    const confidence = probabilities[row * classes + predictions[row]!]!;
    const bin = binOf(confidence, bins);
    counts[bin]! += 1;
    confidences[bin]! += confidence;
    if (predictions[row] === label) hits[bin]! += 1;
  }
  const ece = counts.reduce((sum, _, bin) => sum + Math.abs(hits[bin]! - confidences[bin]!), 0) / examples;
  return {
    ece,
    bins: Array.from(counts, (count, bin) => ({
      low: bin / bins,
      high: (bin + 1) / bins,
      count,
      confidence: count === 0 ? 0 : confidences[bin]! / count,
      accuracy: count === 0 ? 0 : hits[bin]! / count,
    })),
  };
}

/** Compared with the edges as they are rounded, so that a confidence of 0.6 among 15 bins is on the edge that 9/15 is. */
function binOf(confidence: number, bins: number): number {
  const near = Math.min(bins - 1, Math.max(0, Math.ceil(confidence * bins) - 1));
  if (near > 0 && confidence <= near / bins) return near - 1;
  return near + 1 < bins && confidence > (near + 1) / bins ? near + 1 : near;
}

function checkRow(probabilities: ArrayLike<number>, row: number, classes: number): void {
  let sum = 0;
  for (let index = 0; index < classes; index++) {
    const probability = probabilities[row * classes + index]!;
    if (!(probability >= 0 && probability <= 1)) throw new Error(`the probability of class ${index} for example ${row} is ${probability}; give probabilities, not logits`);
    sum += probability;
  }
  if (Math.abs(sum - 1) > tolerance) throw new Error(`the probabilities of example ${row} add up to ${sum}, not to 1`);
}
