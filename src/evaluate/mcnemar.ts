/**
 * McNemar's test (1947, "Note on the sampling error of the difference between correlated proportions or percentages", Psychometrika
 * 12): are two classifiers wrong equally often? Only examples that one of them alone gets right speak. The p-value is the exact
 * binomial one at every count, two-sided (twice the smaller tail, at most 1), as in statsmodels: no approximation is needed.
 */

/** `pValue` is how often chance alone would part two equal classifiers at least this far. */
export type McNemar = { onlyFirst: number; onlySecond: number; pValue: number };

/** Predictions of both beside labels, `[B]` each. Throws on unequal lengths and on no example. */
export function mcNemar({ first, second, labels }: { first: ArrayLike<number>; second: ArrayLike<number>; labels: ArrayLike<number> }): McNemar {
  if (first.length !== labels.length || second.length !== labels.length) {
    throw new Error(`${first.length} and ${second.length} predictions cannot be compared on ${labels.length} labels`);
  }
  if (labels.length === 0) throw new Error('there is no example to compare on');
  let [onlyFirst, onlySecond] = [0, 0];
  for (let index = 0; index < labels.length; index++) {
    const [firstRight, secondRight] = [first[index] === labels[index], second[index] === labels[index]];
    if (firstRight && !secondRight) onlyFirst += 1;
    if (secondRight && !firstRight) onlySecond += 1;
  }
  return { onlyFirst, onlySecond, pValue: exactP(onlyFirst, onlySecond) };
}

/** min(1, 2 P(X <= the smaller count)), X binomial with n = a + b and 1/2. */
export function exactP(a: number, b: number): number {
  const n = a + b;
  const smaller = Math.min(a, b);
  let logTerm = -n * Math.LN2; // of C(n, k) / 2^n at k = 0; in logarithms, because 2^-n is 0 beyond n = 1074
  let tail = Math.exp(logTerm);
  for (let k = 1; k <= smaller; k++) {
    logTerm += Math.log((n - k + 1) / k);
    tail += Math.exp(logTerm);
  }
  return Math.min(1, 2 * tail);
}
