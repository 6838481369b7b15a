/**
 * Every training of a run as one line: how far it came, how well, how fast, and how much memory it took, from the run's events.
 * A training that was killed has no last word; it counts as unfinished. Time spent before a resume counts, time between does not.
 */
import type { TrainEvent } from '../train/event.ts';
import { markup } from './markup.ts';
import type { Markup } from './markup.ts';
import { readName } from './metric.ts';
import type { LoggedEvent } from './run-log.ts';
import { formatBytes, formatCount, formatDecimal, formatDuration } from './units.ts';

export type Training = {
  run: string;
  /** 'unfinished' where no last word was heard: it runs still, or was killed. */
  state: 'done' | 'unfinished' | NonNullable<Extract<TrainEvent, { kind: 'end' }>['stopped']>;
  step: number;
  totalSteps: number;
  milliseconds: number;
  /** How often it was begun. */
  starts: number;
  loss?: number;
  /** The first score of the evaluation that was best, and its step. */
  best?: { name: string; value: number; step: number };
  examplesPerSecond?: number;
  peakBytes?: number;
  devicePeakBytes?: number;
  skipped: number;
};

/** In the order in which they began; a training begun afresh under the same name counts once, from its last beginning. */
export function trainingsOf(events: readonly LoggedEvent[]): Training[] {
  const byRun = new Map<string, { training: Training; since: number }>();
  for (const event of events) {
    const time = Date.parse(event.time);
    const known = byRun.get(event.run);
    if (event.kind === 'start') {
      const resumes = known !== undefined && event.resumedAt !== undefined;
      const fresh: Training = { run: event.run, state: 'unfinished', step: event.resumedAt ?? 0, totalSteps: event.totalSteps, milliseconds: 0, starts: 1, skipped: 0 };
      const training = resumes ? { ...known.training, state: 'unfinished' as const, totalSteps: event.totalSteps, step: event.resumedAt ?? 0, starts: known.training.starts + 1 } : fresh;
      byRun.set(event.run, { training, since: time });
    } else if (known !== undefined) {
      hear(known.training, event);
      known.training.milliseconds += Math.max(0, time - known.since);
      known.since = time;
    }
  }
  return [...byRun.values()].map(({ training }) => training);
}

function hear(training: Training, event: Exclude<LoggedEvent, { kind: 'start' }>): void {
  training.step = Math.max(training.step, event.step);
  switch (event.kind) {
    case 'step':
      training.loss = event.loss;
      training.examplesPerSecond = event.examplesPerSecond;
      if (event.memory !== undefined) training.peakBytes = Math.max(training.peakBytes ?? 0, event.memory.peakBytes);
      if (event.deviceMemory !== undefined) training.devicePeakBytes = Math.max(training.devicePeakBytes ?? 0, event.deviceMemory.peakBytes);
      break;
    case 'evaluation': {
      const [name, value] = Object.entries(event.scores)[0] ?? [];
      if (event.best && name !== undefined && value !== undefined) training.best = { name, value, step: event.step };
      break;
    }
    case 'skipped':
      training.skipped += 1;
      break;
    case 'end':
      training.state = event.stopped ?? 'done';
      break;
    case 'checkpoint':
      break;
  }
}

export function drawTrainings(trainings: readonly Training[]): Markup | undefined {
  if (trainings.length === 0) return undefined;
  const best = trainings.find((training) => training.best !== undefined)?.best?.name;
  const columns = [
    { header: 'last loss', cell: ({ loss }: Training) => known(loss, formatDecimal) },
    { header: `best ${best === undefined ? 'score' : readName(best)}, on dev`, cell: (training: Training) => training.best && markup`${formatDecimal(training.best.value)} <span class="spread">at ${formatCount(training.best.step)}</span>` },
    { header: 'examples/s', cell: ({ examplesPerSecond }: Training) => known(examplesPerSecond, formatCount) },
    { header: 'peak memory', cell: ({ peakBytes }: Training) => known(peakBytes, formatBytes) },
    { header: 'peak on device', cell: ({ devicePeakBytes }: Training) => known(devicePeakBytes, formatBytes) },
    { header: 'time', cell: ({ milliseconds }: Training) => formatDuration(milliseconds) },
  ];
  const filled = columns.filter(({ cell }) => trainings.some((training) => cell(training) !== undefined));
  return markup`<div class="scroll"><table class="trainings">
<thead><tr><th scope="col">training</th><th scope="col">updates</th>${filled.map(({ header }) => markup`<th scope="col" class="number">${header}</th>`)}</tr></thead>
<tbody>${trainings.map((training) => markup`
<tr><th scope="row" class="plain">${training.run}</th><td>${stepsText(training)}</td>${filled.map(({ cell }) => markup`<td class="number">${cell(training) ?? '–'}</td>`)}</tr>`)}
</tbody></table></div>`;
}

const known = (value: number | undefined, format: (value: number) => string): string | undefined => (value === undefined ? undefined : format(value));

function stepsText({ state, step, totalSteps, starts, skipped }: Training): string {
  const all = formatCount(totalSteps);
  const remarks = [
    ...(state === 'done' ? [] : [state === 'unfinished' ? state : `stopped (${state})`]),
    ...(starts > 1 ? [`begun ${starts} times`] : []),
    ...(skipped > 0 ? [`${formatCount(skipped)} skipped`] : []),
  ];
  return [step === totalSteps ? all : `${formatCount(step)} of ${all}`, ...remarks].join(', ');
}
