/**
 * Teachers that stopped early: a teacher's checkpoints, at a quarter, a half, three quarters and all of its training say, are candidates;
 * a student learns from each, and the student that is best on dev stays. A better teacher need not teach better. And distillation that
 * stops early: the teacher's part of the loss is gone after some step. Cho & Hariharan 2019, arXiv 1910.01348.
 */
import { join } from 'node:path';
import { hardLabels } from '../objectives/hard-labels.ts';
import { type Objective, weighted } from '../objectives/objective.ts';
import type { HeadTask } from '../objectives/rows.ts';
import { softLabel } from '../objectives/soft-label.ts';
import type { Teacher } from '../teacher/teacher.ts';
import { BestWeights } from '../train/best-weights.ts';
import type { TrainOutcome } from '../train/train.ts';
import type { Strategy } from './plain.ts';

export interface TeacherCandidate {
  /** As 'after step 250'. */
  readonly name: string;
  readonly open: () => Teacher | Promise<Teacher>;
  /** Frees what `open` took. */
  readonly close?: () => void;
}

export interface EarlyStoppedTeacherOptions {
  /** Hears each candidate's student by its best score on dev, and at the end the candidate that was chosen. */
  readonly onScore?: (candidate: string, score: number) => void;
  readonly onChoice?: (candidate: string) => void;
}

/** The student starts anew for each candidate, from the weights it came with; the lesson's own teacher is not asked. Outcome and weights are those of the best, the earlier candidate where two are equal. */
export function earlyStoppedTeachers(candidates: readonly TeacherCandidate[], { onScore, onChoice }: EarlyStoppedTeacherOptions = {}): (strategy: Strategy) => Strategy {
  if (candidates.length === 0) throw new Error('there is no candidate among the teachers');
  return (strategy) => async (lesson) => {
    if (lesson.dev === undefined && lesson.score === undefined) throw new Error('teachers are chosen by their student\'s score on dev, but the lesson has no dev corpus');
    const { parameters } = lesson.student;
    const [start, weights] = [new BestWeights(undefined), new BestWeights(undefined)];
    await start.keep(parameters);
    let best: { outcome: TrainOutcome; score: number; name: string } | undefined;
    for (const [index, { name, open, close }] of candidates.entries()) {
      await start.restore(parameters);
      const { run, checkpoints, identity } = lesson.hooks;
      const hooks = { ...lesson.hooks, run: `${run}: ${name}`, checkpoints: checkpoints && join(checkpoints, `candidate-${index + 1}`), identity: { ...identity, candidate: name } };
      const teacher = await open();
      let outcome: TrainOutcome;
      try {
        outcome = await strategy({ ...lesson, teacher, hooks });
      } finally {
        close?.();
      }
      if (outcome.stopped === 'interrupted') return outcome;
      const score = outcome.best?.score ?? -Infinity; // no finite score: any other student is better
      onScore?.(name, score);
      if (best !== undefined && score <= best.score) continue;
      best = { outcome, score, name };
      await weights.keep(parameters);
    }
    await weights.restore(parameters);
    const { name, outcome } = best!; // there is at least one candidate
    onChoice?.(name);
    return outcome;
  };
}

export interface StoppedDistillationOptions {
  /** The last step in which the teacher is listened to. */
  readonly until: number;
  /** What it counts until then, 0..1; labels count the rest, and all after it. Default 0.9. */
  readonly alpha?: number;
  /** Default 4. */
  readonly temperature?: number;
  readonly task?: HeadTask;
}

/** L = (1 - α(t)) CE(y, p_s) + α(t) T² KL(p_t ‖ p_s), α(t) = α up to step `until` and 0 after it. */
export function stoppedDistillation({ until, alpha = 0.9, temperature = 4, task = 'single-label' }: StoppedDistillationOptions): Objective {
  if (!Number.isInteger(until) || until < 1) throw new Error(`distillation stops after a whole number of steps from 1, not ${until}`);
  const course = (before: number, after: number) => ({ description: `${before} until step ${until}, then ${after}`, at: (step: number) => (step <= until ? before : after) });
  return weighted([[course(Number((1 - alpha).toPrecision(12)), 1), hardLabels()], [course(alpha, 0), softLabel({ temperature, task })]]);
}
