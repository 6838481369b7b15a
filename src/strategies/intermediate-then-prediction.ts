/**
 * TinyBERT's stages: embeddings, hidden states and attention first, predictions after them; and before both, where it is asked for, the
 * general stage: the same intermediate objective on running text with a teacher that was not fine-tuned. Jiao et al. 2020.
 */
import { uniformMatches } from '../objectives/layer-match.ts';
import { type Objective, weighted } from '../objectives/objective.ts';
import { tinybertAttention } from '../objectives/tinybert-attention.ts';
import { tinybertHidden } from '../objectives/tinybert-hidden.ts';
import { tinybertPrediction } from '../objectives/tinybert-prediction.ts';
import type { Teacher } from '../teacher/teacher.ts';
import type { TokenisedCorpus } from '../text/tokenised-corpus.ts';
import type { TrainSettings } from '../train/train.ts';
import { depthsOf, headTask } from './lesson-task.ts';
import type { Lesson, Strategy } from './plain.ts';
import { type Stage, stages } from './stages.ts';

export interface IntermediateThenPredictionOptions {
  /** The general stage; its text needs no labels. */
  readonly general?: { readonly teacher: Teacher; readonly corpus: TokenisedCorpus; readonly settings?: Partial<TrainSettings> };
  /** Of the two task stages, over the lesson's. The paper has 10 to 20 epochs at 5e-5, then 3 at 3e-5. */
  readonly intermediate?: Partial<TrainSettings>;
  readonly prediction?: Partial<TrainSettings>;
  /** t of the predictions. Default 1. */
  readonly temperature?: number;
}

/** Layers are matched uniformly, student layer m with teacher layer ⌈m N / M⌉, every pair counting 1. The objective of the lesson is not used. */
export function intermediateThenPrediction({ general, intermediate = {}, prediction = {}, temperature = 1 }: IntermediateThenPredictionOptions = {}): Strategy {
  return stages((lesson): Stage[] => [
    ...(general === undefined ? [] : [{ ...general, name: 'general', objective: intermediateObjective(lesson, general.teacher) }]),
    { name: 'intermediate', objective: intermediateObjective(lesson, lesson.teacher), settings: intermediate },
    { name: 'prediction', objective: tinybertPrediction({ temperature, task: headTask(lesson, 'intermediate-then-prediction') }), settings: prediction },
  ]);
}

function intermediateObjective(lesson: Lesson, teacher: Teacher | undefined): Objective {
  const depths = depthsOf(lesson, teacher, 'intermediate-then-prediction');
  return weighted([[1, tinybertHidden({ matches: uniformMatches(depths, { embeddings: true }) })], [1, tinybertAttention({ matches: uniformMatches(depths) })]]);
}
