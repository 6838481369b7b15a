/** The rows as a person reads them. */
import { formatTable } from '../../src/report/table.ts';
import { formatBytes, formatCount } from '../../src/report/units.ts';
import type { BenchRow } from './row.ts';

const headers = ['case', 'precision', 'engine', 'ours', 'per second', 'peak RSS', 'peer', 'its time', 'its RSS', 'ratio'];

/** Times are medians per step; a row without figures has its reason below the table. */
export function benchTable(rows: readonly BenchRow[]): string {
  const table = formatTable(headers, rows.map(cellsOf));
  const errors = rows.flatMap(({ case: name, precision, peer, error }) => (error === undefined ? [] : [`${name} ${precision}${peer === null ? '' : ` against ${peer}`}: ${error}`]));
  return [table, ...(errors.length > 0 ? ['', ...errors] : [])].join('\n');
}

function cellsOf(row: BenchRow): string[] {
  const part = row.settings.part;
  const operation = (row.case === 'op-overhead' || row.case === 'objectives') && typeof part === 'string' ? `: ${part}` : '';
  const figures = row.error === undefined;
  return [
    `${row.case}${operation}`,
    row.precision,
    `${row.engine} ${row.device} x${row.threads}`,
    figures ? formatTime(row.medianMs) : 'error',
    row.perSecond === undefined ? '–' : row.perSecond >= 100 ? formatCount(row.perSecond) : row.perSecond.toFixed(1),
    formatMegabytes(row.peakRssMB),
    row.peer ?? '–',
    formatTime(row.peerMedianMs),
    formatMegabytes(row.peerPeakRssMB),
    row.ratio === null ? '–' : row.ratio.toFixed(3),
  ];
}

/** 1.42 µs, 0.84 ms, 247.3 ms, 3,285 ms. */
export function formatTime(ms: number | null): string {
  if (ms === null) return '–';
  if (ms < 0.1) return `${(ms * 1000).toFixed(2)} µs`;
  if (ms < 10) return `${ms.toFixed(2)} ms`;
  return ms < 1000 ? `${ms.toFixed(1)} ms` : `${formatCount(ms)} ms`;
}

function formatMegabytes(megabytes: number | null): string {
  return megabytes === null ? '–' : formatBytes(megabytes * 1e6);
}
