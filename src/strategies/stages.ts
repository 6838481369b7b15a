/**
 * A lesson in stages: an ordered list, each with its own objective, and perhaps its own corpus, teacher, settings and part of the student
 * that learns. Every stage is a training run with a fresh optimiser and fresh auxiliary parameters; what is frozen in it comes out bit for
 * bit as it went in. Resumes in whichever stage it was stopped: those that are over are read back from their last checkpoints.
 */
import { join } from 'node:path';
import { described, type Objective } from '../objectives/objective.ts';
import { fingerprint } from '../storage/hash.ts';
import type { Teacher } from '../teacher/teacher.ts';
import type { Masking } from '../text/masking.ts';
import type { TokenisedCorpus } from '../text/tokenised-corpus.ts';
import type { TrainOutcome, TrainSettings } from '../train/train.ts';
import { type Lesson, plain, type Strategy } from './plain.ts';

/** What is not said is the lesson's. */
export interface Stage {
  /** In events and in the names of checkpoint folders; no two stages share one. */
  readonly name: string;
  readonly objective: Objective;
  readonly teacher?: Teacher;
  readonly corpus?: TokenisedCorpus;
  readonly masking?: Masking;
  /** Over the lesson's settings; `steps` and `patience` are its stop rule. */
  readonly settings?: Partial<TrainSettings>;
  /** Whether a parameter learns, by its name. Default: all do. */
  readonly learns?: (parameter: string) => boolean;
  /** Whether the student is scored on dev in this stage, and leaves it with its best weights. Default: in the last one only. */
  readonly scored?: boolean;
}

/** The stages in their order; the outcome is that of the last, or of the one that was interrupted. */
export function stages(list: readonly Stage[] | ((lesson: Lesson) => readonly Stage[])): Strategy {
  return async (lesson) => {
    const planned = typeof list === 'function' ? list(lesson) : list;
    check(planned);
    let outcome: TrainOutcome | undefined;
    let before: readonly string[] = [];
    for (const [index, stage] of planned.entries()) {
      outcome = await giveStage(lesson, stage, { index, last: index === planned.length - 1, before });
      if (outcome.stopped === 'interrupted') return outcome;
      before = [...before, describedStage(lesson, stage)];
    }
    return outcome!; // there is at least one stage
  };
}

interface Place {
  readonly index: number;
  readonly last: boolean;
  /** What the student has been through, for its identity. */
  readonly before: readonly string[];
}

function giveStage({ dev, score, ...lesson }: Lesson, stage: Stage, { index, last, before }: Place): Promise<TrainOutcome> {
  const { name, learns = () => true, scored = last, settings, ...own } = stage;
  const { run, checkpoints, identity } = lesson.hooks;
  const frozen = lesson.student.parameters.names.filter((parameter) => !learns(parameter));
  if (frozen.length === lesson.student.parameters.names.length) throw new Error(`stage '${name}': no parameter of the student learns in it`);
  const hooks = {
    ...lesson.hooks,
    run: `${run}: ${name}`,
    checkpoints: checkpoints && join(checkpoints, `${index + 1}-${name.replaceAll(/[^a-z0-9]+/gi, '-')}`),
    identity: { ...identity, stage: name, ...(before.length > 0 && { before: fingerprint(before) }), ...(frozen.length > 0 && { frozen: fingerprint(frozen) }) },
  };
  const judged = scored ? { ...(dev && { dev }), ...(score && { score }) } : {};
  const unscored = Object.keys(judged).length > 0 ? {} : { patience: 0 };
  return lesson.student.parameters.freezing(frozen, () => plain({ ...lesson, ...own, settings: { ...lesson.settings, ...settings, ...unscored }, hooks, ...judged }));
}

/** All that determines what a stage makes of a student. */
function describedStage(lesson: Lesson, { name, objective, teacher = lesson.teacher, corpus = lesson.corpus, masking = lesson.masking, settings, learns, scored }: Stage): string {
  const frozen = learns && lesson.student.parameters.names.filter((parameter) => !learns(parameter));
  return fingerprint({ name, objective: described(objective), teacher: teacher?.name ?? null, corpus: corpus.corpus, masking: masking?.description ?? null, settings: Object.entries({ ...lesson.settings, ...settings }).map(String).sort(), frozen: frozen ?? [], scored: scored ?? null });
}

function check(planned: readonly Stage[]): void {
  if (planned.length === 0) throw new Error('a lesson in stages has at least one');
  const twice = planned.find(({ name }, index) => planned.findIndex((other) => other.name === name) < index);
  if (twice !== undefined) throw new Error(`two stages are called '${twice.name}'; give each a name of its own`);
}
