/**
 * One training as a stage of a run: done before and reused, resumed from its checkpoint, or begun; what comes of it is made while the student
 * is there. Checkpoints are of use until then, and take several times a model's room: a finished stage keeps none.
 */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { removeStalePartials } from '../storage/atomic.ts';
import { type Lesson, plain } from '../strategies/plain.ts';
import type { Run, Stage } from './run.ts';

export interface TrainingStage<S extends Lesson['student'], T> {
  /** Everything that determines the result, but for the engine. */
  readonly inputs: unknown;
  /** Makes the student, which is disposed at the end. */
  readonly start: () => Promise<S>;
  /** How it is taught. @param folder the stage's. */
  readonly lesson: (student: S, folder: string) => Promise<Omit<Lesson, 'student' | 'hooks'>>;
  /** Judges and saves what was learned. */
  readonly finish: (student: S, folder: string) => Promise<T>;
}

/** @param name also the label of its events. */
export async function trainStage<S extends Lesson['student'], T extends object>(run: Run, name: string, { inputs, start, lesson, finish }: TrainingStage<S, T>): Promise<Stage<T & { trainMs: number }>> {
  const stage = await run.stage(name, inputs, async (folder) => {
    const started = performance.now();
    const checkpoints = checkpointsOf(folder);
    await removeStalePartials(checkpoints);
    const student = await start();
    try {
      const hooks = { run: name, emit: (event: Parameters<Run['emit']>[0]) => run.emit(event), recorded: () => run.recorded(), signal: run.signal, checkpoints };
      const outcome = await plain({ ...(await lesson(student, folder)), student, hooks });
      if (outcome.stopped === 'interrupted') throw run.signal.reason;
      const trainMs = performance.now() - started;
      return { ...(await finish(student, folder)), trainMs };
    } finally {
      student.dispose();
    }
  });
  await rm(checkpointsOf(stage.folder), { recursive: true, force: true });
  if (stage.reused) run.say(`${name}: done before, reused`);
  return stage;
}

function checkpointsOf(folder: string): string {
  return join(folder, 'checkpoints');
}
