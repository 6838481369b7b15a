/**
 * The training loop: batches in, gradients, one update, and now and then a look around (log, evaluate, checkpoint). It reads no
 * tensor in a step, knows no listener, and goes on from a checkpoint as if it had never stopped.
 */
import { engineMark } from '../engine/engine.ts';
import { randomKey } from '../engine/random.ts';
import { fingerprint } from '../storage/hash.ts';
import { type HostBatch, trainingBatches } from '../text/batches.ts';
import type { Masked } from '../text/masking.ts';
import { exampleCount, type TokenisedCorpus } from '../text/tokenised-corpus.ts';
import { wantsNothing } from '../models/output.ts';
import { checkLayers } from '../models/states.ts';
import { described } from '../objectives/objective.ts';
import { openAuxiliary, shapesOf, together } from './auxiliary.ts';
import { BestWeights } from './best-weights.ts';
import { afterScore, checkEarlyStopping, type EarlyStopping, isPatienceSpent, notWaiting, stoppingReason } from './early-stopping.ts';
import type { TrainEvent } from './event.ts';
import { type Learning, stepGradients } from './gradients.ts';
import { Ledger } from './ledger.ts';
import type { PruningMasks } from './magnitude-prune.ts';
import { Optimizer, optimizerDefaults, type OptimizerSettings } from './optimizer.ts';
import { learningRateAt, type ScheduleShape } from './schedule.ts';
import { loadTrainState, type Progress, type RunIdentity, saveTrainState } from './train-state.ts';
import { alone, type World } from './world.ts';
import * as tf from '../engine/tf.ts';

export interface TrainSettings extends OptimizerSettings, EarlyStopping {
  readonly seed: number;
  readonly steps: number;
  /** Examples per step, over all micro-batches and ranks. */
  readonly rows: number;
  /** Micro-batches per step; divides `rows`. */
  readonly accumulation: number;
  readonly learningRate: number;
  readonly schedule: ScheduleShape;
  readonly warmupSteps: number;
  /** Every so many steps; 0 = only at the end. */
  readonly evaluateEvery: number;
  readonly checkpointEvery: number;
  readonly logEvery: number;
}

export const trainDefaults: Omit<TrainSettings, 'steps' | 'learningRate'> = {
  ...optimizerDefaults,
  seed: 1,
  rows: 32,
  accumulation: 1,
  schedule: 'linear',
  warmupSteps: 0,
  evaluateEvery: 0,
  patience: 0,
  minImprovement: 0,
  checkpointEvery: 200,
  logEvery: 10,
};

export interface TrainHooks {
  /** Label of the run in events. */
  readonly run: string;
  readonly emit: (event: TrainEvent) => void;
  /** Resolves when what was emitted would outlive this process. A checkpoint waits for it: a run that goes on from there does not say it again. */
  readonly recorded?: () => Promise<void>;
  /** Scores the student, higher is better under `metric`; the best weights are put back at the end. */
  readonly score?: { readonly metric: string; readonly measure: () => Promise<Record<string, number>> };
  /** Hears when these steps are done, the student being as they left it: teachers that stopped early. A resumed run may tell a step again. */
  readonly snapshots?: { readonly steps: readonly number[]; readonly keep: (step: number) => Promise<void> };
  /** Folder for checkpoints; without it the run cannot be resumed. */
  readonly checkpoints?: string | undefined;
  /** What else determines the numbers (hashes of corpus, tokenizer, teacher), for the checkpoint's identity. */
  readonly identity?: RunIdentity;
  /** When aborted, the loop finishes the step, writes a checkpoint and returns. */
  readonly signal?: AbortSignal | undefined;
  readonly world?: World;
  /** Weights that are zero and stay so; they are cut before the first step. The caller's. */
  readonly masks?: PruningMasks | undefined;
}

export interface TrainOutcome {
  readonly step: number;
  readonly best: Progress['best'];
  /** Set when the run was stopped before its last step: by the signal, or because patience ran out. */
  readonly stopped?: 'interrupted' | 'early';
}

