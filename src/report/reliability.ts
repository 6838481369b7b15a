/**
 * Reliability diagrams (DeGroot & Fienberg 1983; Guo et al. 2017, arXiv:1706.04599): how often a model is right, by how sure it is.
 * Bars that end at the diagonal are well calibrated; below it the model is too sure of itself. The bins come from whoever examines.
 */
import type { Spread } from '../evaluate/spread.ts';
import { drawBinPlot } from './bin-plot.ts';
import { markup } from './markup.ts';
import type { Markup } from './markup.ts';
import { formatPercent } from './units.ts';

/** Examples whose likeliest class has a probability in `low`..`high`: how many, their mean confidence, and how many of them are right. */
export type ReliabilityBin = { low: number; high: number; count: number; confidence: number; accuracy: number };

/** One model, or one kind of model over its seeds: bins of all their answers, and the expected calibration error (0..1) of each. */
export type Reliability = { name: string; role?: 'student' | 'teacher' | 'baseline'; ece: number | Spread; bins: readonly ReliabilityBin[] };

/** The diagrams side by side under one heading. */
export function drawReliability(models: readonly Reliability[]): Markup | undefined {
  const plots = models.flatMap(({ name, role = 'student', ece, bins }) => drawBinPlot({
    title: name,
    note: `expected calibration error ${eceText(ece)}`,
    xLabel: 'confidence',
    yLabel: 'right',
    bins: bins.map(({ low, high, count, accuracy }) => ({ low, high, count, ratio: accuracy })),
    diagonal: true,
    role,
  }) ?? []);
  if (plots.length === 0) return undefined;
  return markup`<h2>How far its confidence can be trusted</h2>
<p>${[
    'Answers on the test split, by the probability the model gave them. Where a bar ends below the dashed line, the model is more confident than it is right.',
    'The strip shows how many answers each bar stands for.',
  ].join(' ')}</p>
<div class="multiples">${plots}</div>`;
}

function eceText(ece: number | Spread): string {
  if (typeof ece === 'number') return formatPercent(ece);
  return `${formatPercent(ece.mean)}${ece.deviation === undefined ? '' : ` ± ${formatPercent(ece.deviation).replace(' %', '')}`}`;
}
