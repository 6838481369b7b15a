/**
 * A score per model with its uncertainty, one row each: a dot at the mean over seeds, a bar over the 95 % interval of the mean. The
 * axis is fitted to the data, for what matters is the distance between rows; that is why these are dots and not bars from zero.
 */
import type { Spread } from '../evaluate/spread.ts';
import { markup } from './markup.ts';
import type { Markup } from './markup.ts';
import { decimalsOf, linearScale, roundTicks } from './scale.ts';

/** A row of the plot; `role` picks its colour. */
export type DotRow = { name: string; spread: Spread; role?: string };

const width = 880;
const rowHeight = 26;
const plot = { left: 260, right: width - 24, top: 8 };
const nameLetters = 38;

/** The rows from top to bottom, values times `factor` (100 for percentages). Nothing is drawn for fewer than two rows. */
export function drawDotPlot(rows: readonly DotRow[], { title, label, factor = 1 }: { title: string; label: string; factor?: number }): Markup | undefined {
  if (rows.length < 2) return undefined;
  const reach = rows.map(({ spread: { mean, interval, min, max } }) => {
    const [low, high] = interval ?? [min, max];
    return { mean: factor * mean, low: factor * low, high: factor * high };
  });
  const ticks = roundTicks(Math.min(...reach.map(({ low }) => low)), Math.max(...reach.map(({ high }) => high)), 6);
  const decimals = decimalsOf(ticks[1]! - ticks[0]!);
  const scale = linearScale([ticks[0]!, ticks.at(-1)!], [plot.left, plot.right]);
  const bottom = plot.top + rows.length * rowHeight;
  return markup`<figure class="chart">
<figcaption>${title}</figcaption>
<div class="scroll"><svg viewBox="0 0 ${width} ${bottom + 44}" role="img" aria-label="${title}">
<g class="axis">${ticks.map((tick) => markup`
<line class="grid" x1="${scale(tick)}" x2="${scale(tick)}" y1="${plot.top}" y2="${bottom}"/>
<text x="${scale(tick)}" y="${bottom + 18}" text-anchor="middle">${tick.toFixed(decimals)}</text>`)}
<text class="label" x="${(plot.left + plot.right) / 2}" y="${bottom + 38}" text-anchor="middle">${label}</text></g>
${rows.map(({ name, role = 'student' }, index) => {
    const { mean, low, high } = reach[index]!;
    const y = plot.top + (index + 0.5) * rowHeight;
    return markup`<g class="dot ${role}">
<text x="${plot.left - 16}" y="${y + 4}" text-anchor="end">${shortened(name)}</text>
${low < high ? markup`<line x1="${scale(low)}" x2="${scale(high)}" y1="${y}" y2="${y}"/>` : undefined}
<circle cx="${scale(mean)}" cy="${y}" r="4.5"/></g>
`;
  })}</svg></div>
</figure>`;
}

const shortened = (name: string): string => (name.length > nameLetters ? `${name.slice(0, nameLetters - 1)}…` : name);
