/**
 * Two numbers of each example against one another as a small square plot of dots, both axes alike, with the line on which they are equal.
 */
import { markup } from './markup.ts';
import type { Markup } from './markup.ts';
import { decimalsOf, linearScale, roundTicks } from './scale.ts';
import type { Point } from './scale.ts';

const width = 300;
const height = 306;
const plot = { left: 46, right: width - 10, top: 10, bottom: 254 };

/** Nothing where no point is finite. */
export function drawScatter(points: readonly Point[], { title, note, xLabel, yLabel }: { title: string; note: string; xLabel: string; yLabel: string }): Markup | undefined {
  const finite = points.filter(({ x, y }) => Number.isFinite(x) && Number.isFinite(y));
  if (finite.length === 0) return undefined;
  const values = finite.flatMap(({ x, y }) => [x, y]);
  const ticks = roundTicks(Math.min(...values), Math.max(...values), 5);
  const [low, high] = [ticks[0]!, ticks.at(-1)!];
  const decimals = decimalsOf(ticks[1]! - low);
  const x = linearScale([low, high], [plot.left, plot.right]);
  const y = linearScale([low, high], [plot.bottom, plot.top]);
  return markup`<figure class="chart small">
<figcaption>${title}<small>${note}</small></figcaption>
<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${title}: ${yLabel} by ${xLabel}">
<g class="axis">${ticks.map((tick, index) => markup`
<line class="${index === 0 ? 'ground' : 'grid'}" x1="${plot.left}" x2="${plot.right}" y1="${y(tick)}" y2="${y(tick)}"/>
<text x="${plot.left - 7}" y="${y(tick) + 4}" text-anchor="end">${tick.toFixed(decimals)}</text>
<text x="${x(tick)}" y="${plot.bottom + 18}" text-anchor="${index === ticks.length - 1 ? 'end' : 'middle'}">${tick.toFixed(decimals)}</text>`)}
<text class="label" transform="translate(12 ${(plot.top + plot.bottom) / 2}) rotate(-90)" text-anchor="middle">${yLabel}</text>
<text class="label" x="${(plot.left + plot.right) / 2}" y="${height - 8}" text-anchor="middle">${xLabel}</text></g>
<g class="bars student dots-of">${finite.map((point) => markup`<circle cx="${x(point.x)}" cy="${y(point.y)}" r="2.4"/>`)}</g>
<line class="ideal" x1="${x(low)}" y1="${y(low)}" x2="${x(high)}" y2="${y(high)}"/>
</svg>
</figure>`;
}
