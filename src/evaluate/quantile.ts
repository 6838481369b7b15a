/**
 * A quantile of a sample, interpolated between its two neighbours: numpy's default (type 7 of Hyndman & Fan 1996, "Sample Quantiles
 * in Statistical Packages").
 */

/** @param sorted ascending, at least one value. @param ratio 0..1 */
export function quantile(sorted: ArrayLike<number>, ratio: number): number {
  const position = ratio * (sorted.length - 1);
  const [below, above] = [sorted[Math.floor(position)], sorted[Math.ceil(position)]];
  if (below === undefined || above === undefined) throw new Error(`there is no quantile ${ratio} of ${sorted.length} values`);
  return below === above ? below : below + (above - below) * (position % 1);
}
