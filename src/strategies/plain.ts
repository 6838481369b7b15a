/**
 * A lesson, and the plain way to give it: one student, one objective, at most one teacher, one corpus. Other strategies wrap this
 * one; a strategy computes no loss and touches no optimiser.
 */
import { modelScores, rankingScores } from '../evaluate/score.ts';
import type { ModelFacts } from '../models/facts.ts';
import type { Model } from '../models/model.ts';
import type { Objective } from '../objectives/objective.ts';
import type { Teacher } from '../teacher/teacher.ts';
import type { EncodedCorpus } from '../text/encoded-corpus.ts';
import type { TokenisedCorpus } from '../text/tokenised-corpus.ts';
import { train, type TrainHooks, type TrainOutcome, type TrainSettings } from '../train/train.ts';

export interface Lesson {
  readonly student: Model<ModelFacts>;
  readonly objective: Objective;
  readonly teacher?: Teacher;
  /** What the student learns from; unlabelled examples are welcome where the objective listens to a teacher. */
  readonly corpus: TokenisedCorpus;
  /** Scored while training; the best weights by `metric` are kept. */
  readonly dev?: EncodedCorpus;
  /** One of the task's scores; by default the first of `rankingScores`: accuracy, micro F1 or Pearson. */
  readonly metric?: string;
  /** In place of dev, for what is scored in another way: a translator. */
  readonly score?: TrainHooks['score'];
  readonly settings: TrainSettings;
  readonly hooks: Omit<TrainHooks, 'score'>;
}

export type Strategy = (lesson: Lesson) => Promise<TrainOutcome>;

/** Trains the student in place. */
export const plain: Strategy = ({ student, objective, teacher, corpus, dev, metric, score: own, settings, hooks }) => {
  const [usual] = rankingScores[dev?.labels?.kind ?? 'single-label'];
  const score = own ?? (dev && { metric: metric ?? usual, measure: async () => ({ ...(await modelScores(student, dev)).scores }) });
  return train({ student, objective, teacher }, corpus, settings, { ...hooks, ...(score && { score }) });
};
