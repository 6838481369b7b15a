/** A tiny lesson for the loop's tests: one-layer student, a corpus of eleven examples, seven steps. */
import type { Model } from '../../src/models/model.ts';
import { hardLabels } from '../../src/objectives/hard-labels.ts';
import type { Objective } from '../../src/objectives/objective.ts';
import type { TrainEvent } from '../../src/train/event.ts';
import type { Learning } from '../../src/train/gradients.ts';
import { train, trainDefaults, type TrainHooks, type TrainOutcome, type TrainSettings } from '../../src/train/train.ts';
import type { EncoderConfig } from '../../src/models/config.ts';
import type * as tf from '../../src/engine/tf.ts';
import { bitsOf, tinyModel } from '../models/tiny-model.ts';
import { tinyCorpus } from '../teacher/tiny-corpus.ts';

export const corpus = tinyCorpus(11);
export const settings: TrainSettings = { ...trainDefaults, seed: 5, steps: 7, rows: 4, learningRate: 0.01, warmupSteps: 2, logEvery: 1, checkpointEvery: 0 };

export const student = (change: Partial<EncoderConfig> = {}, seed = 1): Model => tinyModel({ layers: 1, ...change }, seed);

/** Hard labels whose loss passes through `change`. */
export function changedLoss(change: (loss: tf.Scalar, exampleIds: readonly string[]) => tf.Scalar): Objective {
  const hard: Objective = hardLabels();
  return { ...hard, loss: (said, teacher, batch, context) => change(hard.loss(said, teacher, batch, context), batch.exampleIds) };
}

interface Given {
  readonly learning?: Partial<Learning & { student: Model }>;
  readonly settings?: Partial<TrainSettings>;
  readonly hooks?: Partial<TrainHooks>;
}

/** Runs the lesson, with these differences. */
export async function run({ learning, settings: change, hooks }: Given = {}): Promise<{ model: Model; outcome: TrainOutcome; events: TrainEvent[] }> {
  const model = learning?.student ?? student();
  const events: TrainEvent[] = [];
  const emit = (event: TrainEvent) => {
    events.push(event);
    hooks?.emit?.(event);
  };
  const outcome = await train({ objective: hardLabels(), ...learning, student: model }, corpus, { ...settings, ...change }, { run: 'tiny', ...hooks, emit });
  return { model, outcome, events };
}

/** A signal that is aborted when `step` is done, and the `emit` that does it. */
export function stopAfter(step: number): Pick<TrainHooks, 'emit' | 'signal'> {
  const stop = new AbortController();
  return { signal: stop.signal, emit: (event) => void (event.kind === 'step' && event.step === step && stop.abort()) };
}

export function ofKind<K extends TrainEvent['kind']>(events: readonly TrainEvent[], kind: K): Extract<TrainEvent, { kind: K }>[] {
  return events.filter((event): event is Extract<TrainEvent, { kind: K }> => event.kind === kind);
}

/** Scores that are read off a list; what `bits` hears is the student of each evaluation. */
export function scripted(scores: readonly number[], bits: string[], of: Model): NonNullable<TrainHooks['score']> {
  return { metric: 'accuracy', measure: async () => ({ accuracy: scores[bits.push(await bitsOf(of)) - 1] ?? NaN }) };
}
