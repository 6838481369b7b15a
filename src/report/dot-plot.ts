/**
 * A score per model with its uncertainty, one row each: a dot at the mean over seeds, a bar over the 95 % interval of the mean. The
 * axis is fitted to the data, for what matters is the distance between rows; that is why these are dots and not bars from zero.
 * Laid out by the page in per cent of its width, so that it is as readable on a phone.
 */
import type { Spread } from '../evaluate/spread.ts';
import { markup } from './markup.ts';
import type { Markup } from './markup.ts';
import { decimalsOf, linearScale, roundTicks } from './scale.ts';

/** A row of the plot; `role` picks its colour. */
export type DotRow = { name: string; spread: Spread; role?: string };

/** The rows from top to bottom, values times `factor` (100 for percentages). Nothing is drawn for fewer than two rows. */
export function drawDotPlot(rows: readonly DotRow[], { title, label, factor = 1 }: { title: string; label: string; factor?: number }): Markup | undefined {
  if (rows.length < 2) return undefined;
  const reach = rows.map(({ spread: { mean, interval, min, max } }) => {
    const [low, high] = interval ?? [min, max];
    return { mean: factor * mean, low: factor * low, high: factor * high };
  });
  const ticks = roundTicks(Math.min(...reach.map(({ low }) => low)), Math.max(...reach.map(({ high }) => high)), 6);
  const decimals = decimalsOf(ticks[1]! - ticks[0]!);
  const place = linearScale([ticks[0]!, ticks.at(-1)!], [0, 100]);
  const grid = ticks.map((tick) => markup`<i class="tick" style="left: ${place(tick)}%"></i>`);
  return markup`<figure class="dots">
<figcaption>${title}</figcaption>
<div class="rows" role="img" aria-label="${title}">${rows.map(({ name, role = 'student' }, index) => {
    const { mean, low, high } = reach[index]!;
    const bar = low < high ? markup`<i class="reach" style="left: ${place(low)}%; width: ${Math.round(10 * (place(high) - place(low))) / 10}%"></i>` : undefined;
    return markup`
<span class="name">${name}</span><div class="track ${role}">${grid}${bar}<i class="mean" style="left: ${place(mean)}%"></i></div>`;
  })}
<span class="name">${label}</span><div class="track ticks">${ticks.map((tick) => markup`<span style="left: ${place(tick)}%">${tick.toFixed(decimals)}</span>`)}</div></div>
</figure>`;
}
