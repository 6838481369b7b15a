/**
 * Options of a training run and the settings they come to. Defaults follow what is trained: an encoder that has read a lot is moved
 * little (5e-5 at BERT-base's width, more for narrow ones; 3 epochs), a fresh model learns fast and longer.
 */
import { type Command, Option } from 'commander';
import { rankingScores, type ScoreName } from '../evaluate/score.ts';
import type { LabelKind } from '../text/example.ts';
import { glueTask } from '../text/glue.ts';
import { trainDefaults, type TrainSettings } from '../train/train.ts';
import { refuseOptions } from './unused-options.ts';
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
  readonly metric?: ScoreName | TranslationMetric;
  readonly evaluateEvery?: number;
  readonly patience?: number;
  readonly minImprovement: number;
  readonly checkpointEvery: number;
}

/** What translators are ranked by on dev. */
export const translationMetrics = ['bleu', 'chrf', 'perplexity'] as const;
export type TranslationMetric = (typeof translationMetrics)[number];

const metrics = [...new Set<ScoreName | TranslationMetric>([...Object.values(rankingScores).flat(), ...translationMetrics])];

export function addTrainingOptions(command: Command): Command {
  return command
    .addOption(new Option('--steps <n>', 'so many updates').argParser(wholeNumber).conflicts('epochs'))
    .option('--epochs <n>', 'passes over what is learned from (default: 3; 10 for a fresh model)', positiveNumber)
    .option('--rows <n>', 'examples per update', wholeNumber, trainDefaults.rows)
    .option('--accumulation <n>', 'parts that an update is computed in, to save memory', wholeNumber, trainDefaults.accumulation)
    .option('--learning-rate <rate>', 'the highest rate (default: 5e-5, more below a width of 768; 0.2 / width for a fresh model)', positiveNumber)
    .option('--warmup <share>', 'share of the steps in which the rate climbs', share, 0.1)
    .option('--seed <n>', 'of everything random', seedNumber, trainDefaults.seed)
    .option('--dropout <rate>', 'where such a model has it (default: its own; 0.1 for a fresh one)', dropoutRate)
    .addOption(new Option('--metric <name>', 'which score on dev picks the best weights and stands first in the report (default: accuracy, micro F1 or Pearson, as the labels are; or the GLUE task\'s; bleu of translators)').choices(metrics))
    .option('--evaluate-every <steps>', 'score on dev so often (default: once an epoch)', wholeNumber)
    .option('--patience <n>', 'stop after so many scorings on dev without an improvement (default: never)', wholeNumber)
    .option('--min-improvement <x>', 'what --patience counts as an improvement: a rise by more than this', numberFromZero, trainDefaults.minImprovement)
    .option('--checkpoint-every <steps>', 'where a killed run goes on', wholeNumber, trainDefaults.checkpointEvery);
}

/** @throws (wrong use) for what would change nothing. */
export function refuseUnusedTraining(command: Command, { patience }: Pick<TrainingOptions, 'patience'>): void {
  if (patience === undefined) refuseOptions(command, ['minImprovement'], 'it says what --patience waits for; give that too');
}

/** @param fresh whether the model starts from nothing. */
export function trainSettings(options: TrainingOptions, { examples, config, fresh }: { examples: number; config: { readonly width: number }; fresh: boolean }): TrainSettings {
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

/** The score that ranks: the one asked for, else the GLUE task's first, else the usual one. @throws where labels of this kind have no such score. */
export function rankingMetric({ metric, task }: { metric?: ScoreName | TranslationMetric; task?: string }, kind: LabelKind): ScoreName {
  const known: readonly ScoreName[] = rankingScores[kind];
  const asked = known.find((name) => name === metric);
  if (metric !== undefined && asked === undefined) throw new Error(`--metric ${metric}: labels that are ${kind} are ranked by ${known.join(', ')}`);
  const first = task === undefined ? undefined : glueTask(task).metrics[0];
  return asked ?? known.find((name) => name === first) ?? rankingScores[kind][0];
}
