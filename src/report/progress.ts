/**
 * How a training run is doing, on one line: how far, loss, score, rate, memory and time left. On a terminal the line is redrawn in place and
 * cleared at the end; in a pipe it is a plain line at the start, every 15 seconds and at the end. Skipped steps always leave a line.
 * The time left assumes the average pace of this run so far, its evaluations included.
 */
import picocolors from 'picocolors';
import type { EvaluationEvent, Memory, StepEvent, TrainEvent } from '../train/event.ts';
import { openLiveLine } from './live-line.ts';
import type { LiveOptions, Piece } from './live-line.ts';
import { oneLine } from './text-width.ts';
import { formatBytes, formatCount, formatDecimal, formatDuration } from './units.ts';

/** `show` takes the events of a run as they come, `close` clears the line of one that was cut short. */
export type Progress = { show(event: TrainEvent): void; close(): void };

/** The run now shown: where and when it began, and what it said last. */
type Shown = { run: string; from: number; sinceMs: number; step?: StepEvent; evaluation?: EvaluationEvent };

/** Follows one run after another. */
export function openProgress(options: LiveOptions = {}): Progress {
  const line = openLiveLine(options);
  const colours = picocolors.createColors(line.colour);
  let shown: Shown | undefined;

  const shownFor = (event: TrainEvent): Shown => {
    if (event.kind === 'start') shown = { run: event.run, from: event.resumedAt ?? 0, sinceMs: line.now() };
    else if (shown?.run !== event.run) shown = { run: event.run, from: event.step, sinceMs: line.now() };
    return shown;
  };

  return {
    show(event) {
      const state = shownFor(event);
      const name = oneLine(event.run);
      switch (event.kind) {
        case 'step':
          state.step = event;
          line.update(() => piecesOf(state, { event, nowMs: line.now(), colours, bar: line.isTerminal }));
          break;
        case 'evaluation':
          state.evaluation = event;
          break;
        case 'skipped':
          line.say(`${name}  step ${formatCount(event.step)} skipped: ${event.reason} (${listed(event.exampleIds)})`);
          break;
        case 'end':
          line.say([
            `${name}  ${event.stopped === undefined ? '' : `${endings[event.stopped]} after `}${formatCount(event.step)} steps in ${formatDuration(event.milliseconds)}`,
            ...(event.reason === undefined ? [] : [oneLine(event.reason)]),
            ...(state.step === undefined ? [] : [`loss ${formatDecimal(state.step.loss)}`]),
            ...scoreOf(state.evaluation),
            ...peaksOf(state.step),
          ].join('  '));
          shown = undefined;
          break;
        case 'start':
        case 'checkpoint':
          break;
      }
    },
    close: () => line.close(),
  };
}

const endings = { interrupted: 'interrupted', early: 'stopped early' } as const;

type Colours = ReturnType<typeof picocolors.createColors>;

function piecesOf(
  { run, from, sinceMs, evaluation }: Shown,
  { event, nowMs, colours, bar }: { event: StepEvent; nowMs: number; colours: Colours; bar: boolean },
): Piece[] {
  const { step, totalSteps, loss, examplesPerSecond, memory, deviceMemory } = event;
  const ratio = totalSteps > 0 ? Math.min(1, step / totalSteps) : 0;
  const leftMs = step > from && nowMs > sinceMs ? ((nowMs - sinceMs) / (step - from)) * Math.max(0, totalSteps - step) : NaN;
  return [
    { rank: 0, text: colours.bold(oneLine(run)) },
    ...(bar ? [{ rank: 7, text: drawBar(ratio, colours) }] : []),
    { rank: 1, text: `${Math.floor(100 * ratio)} %` },
    { rank: 5, text: `step ${formatCount(step)} of ${formatCount(totalSteps)}` },
    { rank: 3, text: `loss ${formatDecimal(loss)}` },
    ...scoreOf(evaluation).map((text) => ({ rank: 4, text })),
    { rank: 6, text: colours.dim(`${formatCount(examplesPerSecond)} examples/s`) },
    ...(memory === undefined ? [] : [{ rank: 9, text: colours.dim(memoryText(memory)) }]),
    ...(deviceMemory === undefined ? [] : [{ rank: 8, text: colours.dim(`device ${memoryText(deviceMemory)}`) }]),
    ...(Number.isFinite(leftMs) ? [{ rank: 2, text: `${formatDuration(leftMs)} left` }] : []),
  ];
}

const barColumns = 20;

/** A thin bar of fixed width. */
function drawBar(ratio: number, colours: Colours): string {
  const full = Math.round(ratio * barColumns);
  return colours.cyan('━'.repeat(full)) + colours.dim('─'.repeat(barColumns - full));
}

/** The first score of the last evaluation: the one the run is judged by. */
function scoreOf(evaluation: EvaluationEvent | undefined): string[] {
  const first = Object.entries(evaluation?.scores ?? {})[0];
  return first === undefined ? [] : [`${oneLine(first[0])} ${formatDecimal(first[1])}`];
}

const memoryText = ({ nowBytes, peakBytes }: Memory): string => `${formatBytes(nowBytes)}, peak ${formatBytes(peakBytes)}`;

function peaksOf({ memory, deviceMemory }: Partial<StepEvent> = {}): string[] {
  const peaks = [...(memory ? [`peak ${formatBytes(memory.peakBytes)}`] : []), ...(deviceMemory ? [`peak on the device ${formatBytes(deviceMemory.peakBytes)}`] : [])];
  return peaks.length === 0 ? [] : [peaks.join(', ')];
}

/** The first few ids, and how many more. */
function listed(exampleIds: readonly string[]): string {
  const more = exampleIds.length > 3 ? ` and ${formatCount(exampleIds.length - 3)} more` : '';
  return exampleIds.length === 0 ? 'no example named' : `examples ${exampleIds.slice(0, 3).join(', ')}${more}`;
}
