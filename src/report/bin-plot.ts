/**
 * A small square plot of a ratio over bins of confidence, as bars, with a strip below that shows how many examples each bin holds.
 * Several of them stand side by side; each says in its caption what it is. Reliability diagrams and agreement are drawn with it.
 */
import { markup } from './markup.ts';
import type { Markup } from './markup.ts';
import { linearScale } from './scale.ts';
import { formatCount, formatPercent } from './units.ts';

/** One bin: confidence `low`..`high`, `count` examples, and their `ratio` in 0..1, which nobody looks at where there are none. */
export type Bin = { low: number; high: number; count: number; ratio: number };

export type BinPlot = {
  title: string;
  /** Stands under the title. */
  note: string;
  xLabel: string;
  yLabel: string;
  bins: readonly Bin[];
  /** Where the bars would end in a perfect world: at the confidence itself. */
  diagonal?: boolean;
  /** Picks the colour: student, teacher or baseline. */
  role?: string;
};

const width = 300;
const height = 326;
const plot = { left: 46, right: width - 8, top: 8, bottom: 228, stripTop: 244, stripBottom: 276 };
/** A bar of fewer is drawn pale: its height is mostly chance. */
const fewExamples = 10;
const ticks = [0, 0.25, 0.5, 0.75, 1];

/** The plot as a figure; nothing where no bin holds an example. */
export function drawBinPlot({ title, note, xLabel, yLabel, bins, diagonal = false, role = 'student' }: BinPlot): Markup | undefined {
  const most = Math.max(0, ...bins.map(({ count }) => count));
  if (most === 0) return undefined;
  const x = linearScale([0, 1], [plot.left, plot.right]);
  const y = linearScale([0, 1], [plot.bottom, plot.top]);
  const filled = bins.filter(({ count }) => count > 0);
  return markup`<figure class="chart small">
<figcaption>${title}<small>${note}</small></figcaption>
<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${title}: ${yLabel} by ${xLabel}">
<g class="axis">${ticks.map((tick) => markup`
<line class="${tick === 0 ? 'ground' : 'grid'}" x1="${plot.left}" x2="${plot.right}" y1="${y(tick)}" y2="${y(tick)}"/>
<text x="${plot.left - 7}" y="${y(tick) + 4}" text-anchor="end">${100 * tick}</text>
<text x="${x(tick)}" y="${plot.stripBottom + 17}" text-anchor="${tick === 1 ? 'end' : 'middle'}">${100 * tick}</text>`)}
<text class="label" transform="translate(12 ${(plot.top + plot.bottom) / 2}) rotate(-90)" text-anchor="middle">${yLabel}, %</text>
<text class="label" x="${(plot.left + plot.right) / 2}" y="${height - 6}" text-anchor="middle">${xLabel}, %</text></g>
<g class="bars ${role}">${filled.map(({ low, high, count, ratio }) => markup`
<g${count < fewExamples ? markup` class="few"` : undefined}><title>${formatPercent(low)} to ${formatPercent(high)}: ${yLabel} ${formatPercent(ratio)}, ${formatCount(count)} examples</title>
${drawBar({ low, high, x }, { from: plot.bottom, to: y(ratio), className: 'bar' })}
${drawBar({ low, high, x }, { from: plot.stripBottom, to: plot.stripBottom - Math.max(1, (count / most) * (plot.stripBottom - plot.stripTop)), className: 'strip' })}</g>`)}</g>
${diagonal ? markup`<line class="ideal" x1="${x(0)}" y1="${y(0)}" x2="${x(1)}" y2="${y(1)}"/>` : undefined}
</svg>
</figure>`;
}

function drawBar({ low, high, x }: { low: number; high: number; x: (value: number) => number }, { from, to, className }: { from: number; to: number; className: string }): Markup {
  const left = x(low) + 1;
  return markup`<rect class="${className}" x="${tenths(left)}" y="${tenths(to)}" width="${tenths(Math.max(1, x(high) - 1 - left))}" height="${tenths(Math.max(0, from - to))}"/>`;
}

const tenths = (value: number): number => Math.round(value * 10) / 10;
