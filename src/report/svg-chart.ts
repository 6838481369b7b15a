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

/** Series of one `group` share a colour and a line of the legend; `colour` picks one of the palette, else their order does. */
export type Series = { name: string; points: readonly Point[]; group?: string; colour?: number };
export type Chart = { title: string; xLabel: string; yLabel: string; series: readonly Series[] };

/** How many colours the page's style has; later series take them again, dashed. */
export const seriesColours = 6;

/** Beyond this many points a curve is thinned; up to `dottedPoints` every point gets a dot. */
const curvePoints = 150;
const dottedPoints = 30;

/** How large a chart is drawn, in the units of its viewBox: as wide as the page, or two beside one another. */
const sizes = {
  wide: { width: 880, height: 320, xTicks: 8, yTicks: 5 },
  small: { width: 430, height: 230, xTicks: 5, yTicks: 4 },
} as const;
export type ChartSize = keyof typeof sizes;

type Frame = { left: number; right: number; top: number; bottom: number; height: number };
type Scale = (value: number) => number;
type Curve = { name: string; group: string; colour: number; points: readonly Thinned[] };

/** The chart as a figure with caption and legend. Series without a finite point are left out; with none left, so is the whole chart. */
export function drawLineChart({ title, xLabel, yLabel, series }: Chart, size: ChartSize = 'wide'): Markup | undefined {
  const curves = series
    .map(({ name, points, group = name, colour }, index): Curve => ({ name, group, colour: colour ?? index, points: thinCurve(points, curvePoints) }))
    .filter(({ points }) => points.length > 0);
  if (curves.length === 0) return undefined;
  const plot = { title, xLabel, yLabel, curves };
  return markup`<figure class="chart${size === 'small' ? ' small' : ''}">
<figcaption>${title}</figcaption>
${size === 'small' ? drawPlot(plot, { size }) : [drawPlot(plot, { size, className: 'for-pages' }), drawPlot(plot, { size: 'small', className: 'for-phones' })]}
${drawLegend(curves)}
</figure>`;
}

type Plot = { title: string; xLabel: string; yLabel: string; curves: readonly Curve[] };

/** A wide chart is drawn twice, and the page shows the one that its width can carry. */
function drawPlot({ title, xLabel, yLabel, curves }: Plot, { size, className }: { size: ChartSize; className?: string }): Markup {
  const { width, height, ...counts } = sizes[size];
  const frame: Frame = { left: 56, right: width - 14, top: 12, bottom: height - 44, height };
  const all = curves.flatMap(({ points }) => points);
  const yTicks = roundTicks(Math.min(...all.map(({ low }) => low)), Math.max(...all.map(({ high }) => high)), counts.yTicks);
  const xs = all.map(({ x }) => x);
  const xRange = [Math.min(0, ...xs), Math.max(...xs)] as const;
  const xScale = linearScale(xRange, [frame.left, frame.right]);
  const yScale = linearScale([yTicks[0]!, yTicks.at(-1)!], [frame.bottom, frame.top]);
  return markup`<svg${className === undefined ? undefined : markup` class="${className}"`} viewBox="0 0 ${width} ${height}" role="img" aria-label="${title}">
${drawYAxis(yTicks, { yScale, frame, label: yLabel })}
${drawXAxis(roundTicks(...xRange, counts.xTicks).filter((tick) => tick <= xRange[1]), { xScale, frame, label: xLabel })}
${curves.map((curve) => drawCurve(curve, { alone: curves.every(({ name, group }) => name === curve.name || group !== curve.group), xScale, yScale }))}
</svg>
`;
}

function drawYAxis(ticks: readonly number[], { yScale, frame, label }: { yScale: Scale; frame: Frame; label: string }): Markup {
  const decimals = decimalsOf(ticks[1]! - ticks[0]!);
  const textOf = (tick: number): string => {
    if (Math.abs(tick) >= 1e6) return formatMagnitude(tick);
    return decimals > 4 ? tick.toExponential(tick === 0 ? 0 : 1) : tick.toFixed(decimals);
  };
  return markup`<g class="axis">${ticks.map((tick, index) => markup`
<line class="${index === 0 ? 'ground' : 'grid'}" x1="${frame.left}" x2="${frame.right}" y1="${yScale(tick)}" y2="${yScale(tick)}"/>
<text x="${frame.left - 8}" y="${yScale(tick) + 4}" text-anchor="end">${textOf(tick)}</text>`)}
<text class="label" transform="translate(12 ${(frame.top + frame.bottom) / 2}) rotate(-90)" text-anchor="middle">${label}</text></g>`;
}

function drawXAxis(ticks: readonly number[], { xScale, frame, label }: { xScale: Scale; frame: Frame; label: string }): Markup {
  const decimals = ticks.length > 1 ? decimalsOf(ticks[1]! - ticks[0]!) : 0;
  const textOf = (tick: number): string => (decimals > 0 ? tick.toFixed(decimals) : tick >= 1e6 ? formatMagnitude(tick) : formatCount(tick));
  return markup`<g class="axis">${ticks.map((tick) => markup`
<text x="${xScale(tick)}" y="${frame.bottom + 18}" text-anchor="middle">${textOf(tick)}</text>`)}
<text class="label" x="${(frame.left + frame.right) / 2}" y="${frame.height - 6}" text-anchor="middle">${label}</text></g>`;
}

/** One of several of a group is drawn thin and without its band: together they show the spread themselves. */
function drawCurve({ points, colour }: Curve, { alone, xScale, yScale }: { alone: boolean; xScale: Scale; yScale: Scale }): Markup {
  const pathOf = (places: readonly Point[]): string => places.map(({ x, y }) => `${xScale(x)} ${yScale(y)}`).join('L');
  const upper = points.map(({ x, high }) => ({ x, y: high }));
  const lower = points.map(({ x, low }) => ({ x, y: low })).reverse();
  const isNoisy = points.some(({ low, high }) => low < high);
  return markup`<g class="${classesOf(colour)}${alone ? '' : ' several'}">
${alone && isNoisy ? markup`<path class="band" d="M${pathOf([...upper, ...lower])}Z"/>` : undefined}
<path class="line" d="M${pathOf(points)}"/>
${points.length > dottedPoints ? undefined : points.map(({ x, y }) => markup`<circle cx="${xScale(x)}" cy="${yScale(y)}" r="2.6"/>`)}
</g>`;
}

/** A lone group needs no legend where the caption says what it is: where it is one curve. */
function drawLegend(curves: readonly Curve[]): Markup | undefined {
  if (curves.length < 2) return undefined;
  const groups = [...new Set(curves.map(({ group }) => group))].map((group) => ({ group, members: curves.filter((curve) => curve.group === group) }));
  return markup`<ul class="legend">${groups.map(({ group, members }) => markup`
<li><svg class="${classesOf(members[0]!.colour)}" viewBox="0 0 22 8" aria-hidden="true"><path class="line" d="M1 4L21 4"/></svg>${members.length > 1 ? `${group}, ${members.length} seeds` : members[0]!.name}</li>`)}</ul>`;
}

const classesOf = (index: number): string => `series-${index % seriesColours}${index >= seriesColours ? ' dashed' : ''}`;
