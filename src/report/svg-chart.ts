/**
 * Line charts as inline SVG: axes with round ticks, a line per series, a legend that wraps. A long curve is drawn as the mean of its
 * neighbours with a pale band from their lowest to their highest, which shows the noise without drawing every step.
 * Colours are classes of the page's style (page-style.ts); nothing here runs in the browser.
 */
import { markup } from './markup.ts';
import type { Markup } from './markup.ts';
import { decimalsOf, linearScale, roundTicks, thinCurve } from './scale.ts';
import type { Point, Thinned } from './scale.ts';
import { formatCount, formatMagnitude } from './units.ts';

export type Series = { name: string; points: readonly Point[] };
export type Chart = { title: string; xLabel: string; yLabel: string; series: readonly Series[] };

/** How many colours the page's style has; later series take them again, dashed. */
export const seriesColours = 6;

/** Beyond this many points a curve is thinned; up to `dottedPoints` every point gets a dot. */
const curvePoints = 150;
const dottedPoints = 30;

const width = 880;
const height = 320;
const plot = { left: 56, right: width - 14, top: 12, bottom: height - 44 };

type Scale = (value: number) => number;

/** The chart as a figure with caption and legend. Series without a finite point are left out; with none left, so is the whole chart. */
export function drawLineChart({ title, xLabel, yLabel, series }: Chart): Markup | undefined {
  const curves = series.map(({ name, points }) => ({ name, points: thinCurve(points, curvePoints) })).filter(({ points }) => points.length > 0);
  const all = curves.flatMap(({ points }) => points);
  if (all.length === 0) return undefined;
  const yTicks = roundTicks(Math.min(...all.map(({ low }) => low)), Math.max(...all.map(({ high }) => high)));
  const xs = all.map(({ x }) => x);
  const xRange = [Math.min(0, ...xs), Math.max(...xs)] as const;
  const xScale = linearScale(xRange, [plot.left, plot.right]);
  const yScale = linearScale([yTicks[0]!, yTicks.at(-1)!], [plot.bottom, plot.top]);
  return markup`<figure class="chart">
<figcaption>${title}</figcaption>
<div class="scroll"><svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${title}">
${drawYAxis(yTicks, { yScale, label: yLabel })}
${drawXAxis(roundTicks(...xRange, 8).filter((tick) => tick <= xRange[1]), { xScale, label: xLabel })}
${curves.map(({ points }, index) => drawCurve(points, { index, xScale, yScale }))}
</svg></div>
${drawLegend(curves.map(({ name }) => name))}
</figure>`;
}

function drawYAxis(ticks: readonly number[], { yScale, label }: { yScale: Scale; label: string }): Markup {
  const decimals = decimalsOf(ticks[1]! - ticks[0]!);
  const middle = (plot.top + plot.bottom) / 2;
  return markup`<g class="axis">${ticks.map((tick, index) => markup`
<line class="${index === 0 ? 'ground' : 'grid'}" x1="${plot.left}" x2="${plot.right}" y1="${yScale(tick)}" y2="${yScale(tick)}"/>
<text x="${plot.left - 8}" y="${yScale(tick) + 4}" text-anchor="end">${Math.abs(tick) >= 1e6 ? formatMagnitude(tick) : tick.toFixed(decimals)}</text>`)}
<text class="label" transform="translate(12 ${middle}) rotate(-90)" text-anchor="middle">${label}</text></g>`;
}

function drawXAxis(ticks: readonly number[], { xScale, label }: { xScale: Scale; label: string }): Markup {
  const decimals = ticks.length > 1 ? decimalsOf(ticks[1]! - ticks[0]!) : 0;
  const textOf = (tick: number): string => (decimals > 0 ? tick.toFixed(decimals) : tick >= 1e6 ? formatMagnitude(tick) : formatCount(tick));
  return markup`<g class="axis">${ticks.map((tick) => markup`
<text x="${xScale(tick)}" y="${plot.bottom + 18}" text-anchor="middle">${textOf(tick)}</text>`)}
<text class="label" x="${(plot.left + plot.right) / 2}" y="${height - 6}" text-anchor="middle">${label}</text></g>`;
}

function drawCurve(points: readonly Thinned[], { index, xScale, yScale }: { index: number; xScale: Scale; yScale: Scale }): Markup {
  const pathOf = (places: readonly Point[]): string => places.map(({ x, y }) => `${xScale(x)} ${yScale(y)}`).join('L');
  const upper = points.map(({ x, high }) => ({ x, y: high }));
  const lower = points.map(({ x, low }) => ({ x, y: low })).reverse();
  const isNoisy = points.some(({ low, high }) => low < high);
  return markup`<g class="${classesOf(index)}">
${isNoisy ? markup`<path class="band" d="M${pathOf([...upper, ...lower])}Z"/>` : undefined}
<path class="line" d="M${pathOf(points)}"/>
${points.length > dottedPoints ? undefined : points.map(({ x, y }) => markup`<circle cx="${xScale(x)}" cy="${yScale(y)}" r="2.6"/>`)}
</g>`;
}

/** A lone series needs no legend: the caption says what it is. */
function drawLegend(names: readonly string[]): Markup | undefined {
  if (names.length < 2) return undefined;
  return markup`<ul class="legend">${names.map((name, index) => markup`
<li><svg class="${classesOf(index)}" viewBox="0 0 22 8" aria-hidden="true"><path class="line" d="M1 4L21 4"/></svg>${name}</li>`)}</ul>`;
}

const classesOf = (index: number): string => `series-${index % seriesColours}${index >= seriesColours ? ' dashed' : ''}`;
