/**
 * `events.jsonl`: everything a run said, one JSON object a line, each with the ISO time it was heard. A killed run leaves at most a
 * torn last line, which reading drops and a resumed run cuts off. A number that is not finite is written as null and read as NaN.
 * This file keeps every event, also those a resumed run did again; `curves.ts` decides which of them count.
 */
import { appendLine } from '../storage/atomic.ts';
import { readJsonLines } from '../storage/json.ts';
import { quoted } from '../storage/quoted.ts';
import type { TrainEvent } from '../train/event.ts';
import { openWriteQueue } from './write-queue.ts';

export type LoggedEvent = TrainEvent & { time: string };

/** `record` returns at once and keeps the order; a write that failed is thrown by the next `record`, or by `written`, which waits for all of them. */
export type RunLog = { record(event: TrainEvent): void; written(): Promise<void> };

/** Opens the log at `path` for appending; the file appears with the first event. */
export function openRunLog(path: string, { now = () => new Date() }: { now?: () => Date } = {}): RunLog {
  const queue = openWriteQueue(`${path}: the run log cannot be written`);
  return {
    record(event) {
      const line = JSON.stringify({ time: now().toISOString(), ...event });
      queue.add(() => appendLine(path, line));
    },
    written: () => queue.written(),
  };
}

/** The numbers an event of each kind must have; a table over the union, so that a new kind cannot be forgotten. */
const numbersOf: { readonly [Kind in TrainEvent['kind']]: readonly (keyof Extract<TrainEvent, { kind: Kind }>)[] } = {
  start: ['totalSteps', 'examples', 'parameters'],
  step: ['step', 'totalSteps', 'epoch', 'loss', 'learningRate', 'gradientNorm', 'examplesPerSecond', 'tokensPerSecond'],
  evaluation: ['step'],
  checkpoint: ['step'],
  skipped: ['step'],
  end: ['step', 'milliseconds'],
};

/** Reads a log back. Throws on a line that is no event, naming the file, the event's place and what is wrong with it. */
export async function readRunLog(path: string): Promise<LoggedEvent[]> {
  const values = await readJsonLines(path);
  return values.map((value, index) => {
    const event = withNaN(value);
    const problem = problemOf(event);
    if (problem !== undefined) throw new Error(`${path}: event ${index + 1} ${problem}. Was the file edited?`);
    return event as LoggedEvent;
  });
}

/** No field of an event may be null, so a null can only be a number that JSON could not write. */
function withNaN(value: unknown): unknown {
  if (value === null) return NaN;
  if (typeof value !== 'object' || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, withNaN(inner)]));
}

function problemOf(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return 'is not an object';
  const event = value as Record<string, unknown>;
  const { kind, run, time } = event;
  if (typeof kind !== 'string' || !Object.hasOwn(numbersOf, kind)) return `is of the unknown kind ${quoted(kind)}`;
  if (typeof run !== 'string') return 'names no run';
  if (typeof time !== 'string' || Number.isNaN(Date.parse(time))) return 'has no time';
  const missing = numbersOf[kind as TrainEvent['kind']].find((name) => typeof event[name] !== 'number');
  if (missing !== undefined) return `(${kind}) has no number '${missing}'`;
  if (kind === 'evaluation' && !isNumberRecord(event.scores)) return "(evaluation) has no 'scores'";
  if (kind === 'step' && !isNumberRecord(event.parts)) return "(step) has no 'parts'";
  const broken = (['memory', 'deviceMemory'] as const).find((name) => kind === 'step' && event[name] !== undefined && !isMemory(event[name]));
  if (broken !== undefined) return `(step) has a '${broken}' without nowBytes and peakBytes`;
  return undefined;
}

const isNumberRecord = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && Object.values(value).every((inner) => typeof inner === 'number');

const isMemory = (value: unknown): boolean => isNumberRecord(value) && typeof value === 'object' && value !== null && 'nowBytes' in value && 'peakBytes' in value;
