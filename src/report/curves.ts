/**
 * Turns the events of one or more runs into charts: the loss of every run together, and one chart for each score they report.
 * Steps that were done again after a resume, and runs that were started afresh under the same name, count once: the last time.
 * It reads no file and draws nothing.
 */
import type { TrainEvent } from '../train/event.ts';
import type { Point } from './scale.ts';
import type { Chart } from './svg-chart.ts';

/** The loss chart first, then a chart per score in the order the scores were first told. A chart without a point is left out. */
export function curvesOf(events: readonly TrainEvent[]): Chart[] {
  const losses = new Map<string, Point[]>();
  const scores = new Map<string, Map<string, Point[]>>();
  for (const event of lastTold(events)) {
    if (event.kind === 'step') append(losses, event.run, { x: event.step, y: event.loss });
    if (event.kind !== 'evaluation') continue;
    for (const [name, score] of Object.entries(event.scores)) {
      const byRun = scores.get(name) ?? new Map<string, Point[]>();
      scores.set(name, byRun);
      append(byRun, event.run, { x: event.step, y: score });
    }
  }
  const chart = (title: string, yLabel: string, byRun: ReadonlyMap<string, Point[]>): Chart => ({
    title,
    xLabel: 'step',
    yLabel,
    series: [...byRun].map(([name, points]) => ({ name, points })),
  });
  const charts = [chart('Loss while training', 'loss', losses), ...[...scores].map(([name, byRun]) => chart(`${name} while training`, name, byRun))];
  return charts.filter(({ series }) => series.length > 0);
}

/** The events without those that a later `start` of the same run took back. */
function lastTold(events: readonly TrainEvent[]): TrainEvent[] {
  const kept = new Map<string, TrainEvent[]>();
  for (const event of events) {
    const earlier = kept.get(event.run) ?? [];
    const from = event.kind === 'start' ? (event.resumedAt ?? -1) : undefined;
    const surviving = from === undefined ? earlier : earlier.filter((other) => other.kind === 'start' || other.step <= from);
    surviving.push(event);
    kept.set(event.run, surviving);
  }
  return [...kept.values()].flat();
}

function append(series: Map<string, Point[]>, name: string, point: Point): void {
  const points = series.get(name);
  if (points === undefined) series.set(name, [point]);
  else points.push(point);
}
