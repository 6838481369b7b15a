/** A lesson for the tests of strategies: a two-layer student of a four-layer teacher on 24 examples, and the events that it tells. */
import type { Model } from '../../src/models/model.ts';
import { softLabel } from '../../src/objectives/soft-label.ts';
import type { Lesson } from '../../src/strategies/plain.ts';
import { liveTeacher } from '../../src/teacher/teacher.ts';
import type { TrainEvent } from '../../src/train/event.ts';
import { trainDefaults } from '../../src/train/train.ts';
import { tinyModel } from '../models/tiny-model.ts';
import { tinyCorpus } from '../teacher/tiny-corpus.ts';

export const student = (seed = 1): Model => tinyModel({ hiddenDropout: 0.1 }, seed);
export const corpus = tinyCorpus(24);
export const dev = tinyCorpus(15, { prefix: 'd', seed: 2 });
export const settings = { ...trainDefaults, steps: 6, rows: 8, learningRate: 0.01, logEvery: 1, checkpointEvery: 0 };

/** `events` hears what the lesson tells. */
export function lessonOf(given: Partial<Omit<Lesson, 'hooks'>> & { readonly hooks?: Partial<Lesson['hooks']> } = {}, events: TrainEvent[] = []): Lesson {
  const { hooks, ...rest } = given;
  const emit = (event: TrainEvent) => {
    events.push(event);
    hooks?.emit?.(event);
  };
  return { student: student(), objective: softLabel(), teacher: liveTeacher(tinyModel({ layers: 4, width: 12 }, 9)), corpus, settings, ...rest, hooks: { run: 'tiny', ...hooks, emit } };
}

/** A signal that is aborted when `step` of the run is done, and the `emit` that does it. */
export function stopIn(run: string, step: number): Pick<Lesson['hooks'], 'emit' | 'signal'> {
  const stop = new AbortController();
  return { signal: stop.signal, emit: (event) => void (event.kind === 'step' && event.run === run && event.step === step && stop.abort()) };
}

/** The losses of a run, step by step. */
export function lossesOf(events: readonly TrainEvent[], run: string): number[] {
  return events.flatMap((event) => (event.kind === 'step' && event.run === run ? [event.loss] : []));
}
