/**
 * From numbers to places on paper: round ticks, a linear scale, and the thinning of long curves. No markup here.
 */

export type Point = { x: number; y: number };

/** Ticks at multiples of 1, 2 or 5 times a power of ten, about `count` of them, covering low..high from outside. */
export function roundTicks(low: number, high: number, count = 5): number[] {
  const span = high - low || Math.abs(high) || 1;
  const rough = span / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5].find((factor) => factor * power >= rough * 0.999) ?? 10);
  const first = Math.floor(low / step + 1e-9);
  const last = Math.max(first + 1, Math.ceil(high / step - 1e-9));
  // Multiples are counted, not added up, and rounded to the step's own decimals: 0.3, never 0.30000000000000004.
  const decimals = decimalsOf(step);
  return Array.from({ length: last - first + 1 }, (_, index) => Number(((first + index) * step).toFixed(decimals)));
}

/** How many decimals the ticks of one axis need, so that all of them are written alike. */
export function decimalsOf(step: number): number {
  return Math.min(20, Math.max(0, -Math.floor(Math.log10(step) + 1e-9)));
}

/** A linear map from one interval to another, rounded to a tenth of a pixel. */
export function linearScale([from, to]: readonly [number, number], [start, end]: readonly [number, number]): (value: number) => number {
  const ratio = to === from ? 0 : (end - start) / (to - from);
  return (value) => Math.round((start + (value - from) * ratio) * 10) / 10;
}

/** Several neighbouring points as one: their mean place and the range of their heights. */
export type Thinned = Point & { low: number; high: number };

/** At most `most` points in order of x, each the mean of equally many neighbours. Points that are not finite are left out. */
export function thinCurve(points: readonly Point[], most: number): Thinned[] {
  const finite = points.filter(({ x, y }) => Number.isFinite(x) && Number.isFinite(y)).sort((left, right) => left.x - right.x);
  const size = Math.ceil(finite.length / most);
  const thinned: Thinned[] = [];
  for (let start = 0; start < finite.length; start += size) {
    const group = finite.slice(start, start + size);
    const heights = group.map(({ y }) => y);
    const meanOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
    thinned.push({ x: meanOf(group.map(({ x }) => x)), y: meanOf(heights), low: Math.min(...heights), high: Math.max(...heights) });
  }
  return thinned;
}
