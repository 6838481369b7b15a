/**
 * How far a plain count has come: examples labelled, sentences translated, bytes fetched. Same line, same rules as `progress.ts`,
 * for work that is no training run. The pace is the average since the count was opened; before `settledMs` there is none worth telling.
 */
import picocolors from 'picocolors';
import { openLiveLine } from './live-line.ts';
import type { LiveOptions } from './live-line.ts';
import { oneLine } from './text-width.ts';
import { formatCount, formatDuration } from './units.ts';

/** What is counted: `label` names the work, `unit` the things; `total` where it is known; `from` were done before. */
export type Counted = { label: string; unit: string; total?: number; from?: number; format?: (count: number) => string };

/** `reach` tells the count so far, `end` leaves a summary line, `close` only clears. */
export type CountProgress = { reach(count: number): void; end(): void; close(): void };

const settledMs = 100;

export function openCountProgress({ label, unit, total, from = 0, format = formatCount }: Counted, options: LiveOptions = {}): CountProgress {
  const line = openLiveLine(options);
  const colours = picocolors.createColors(line.colour);
  const sinceMs = line.now();
  let count = from;
  return {
    reach(reached) {
      count = reached;
      line.update(() => {
        const elapsedMs = line.now() - sinceMs;
        const perMs = elapsedMs >= settledMs ? (count - from) / elapsedMs : undefined;
        const all = total === undefined ? '' : ` of ${format(total)}`;
        return [
          { rank: 0, text: colours.bold(oneLine(label)) },
          ...(total === undefined || total <= 0 ? [] : [{ rank: 1, text: `${Math.floor((100 * Math.min(count, total)) / total)} %` }]),
          { rank: 3, text: `${format(count)}${all} ${unit}` },
          ...(perMs === undefined ? [] : [{ rank: 4, text: colours.dim(`${format(1000 * perMs)} ${unit}/s`) }]),
          ...(total === undefined || perMs === undefined || perMs <= 0 ? [] : [{ rank: 2, text: `${formatDuration(Math.max(0, total - count) / perMs)} left` }]),
        ];
      });
    },
    end() {
      line.say(`${label}  ${format(count)} ${unit} in ${formatDuration(line.now() - sinceMs)}`);
    },
    close: () => line.close(),
  };
}
