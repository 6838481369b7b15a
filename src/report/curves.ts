/**
 * Turns the events of one or more runs into charts: loss and first score large, everything else small. Runs that differ in their
 * seed alone ("distilled, seed 2") are one group, drawn in one colour. Steps that were done again after a resume, and runs that
 * were started afresh under the same name, count once: the last time. It reads no file and draws nothing.
 */
import type { Memory, StepEvent, TrainEvent } from '../train/event.ts';
import { readName } from './metric.ts';
import type { Point } from './scale.ts';
import type { Chart, Series } from './svg-chart.ts';

/** `main` says how training went, `more` why. */
export type Curves = { main: Chart[]; more: Chart[] };

/** Values by run, in the order in which the runs were first heard. */
type ByRun = Map<string, Point[]>;

/** A chart without a point is left out. */
export function curvesOf(events: readonly TrainEvent[]): Curves {
  const told = lastTold(events);
  const steps = told.flatMap((event) => (event.kind === 'step' ? [event] : []));
  const scores = new Map<string, ByRun>();
  for (const event of told) {
    if (event.kind !== 'evaluation') continue;
    for (const [name, score] of Object.entries(event.scores)) append(entry(scores, name), event.run, { x: event.step, y: score });
  }
  const ofSteps = (valueOf: (step: StepEvent) => number | undefined): ByRun => {
    const byRun: ByRun = new Map();
    for (const step of steps) {
      const value = valueOf(step);
      if (value !== undefined) append(byRun, step.run, { x: step.step, y: value });
    }
    return byRun;
  };
  const groups = [...new Set(told.map(({ run }) => groupOf(run)))];
  const chart = (title: string, yLabel: string, byRun: ByRun): Chart => ({
    title, xLabel: 'step', yLabel,
    series: [...byRun].map(([name, points]): Series => ({ name, points, group: groupOf(name), colour: colourOf(groups, groupOf(name)) })),
  });
  const [firstScore, ...otherScores] = [...scores].map(([name, byRun]) => chart(`${readName(name)} on dev while training`, readName(name), byRun));
  // A part that is a run's only one is its loss, drawn already.
  const parts = [...new Set(steps.flatMap((step) => (Object.keys(step.parts).length > 1 ? Object.keys(step.parts) : [])))];
  return {
    main: present([chart('Loss while training', 'loss', ofSteps(({ loss }) => loss)), firstScore]),
    more: present([
      ...parts.map((part) => chart(`${part}, unweighted`, 'loss', ofSteps((step) => (Object.keys(step.parts).length > 1 ? step.parts[part] : undefined)))),
      ...otherScores,
      chart('Learning rate', 'rate', ofSteps(({ learningRate }) => learningRate)),
      chart('Gradient norm, before clipping', 'norm', ofSteps(({ gradientNorm }) => gradientNorm)),
      chart('Speed', 'examples per second', ofSteps(({ examplesPerSecond }) => examplesPerSecond)),
      chart('Memory of the process', 'gigabytes', ofSteps(({ memory }) => gigabytes(memory))),
      chart('Memory of the device', 'gigabytes', ofSteps(({ deviceMemory }) => gigabytes(deviceMemory))),
    ]),
  };
}

const present = (charts: readonly (Chart | undefined)[]): Chart[] => charts.flatMap((one) => (one === undefined || one.series.length === 0 ? [] : [one]));

const gigabytes = (memory: Memory | undefined): number | undefined => (memory === undefined ? undefined : memory.nowBytes / 1e9);

/** The name without its seed. */
const groupOf = (run: string): string => run.replace(/,? seed \d+$/, '');

/** A teacher always has the teacher's colour, the second of the page's palette; the others take what is left in their order. */
function colourOf(groups: readonly string[], group: string): number {
  const isTeacher = (name: string): boolean => name === 'teacher';
  if (isTeacher(group)) return 1;
  const place = groups.filter((name) => !isTeacher(name)).indexOf(group);
  return place === 0 ? 0 : place + 1;
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

function entry(scores: Map<string, ByRun>, name: string): ByRun {
  const known = scores.get(name) ?? new Map<string, Point[]>();
  scores.set(name, known);
  return known;
}

function append(series: ByRun, name: string, point: Point): void {
  const points = series.get(name);
  if (points === undefined) series.set(name, [point]);
  else points.push(point);
}