/** Trains `learning.student` in place on `corpus`. Same settings and seed, same engine: same weights, bit for bit. */
export async function train(learning: Learning, corpus: TokenisedCorpus, settings: TrainSettings, hooks: TrainHooks): Promise<TrainOutcome> {
  check(settings, learning, hooks);
  const { parameters, config } = learning.student;
  const { run, emit, checkpoints, signal, world = alone, masks } = hooks;
  const identity = { ...hooks.identity, ...settings, corpus: corpus.corpus, tokenizer: corpus.tokenizer, objective: described(learning.objective), teacher: learning.teacher?.name ?? 'none', ...(learning.masking && { masking: learning.masking.description }), metric: hooks.score?.metric ?? 'none', ...(masks && { masks: masks.fingerprint }) };
  const examples = exampleCount(corpus);
  const auxiliary = openAuxiliary(learning.objective, shapesOf(learning, examples), settings.seed);
  const trained = together(parameters, auxiliary);
  const optimizer = new Optimizer(trained, settings);
  const bestWeights = new BestWeights(checkpoints);
  const ledger = new Ledger({ run, totalSteps: settings.steps, examples, emit });
  const started = performance.now();
  try {
    const resumed = checkpoints === undefined ? undefined : await loadTrainState(checkpoints, identity, trained, optimizer);
    masks?.cutWeights(); // of a checkpoint they are zero already
    let { step, cursor, best, waiting }: Progress = resumed ?? { step: 0, cursor: 0, best: null, waiting: notWaiting };
    const engine = engineMark();
    const changed = resumed !== undefined && fingerprint(resumed.engine) !== fingerprint(engine);
    emit({
      kind: 'start', run, totalSteps: settings.steps, examples, parameters: parameters.count, ...(auxiliary.count > 0 && { auxiliary: auxiliary.count }), engine,
      ...(resumed && { resumedAt: step }), ...(changed && { engineBefore: resumed.engine }),
    });

    const microRows = settings.rows / settings.accumulation;
    const batches = trainingBatches(corpus, { seed: settings.seed, rows: microRows, cursor, padId: config.padId, ...(config.startId !== undefined && { startId: config.startId }), world });
    const saveCheckpoint = async () => {
      if (checkpoints === undefined) return;
      await ledger.settle(cursor);
      await hooks.recorded?.();
      emit({ kind: 'checkpoint', run, step, path: await saveTrainState(checkpoints, { step, cursor, best, waiting }, identity, trained, optimizer) });
    };

    const isOver = () => step === settings.steps || isPatienceSpent(waiting, settings);
    while (!isOver() && signal?.aborted !== true) {
      step++;
      const microBatches: LearnedBatch[] = [];
      while (microBatches.length < settings.accumulation) {
        const { value } = await batches.next();
        microBatches.push(learning.masking?.mask(value, randomKey(settings.seed, 'masking', step)) ?? value);
      }
      cursor += settings.rows;
      const learningRate = learningRateAt(step, { ...settings, shape: settings.schedule, totalSteps: settings.steps });
      const { gradients, loss, parts } = await stepGradients({ ...learning, auxiliary }, microBatches, { step, key: randomKey(settings.seed, 'dropout', step) });
      masks?.cutGradients(gradients);
      const verdict = optimizer.update(gradients, { step, learningRate });
      tf.dispose([...gradients.values()]);
      ledger.enter({
        step, loss, parts, verdict, learningRate,
        exampleIds: microBatches.flatMap(({ exampleIds }) => exampleIds),
        tokens: microBatches.reduce((sum, { lengths }) => sum + lengths.reduce((a, b) => a + b, 0), 0),
      });

      const last = step === settings.steps;
      if (last || step % settings.logEvery === 0) await ledger.settle(cursor);
      if (hooks.score !== undefined && (last || isDue(step, settings.evaluateEvery))) {
        const { metric, measure } = hooks.score;
        const began = performance.now();
        const scores = await measure();
        const score = scores[metric];
        if (score === undefined) throw new Error(`the student is to be judged by '${metric}', but its scores are ${Object.keys(scores).join(', ')}`);
        const better = Number.isFinite(score) && (best === null || score > best.score);
        if (better) {
          best = { step, score };
          await bestWeights.keep(parameters);
        }
        waiting = afterScore(waiting, score, settings);
        emit({ kind: 'evaluation', run, step, scores, best: better });
        ledger.leaveOut(performance.now() - began);
      }
      if (hooks.snapshots?.steps.includes(step) === true) await hooks.snapshots.keep(step);
      if (isOver() || isDue(step, settings.checkpointEvery)) await saveCheckpoint();
      await new Promise((resume) => setImmediate(resume)); // lets Ctrl-C and the progress line through
    }

    const stopped = isOver() ? (step < settings.steps ? 'early' : undefined) : 'interrupted';
    await ledger.settle(cursor);
    if (stopped === 'interrupted' && !isDue(step, settings.checkpointEvery)) await saveCheckpoint();
    if (stopped !== 'interrupted' && best !== null) await bestWeights.restore(parameters);
    const reason = stopped === 'early' && hooks.score !== undefined ? stoppingReason(waiting, hooks.score.metric, settings) : undefined;
    emit({ kind: 'end', run, step, milliseconds: performance.now() - started, ...(stopped && { stopped }), ...(reason !== undefined && { reason }) });
    return { step, best, ...(stopped && { stopped }) };
  } finally {
    ledger.dispose();
    optimizer.dispose();
    auxiliary.dispose();
  }
}

/** A batch of the corpus, perhaps with words hidden. */
type LearnedBatch = HostBatch | Masked<HostBatch>;

function isDue(step: number, every: number): boolean {
  return every > 0 && step % every === 0;
}

function check(settings: TrainSettings, { student, objective, teacher }: Learning, { score }: TrainHooks): void {
  const { steps, rows, accumulation, learningRate, logEvery, warmupSteps, evaluateEvery, checkpointEvery } = settings;
  for (const [name, value] of Object.entries({ steps, rows, accumulation, logEvery })) {
    if (!Number.isInteger(value) || value < 1) throw new Error(`${name} must be a whole number from 1, not ${value}`);
  }
  for (const [name, value] of Object.entries({ warmupSteps, evaluateEvery, checkpointEvery })) {
    if (!Number.isInteger(value) || value < 0) throw new Error(`${name} must be a whole number from 0, not ${value}`);
  }
  if (rows % accumulation !== 0) throw new Error(`${accumulation} micro-batches do not divide a batch of ${rows}`);
  if (!(learningRate > 0 && learningRate < Infinity)) throw new Error(`learningRate must be a number above 0, not ${learningRate}`);
  checkEarlyStopping(settings, { evaluates: score !== undefined && evaluateEvery > 0 });
  checkLayers(student.config, objective.wants.student);
  const wanted = objective.wants.teacher;
  if (wantsNothing(wanted)) return;
  if (teacher === undefined) throw new Error(`${objective.name} listens to a teacher, but there is none`);
  const refusal = teacher.can(wanted);
  if (refusal !== undefined) throw new Error(`${objective.name} and the teacher (${teacher.name}) do not fit: ${refusal}`);
}
