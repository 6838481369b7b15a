/**
 * What several seeds say together: mean, sample standard deviation and the 95 % interval of the mean by Student's t, which for the
 * three to ten runs one can afford is much wider than the normal one. One seed has no spread, and none is invented for it.
 * The t quantile beyond ten degrees of freedom is the expansion 26.7.5 of Abramowitz and Stegun (1964).
 */

/** `deviation` (n - 1 in the denominator) and `interval` (of the mean, 95 %) are absent when there is a single score. */
export type Spread = {
  count: number;
  mean: number;
  min: number;
  max: number;
  deviation?: number;
  interval?: readonly [low: number, high: number];
};

/** The spread of one score per seed. Throws on no score and on one that is not finite, naming its place: a collapsed run is not averaged away. */
export function spread(scores: ArrayLike<number>): Spread {
  const values = Float64Array.from(scores);
  const count = values.length;
  if (count === 0) throw new Error('there is no score to take the spread of');
  const broken = values.findIndex((value) => !Number.isFinite(value));
  if (broken >= 0) throw new Error(`score ${broken + 1} of ${count} is ${values[broken]}: a run that failed has no score to average`);
  const mean = values.reduce((sum, value) => sum + value, 0) / count;
  const summary = { count, mean, min: Math.min(...values), max: Math.max(...values) };
  if (count === 1) return summary;
  const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (count - 1));
  const reach = (studentT95(count - 1) * deviation) / Math.sqrt(count);
  return { ...summary, deviation, interval: [mean - reach, mean + reach] };
}

/** The 0.975 quantiles of Student's t for 1 to 10 degrees of freedom, where the expansion below is not yet exact to four places. */
const smallSampleT95 = [12.7062047, 4.3026527, 3.1824463, 2.7764451, 2.5705818, 2.4469119, 2.3646243, 2.3060041, 2.2621572, 2.2281389];

/** The 0.975 quantile of Student's t: half the width of a 95 % interval, in standard errors. */
export function studentT95(degreesOfFreedom: number): number {
  const tabled = smallSampleT95[degreesOfFreedom - 1];
  if (tabled !== undefined) return tabled;
  const z = 1.959963985;
  const terms = [
    (z ** 3 + z) / 4,
    (5 * z ** 5 + 16 * z ** 3 + 3 * z) / 96,
    (3 * z ** 7 + 19 * z ** 5 + 17 * z ** 3 - 15 * z) / 384,
    (79 * z ** 9 + 776 * z ** 7 + 1482 * z ** 5 - 1920 * z ** 3 - 945 * z) / 92160,
  ];
  return terms.reduce((sum, term, index) => sum + term / degreesOfFreedom ** (index + 1), z);
}
