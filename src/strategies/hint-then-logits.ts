/**
 * FitNets' two stages: first the student up to a guided layer, whose states a regressor maps to a middle layer of the teacher; then the
 * whole student on labels and softened classes, the teacher's part fading. The regressor goes after the first. Romero et al. 2015.
 */
import type { ModelFacts } from '../models/facts.ts';
import { families, isEncoder } from '../models/families.ts';
import { headSpecs } from '../models/heads.ts';
import { hardLabels } from '../objectives/hard-labels.ts';
import { hint, type HintOptions } from '../objectives/hint.ts';
import { type Objective, weighted } from '../objectives/objective.ts';
import { softLabel } from '../objectives/soft-label.ts';
import type { Weight } from '../objectives/weight.ts';
import type { TrainSettings } from '../train/train.ts';
import { depthsOf, headTask } from './lesson-task.ts';
import type { Lesson, Strategy } from './plain.ts';
import { type Stage, stages } from './stages.ts';

export interface HintThenLogitsOptions {
  /** Guided layer and hint layer, from 1. Default: the middle ones, ⌈L / 2⌉ of each side. */
  readonly match?: { readonly student: number; readonly teacher: number };
  readonly activation?: HintOptions['activation'];
  /** τ of the second stage. Default 3. */
  readonly temperature?: number;
  /** λ, what softened classes count beside labels. Default: 4 at the first step of the stage, 1 at its last. */
  readonly weight?: Weight;
  /** Of each stage, over the lesson's. */
  readonly hint?: Partial<TrainSettings>;
  readonly logits?: Partial<TrainSettings>;
}

/**
 * Stage 1: L = ½ mean ‖h_t - W h_s - b‖², layers up to the guided one and the embeddings learn. Stage 2: L = CE(y, p_s) + λ CE(p_t, p_s), the
 * second at τ and without τ² (Romero et al. 2015, equations 3 and 2); where the corpus has no labels, the second term alone. The
 * objective of the lesson is not used.
 */
export function hintThenLogits(options: HintThenLogitsOptions = {}): Strategy {
  return stages((lesson) => planned(lesson, options));
}

function planned(lesson: Lesson, { match, activation, hint: first = {}, logits: second = {}, ...options }: HintThenLogitsOptions): Stage[] {
  const depths = depthsOf(lesson, lesson.teacher, 'hint-then-logits');
  const { student, teacher } = match ?? { student: Math.ceil(depths.student / 2), teacher: Math.ceil(depths.teacher / 2) };
  const { steps } = { ...lesson.settings, ...second };
  return [
    { name: 'hint', objective: hint({ matches: [{ student, teacher, weight: 1 }], ...(activation && { activation }) }), settings: first, learns: upTo(student, lesson.student.config) },
    { name: 'logits', objective: answersObjective(lesson, steps, options), settings: second },
  ];
}

function answersObjective(lesson: Lesson, steps: number, { temperature = 3, weight = steps > 1 ? { from: 4, to: 1, steps } : 4 }: Pick<HintThenLogitsOptions, 'temperature' | 'weight'>): Objective {
  const soft = softLabel({ temperature, form: 'cross-entropy', scaleT2: false, task: headTask(lesson, 'hint-then-logits') });
  return weighted([...(lesson.corpus.labels === undefined ? [] : [[1, hardLabels()] as const]), [weight, soft]]);
}

/** Embeddings and layers up to this one, from 1; what stands above, heads included, is left alone. */
export function upTo(layer: number, config: ModelFacts): (parameter: string) => boolean {
  if (!isEncoder(config)) throw new Error(`a hint guides a layer of an encoder, but the student is a ${config.family}`);
  const { names: { layers }, sharesLayers } = families[config.family];
  const heads = new Set(headSpecs(config).map(({ name }) => name));
  return (parameter) => {
    if (heads.has(parameter)) return false;
    const above = parameter.startsWith(`${layers}.`) ? Number(parameter.slice(layers.length + 1).split('.')[0]) : -1;
    return sharesLayers === true || above < layer;
  };
}
