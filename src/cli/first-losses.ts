/**
 * The losses of a training's first steps: heard while it runs, found again in the run's log where it was interrupted, and held against
 * those of the same steps done again. On the engine, library, build and processor that they were recorded on they are equal to the
 * last bit; elsewhere only near, and how near is told.
 */
import { join } from 'node:path';
import { engineFacts } from '../engine/engine.ts';
import type { Evidence } from '../report/evidence-file.ts';
import { readRunLog } from '../report/run-log.ts';
import { type Lesson, plain } from '../strategies/plain.ts';
import type { StepEvent, TrainEvent } from '../train/event.ts';
import { machine, type Run } from './run.ts';

/** So many are kept. */
const keptLosses = 50;

/** What is trained, of whatever kind. */
export interface FirstLesson extends Pick<Lesson, 'objective' | 'teacher' | 'corpus' | 'settings'> {
  readonly start: () => Promise<Lesson['student']>;
}

export interface HeardSteps {
  readonly emit: (event: TrainEvent) => void;
  /** By their numbers. */
  readonly steps: Map<number, StepEvent>;
}

/** Listens to one training of a run that logs every step. */
export function hearSteps(run: Run, training: string): HeardSteps {
  const steps = new Map<number, StepEvent>();
  return {
    steps,
    emit: (event) => {
      if (event.kind === 'step' && event.run === training) steps.set(event.step, event);
      run.emit(event);
    },
  };
}

/** The first losses, to the nine digits of a float32, and the minutes of all steps; earlier sittings are read from the log. @throws where the first steps are in neither. */
export async function firstSteps(run: Run, training: string, { steps: { steps: heard }, rows }: { steps: HeardSteps; rows: number }): Promise<{ losses: number[]; minutes: number }> {
  const path = join(run.folder, 'events.jsonl');
  const logged = heard.has(1) ? [] : sinceItsStart(await readRunLog(path), training);
  const steps = new Map([...logged, ...heard.values()].map((event) => [event.step, event]));
  const losses: number[] = [];
  for (let step = 1; step <= keptLosses; step++) {
    const loss = steps.get(step)?.loss;
    if (loss === undefined) break; // the last step, or one that was skipped
    losses.push(asFloat32(loss));
  }
  if (losses.length === 0) throw new Error(`${path}: the first steps of '${training}' are not in it; delete the training's folder beside it and run again`);
  const milliseconds = [...steps.values()].reduce((sum, { examplesPerSecond }) => sum + (1000 * rows) / examplesPerSecond, 0);
  return { losses, minutes: milliseconds / 60_000 };
}

/** The steps of a training since it last began anew. */
function sinceItsStart(events: readonly TrainEvent[], training: string): StepEvent[] {
  const own = events.filter(({ run }) => run === training);
  const begun = own.findLastIndex((event) => event.kind === 'start' && event.resumedAt === undefined);
  return own.slice(begun + 1).filter((event): event is StepEvent => event.kind === 'step');
}

const asFloat32 = (loss: number): number => Number(loss.toPrecision(9));

/** How far losses may lie apart on another engine, library, build or processor, as a share of the recorded one. */
const tolerance = { fp32: 1e-3, bf16: 5e-2 } as const;

/** Does the first steps again, in the same schedule. @throws where the losses are not the recorded ones. */
export async function checkFirstLosses(run: Run, name: string, lesson: FirstLesson, recorded: Evidence): Promise<void> {
  const { losses } = recorded;
  const again = await trainFirst(run, `${name}, again`, lesson, losses.length);
  const apart = losses.map((loss, at) => Math.abs((again[at] ?? NaN) - loss) / Math.max(Math.abs(loss), 0.1));
  const worst = apart.reduce((most, one) => (Number.isNaN(one) ? NaN : Math.max(most, one)), 0);
  const elsewhere = differencesOf(recorded);
  const bound = elsewhere.length === 0 ? 0 : tolerance[engineFacts().precision];
  const place = apart.findIndex((one) => !(one <= bound));
  const here = elsewhere.length === 0 ? '' : `; it was recorded with another ${elsewhere.join(', ')}, where losses may lie ${100 * bound} % apart`;
  if (place >= 0) throw new Error(`${name}: the loss of step ${place + 1} is ${again[place] ?? 'missing'}, but ${losses[place]} was recorded${here}`);
  run.say(`${name}: the first ${losses.length} losses are ${worst === 0 ? 'the recorded ones, to the last bit' : `within ${(100 * worst).toFixed(3)} % of the recorded ones`}${here}`);
}

/** What of the recorded engine and machine is otherwise here. */
function differencesOf({ engine, machine: recordedOn }: Evidence): string[] {
  const here = engineFacts();
  const parts = (['engine', 'device', 'precision', 'threads', 'library', 'buildId'] as const).filter((part) => here[part] !== engine[part]);
  return [...parts, ...(machine().processor === recordedOn.processor ? [] : ['processor'])];
}

/** Nothing is scored, kept or logged. */
async function trainFirst(run: Run, name: string, { start, objective, corpus, settings, teacher }: FirstLesson, steps: number): Promise<number[]> {
  const enough = new AbortController();
  const losses: number[] = [];
  const student = await start();
  try {
    const emit = (event: TrainEvent) => {
      if (event.kind !== 'step' || losses.length === steps) return;
      losses.push(asFloat32(event.loss));
      if (losses.length === steps) enough.abort();
    };
    await plain({ student, objective, corpus, settings, hooks: { run: name, emit, signal: AbortSignal.any([enough.signal, run.signal]) }, ...(teacher && { teacher }) });
    run.signal.throwIfAborted();
  } finally {
    student.dispose();
  }
  return losses;
}
