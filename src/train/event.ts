/**
 * What a training run tells the world while it runs. The loop emits these and knows no listener: the run log, the progress line and
 * TensorBoard each take what they need. Every event names its run, such as `teacher seed 1`, because several may share one listener.
 * Losses are in nats, ratios in 0..1; no event carries a clock time, which is the listener's to add.
 */
import type { EngineMark } from '../engine/engine.ts';

/**
 * A run begins, or begins again at `resumedAt` (steps already done). `parameters` counts the trainable numbers of the student,
 * `auxiliary` those that serve its objective alone; `engineBefore` is the engine that did those steps, where it was not `engine`.
 */
export type StartEvent = { kind: 'start'; run: string; totalSteps: number; examples: number; parameters: number; auxiliary?: number; engine?: EngineMark; resumedAt?: number; engineBefore?: EngineMark };

/** What is held now and was held at most, in bytes. */
export type Memory = { nowBytes: number; peakBytes: number };

/** One step of the optimiser is done; `parts` names the objectives that add up to `loss`, `gradientNorm` is before clipping. */
export type StepEvent = {
  kind: 'step';
  run: string;
  step: number;
  totalSteps: number;
  epoch: number;
  loss: number;
  parts: Record<string, number>;
  learningRate: number;
  gradientNorm: number;
  examplesPerSecond: number;
  tokensPerSecond: number;
  /** Of the process, and of the engine's device where that is not the process's own; whoever passes the event on adds them. */
  memory?: Memory;
  deviceMemory?: Memory;
};

/** The student was scored after `step`; `best` when no earlier score of this run is better. */
export type EvaluationEvent = { kind: 'evaluation'; run: string; step: number; scores: Record<string, number>; best: boolean };

/** All that resuming needs was kept, at `path` unless the run keeps it in memory. */
export type CheckpointEvent = { kind: 'checkpoint'; run: string; step: number; path?: string };

/** A step changed nothing because its loss or gradient was not finite; these examples were in it. */
export type SkippedEvent = { kind: 'skipped'; run: string; step: number; exampleIds: string[]; reason: string };

/** The run is over, after its last step or, when `stopped` says so, before it: by the person, or early for the `reason` told. */
export type EndEvent = { kind: 'end'; run: string; step: number; milliseconds: number; stopped?: 'interrupted' | 'early'; reason?: string };

export type TrainEvent = StartEvent | StepEvent | EvaluationEvent | CheckpointEvent | SkippedEvent | EndEvent;
