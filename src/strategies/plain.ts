/**
 * A lesson, and the plain way to give it: one student, one objective, at most one teacher, one corpus. Other strategies wrap this
 * one; a strategy computes no loss and touches no optimiser.
 */
import { maskedLmScores } from '../evaluate/masked-lm.ts';
import { modelScores, rankingScores } from '../evaluate/score.ts';
import type { ModelFacts } from '../models/facts.ts';
import type { Model } from '../models/model.ts';
import type { Objective } from '../objectives/objective.ts';
import type { Teacher } from '../teacher/teacher.ts';
import type { EncodedCorpus } from '../text/encoded-corpus.ts';
import type { Masking } from '../text/masking.ts';
import type { TokenisedCorpus } from '../text/tokenised-corpus.ts';
import { train, type TrainHooks, type TrainOutcome, type TrainSettings } from '../train/train.ts';

export interface Lesson {
  readonly student: Model<ModelFacts>;
  readonly objective: Objective;
  readonly teacher?: Teacher;
  /** What the student learns from; unlabelled examples are welcome where the objective listens to a teacher. */
  readonly corpus: TokenisedCorpus;
  /** Hides words of the corpus, for losses that predict them. */
  readonly masking?: Masking;
  /** Scored while training; the best weights by `metric` are kept. With a masking it is text whose words are hidden once and for all. */
  readonly dev?: EncodedCorpus;
  /** One of the task's scores; by default the first of `rankingScores`: accuracy, micro F1 or Pearson; of hidden words, their log-likelihood. */
  readonly metric?: string;
  /** In place of dev, for what is scored in another way: a translator. */
  readonly score?: TrainHooks['score'];
  readonly settings: TrainSettings;
  readonly hooks: Omit<TrainHooks, 'score'>;
}

export type Strategy = (lesson: Lesson) => Promise<TrainOutcome>;

/** Trains the student in place. */
export const plain: Strategy = (lesson) => {
  const { student, objective, teacher, corpus, masking, settings, hooks } = lesson;
  const score = lesson.score ?? scoreOf(lesson);
  return train({ student, objective, teacher, masking }, corpus, settings, { ...hooks, ...(score && { score }) });
};

function scoreOf({ student, masking, dev, metric }: Lesson): TrainHooks['score'] {
  if (dev === undefined) return undefined;
  if (masking !== undefined) return { metric: metric ?? 'logLikelihood', measure: async () => ({ ...(await maskedLmScores(student, dev, masking)) }) };
  const [usual] = rankingScores[dev.labels?.kind ?? 'single-label'];
  return { metric: metric ?? usual, measure: async () => ({ ...(await modelScores(student, dev)).scores }) };
}
