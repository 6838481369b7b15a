/**
 * How long work takes on this engine, found by doing a little of it: training steps as `train` runs them, and examples that a model is
 * asked about. The student is trained a little: whoever wants it untouched makes another.
 */
import { quantile } from '../evaluate/quantile.ts';
import type { Objective } from '../objectives/objective.ts';
import type { Classifier } from '../models/classifiers.ts';
import { classLogits } from '../teacher/label-corpus.ts';
import type { Labeller } from '../teacher/labeller.ts';
import type { Teacher } from '../teacher/teacher.ts';
import { type EncodedCorpus, sliceCorpus } from '../text/encoded-corpus.ts';
import { train, type TrainSettings } from '../train/train.ts';

interface Rehearsed {
  readonly student: Classifier;
  readonly objective: Objective;
  readonly teacher: Teacher;
  readonly corpus: EncodedCorpus;
  readonly settings: TrainSettings;
  readonly signal: AbortSignal;
}

/** Steps that are thrown away, in which kernels are chosen and notes are taken, and steps that are timed. */
const [warmup, timed] = [3, 5];

/** The median of a few steps, in milliseconds. @throws where `train` does, and the signal's reason when it is aborted. */
export async function stepMs({ settings, signal, corpus, ...learning }: Rehearsed): Promise<number> {
  const ends: number[] = [];
  await train(learning, corpus, { ...settings, steps: warmup + timed, warmupSteps: 0, evaluateEvery: 0, patience: 0, checkpointEvery: 0, logEvery: 1 }, {
    run: 'plan', signal,
    emit: ({ kind }) => {
      if (kind === 'step' || kind === 'skipped') ends.push(performance.now());
    },
  });
  signal.throwIfAborted();
  const steps = ends.slice(warmup).map((end, i) => end - (ends[warmup + i - 1] ?? 0));
  return quantile(Float64Array.from(steps).sort(), 0.5);
}

/** Milliseconds for one example of many, once the engine is warm; at most 128 of the corpus's first are asked about. */
export async function exampleMs(asked: Classifier | Labeller, corpus: EncodedCorpus, signal: AbortSignal): Promise<number> {
  const some = sliceCorpus(corpus, 0, Math.min(128, corpus.exampleIds.length));
  await classLogits(asked, some, { signal });
  const start = performance.now();
  await classLogits(asked, some, { signal });
  return (performance.now() - start) / some.exampleIds.length;
}
