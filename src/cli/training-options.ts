/**
 * Options of a training run and the settings they come to. Defaults follow what is trained: an encoder that has read a lot is moved
 * little (5e-5 at BERT-base's width, more for narrow ones; 3 epochs), a fresh model learns fast and longer.
 */
import { type Command, Option } from 'commander';
import type { ClassificationScores } from '../evaluate/classification.ts';
import type { EncoderConfig } from '../models/config.ts';
import { glueTask } from '../text/glue.ts';
import { trainDefaults, type TrainSettings } from '../train/train.ts';
import { dropoutRate, numberFromZero, positiveNumber, seedNumber, share, wholeNumber } from './option-values.ts';

export interface TrainingOptions {
  readonly steps?: number;
  readonly epochs?: number;
  readonly rows: number;
  readonly accumulation: number;
  readonly learningRate?: number;
  readonly warmup: number;
  readonly seed: number;
  readonly dropout?: number;
  readonly metric?: keyof ClassificationScores;
  readonly evaluateEvery?: number;
  readonly patience?: number;
  readonly minImprovement: number;
  readonly checkpointEvery: number;
}

const metrics: readonly (keyof ClassificationScores)[] = ['accuracy', 'f1', 'macroF1', 'matthews'];

export function addTrainingOptions(command: Command): Command {
  return command
    .addOption(new Option('--steps <n>', 'so many updates').argParser(wholeNumber).conflicts('epochs'))
    .option('--epochs <n>', 'passes over what is learned from (default: 3; 10 for a fresh model)', positiveNumber)
    .option('--rows <n>', 'examples per update', wholeNumber, trainDefaults.rows)
    .option('--accumulation <n>', 'parts that an update is computed in, to save memory', wholeNumber, trainDefaults.accumulation)
    .option('--learning-rate <rate>', 'the highest rate (default: 5e-5, more below a width of 768; 0.2 / width for a fresh model)', positiveNumber)
    .option('--warmup <share>', 'share of the steps in which the rate climbs', share, 0.1)
    .option('--seed <n>', 'of everything random', seedNumber, trainDefaults.seed)
    .option('--dropout <rate>', 'everywhere in the model (default: its own; 0.1 for a fresh one)', dropoutRate)
    .addOption(new Option('--metric <name>', 'which score on dev picks the best weights (default: accuracy, or the GLUE task\'s)').choices(metrics))
    .option('--evaluate-every <steps>', 'score on dev so often (default: once an epoch)', wholeNumber)
    .option('--patience <n>', 'stop after so many scorings on dev without an improvement (default: never)', wholeNumber)
    .option('--min-improvement <x>', 'what --patience counts as an improvement: a rise by more than this', numberFromZero, trainDefaults.minImprovement)
    .option('--checkpoint-every <steps>', 'where a killed run goes on', wholeNumber, trainDefaults.checkpointEvery);
}

/** @param fresh whether the model starts from nothing. */
export function trainSettings(options: TrainingOptions, { examples, config, fresh }: { examples: number; config: EncoderConfig; fresh: boolean }): TrainSettings {
  const { rows, accumulation, seed, patience = trainDefaults.patience, minImprovement, checkpointEvery } = options;
  const stepsPerEpoch = Math.ceil(examples / rows);
  const steps = options.steps ?? Math.max(1, Math.round((options.epochs ?? (fresh ? 10 : 3)) * stepsPerEpoch));
  const usualRate = fresh ? Math.min(5e-3, Math.max(1e-4, 0.2 / config.width)) : Math.max(5e-5, 0.0384 / config.width);
  return {
    ...trainDefaults,
    steps, rows, accumulation, seed, patience, minImprovement, checkpointEvery,
    learningRate: options.learningRate ?? usualRate,
    warmupSteps: Math.round(options.warmup * steps),
    evaluateEvery: options.evaluateEvery ?? Math.min(steps, stepsPerEpoch),
  };
}

/** The score that ranks: the one asked for, else the GLUE task's first, else accuracy. */
export function rankingMetric({ metric, task }: { metric?: keyof ClassificationScores; task?: string }): keyof ClassificationScores {
  const first = task === undefined ? undefined : glueTask(task).metrics[0];
  return metric ?? metrics.find((name) => name === first) ?? 'accuracy';
}
