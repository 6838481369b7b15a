/**
 * From logits to probabilities, row by row in float64, shifted by the largest logit so that no exponential overflows. Temperature 1.
 */
import { rowsOf } from './classification.ts';

/** The log-probabilities `[C]` of one row of logits `[B C]`. Throws where they give no distribution (NaN, Infinity, or nothing but -Infinity). */
export function logSoftmax(logits: ArrayLike<number>, row: number, classes: number): Float64Array {
  const own = Float64Array.from({ length: classes }, (_, index) => logits[row * classes + index]!);
  const largest = own.reduce((most, logit) => Math.max(most, logit), -Infinity);
  if (!Number.isFinite(largest)) throw new Error(`the logits of example ${row} give no distribution: the largest is ${largest}`);
  let mass = 0;
  for (const logit of own) mass += Math.exp(logit - largest);
  const logMass = Math.log(mass);
  return own.map((logit) => logit - largest - logMass); // not less their sum, in which a large shift would round the mass away
}

/** The probabilities `[B C]` of logits `[B C]`, both row-major. Throws as `logSoftmax` does. */
export function probabilitiesOf(logits: ArrayLike<number>, classes: number): Float64Array {
  const examples = rowsOf(logits, classes);
  const probabilities = new Float64Array(examples * classes);
  for (let row = 0; row < examples; row++) probabilities.set(logSoftmax(logits, row, classes).map(Math.exp), row * classes);
  return probabilities;
}
