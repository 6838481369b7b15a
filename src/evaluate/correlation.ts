/**
 * Correlation of two lists of numbers in float64: Pearson's r, and Spearman's rho, which is Pearson's r of the ranks, equal values
 * sharing the mean of theirs. As in scipy, either is NaN where one list does not vary or holds NaN. No p-values here.
 */

/** Σ (x - x̄)(y - ȳ) / (|x - x̄| |y - ȳ|), -1..1. Throws on unequal lengths and on fewer than two pairs. */
export function pearson(x: ArrayLike<number>, y: ArrayLike<number>): number {
  checkPairs(x, y);
  const [a, b] = [direction(x), direction(y)];
  return Math.max(-1, Math.min(1, a.reduce((sum, value, index) => sum + value * b[index]!, 0)));
}

/** Pearson's r of the ranks. Throws as `pearson` does. */
export function spearman(x: ArrayLike<number>, y: ArrayLike<number>): number {
  checkPairs(x, y);
  return pearson(averageRanks(x), averageRanks(y));
}

/** The rank of each value, counted from 1; equal values share the mean of their ranks. Where one is NaN, every rank is. */
export function averageRanks(values: ArrayLike<number>): Float64Array {
  const own = Float64Array.from(values);
  if (own.some(Number.isNaN)) return new Float64Array(own.length).fill(NaN);
  const order = Uint32Array.from(own.keys()).sort((a, b) => (own[a]! < own[b]! ? -1 : own[a]! > own[b]! ? 1 : 0)); // a - b would be NaN for two infinities
  const ranks = new Float64Array(own.length);
  for (let first = 0, next = 0; first < order.length; first = next) {
    while (next < order.length && own[order[next]!] === own[order[first]!]) next++;
    for (let at = first; at < next; at++) ranks[order[at]!] = (first + 1 + next) / 2;
  }
  return ranks;
}

/** The values less their mean, at length 1; NaN throughout where they do not vary. */
function direction(values: ArrayLike<number>): Float64Array {
  const own = Float64Array.from(values);
  if (own.every((value) => value === own[0])) return own.fill(NaN); // their mean may round to another number than they are
  const mean = own.reduce((sum, value) => sum + value / own.length, 0);
  const centred = own.map((value) => value - mean);
  const largest = centred.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const scaled = centred.map((value) => value / largest); // squares of what is left neither overflow nor vanish
  const length = Math.sqrt(scaled.reduce((sum, value) => sum + value * value, 0));
  return scaled.map((value) => value / length);
}

function checkPairs(x: ArrayLike<number>, y: ArrayLike<number>): void {
  if (x.length !== y.length) throw new Error(`${x.length} values cannot be correlated with ${y.length}`);
  if (x.length < 2) throw new Error(`a correlation wants at least two pairs, not ${x.length}`);
}
