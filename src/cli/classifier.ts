/**
 * One classifier of a run, from lesson to judged folder: trained (or reused, or resumed), saved for Python and transformers.js,
 * scored on the test split.
 */
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { engineFacts } from '../engine/engine.ts';
import { modelLatency } from '../evaluate/model-latency.ts';
import { modelScores, rankingScores, scoreCalled, type ScoreName, type Scores } from '../evaluate/score.ts';
import { type Classifier, loadClassifier } from '../models/classifiers.ts';
import { saveModel } from '../models/save.ts';
import { described, type Objective } from '../objectives/objective.ts';
import { metricOf, formatScore } from '../report/metric.ts';
import { float32Tensor, float32Of } from '../storage/halves.ts';
import { readSafetensors, writeSafetensors } from '../storage/safetensors.ts';
import type { Teacher } from '../teacher/teacher.ts';
import type { TokenisedCorpus } from '../text/tokenised-corpus.ts';
import type { Tokenizer } from '../text/tokenizer.ts';
import type { TrainSettings } from '../train/train.ts';
import type { LessonCorpus } from './classifier-corpus.ts';
import { matchTable } from './match-table.ts';
import { lineageOf, type ModelLineage, writeLineage } from './lineage.ts';
import type { Run } from './run.ts';
import { trainStage } from './training-stage.ts';

export interface ClassifierLesson {
  /** What the student starts as: determines it, together with `start`. */
  readonly origin: unknown;
  readonly start: () => Promise<Classifier>;
  readonly objective: Objective;
  readonly teacher?: Teacher;
  readonly corpus: TokenisedCorpus;
  readonly data: LessonCorpus;
  readonly tokenizer: Tokenizer;
  readonly settings: TrainSettings;
  /** What picks the best weights on dev and stands first in comparisons; default: accuracy, micro F1 or Pearson, as the labels are. */
  readonly metric?: ScoreName;
  /** For the model card. */
  readonly story: string;
}

export interface JudgedClassifier {
  readonly name: string;
  /** The Hugging Face folder. */
  readonly model: string;
  /** Absent of a teacher that is known by its answers alone; so are size and time. */
  readonly parameters?: number;
  readonly bytes?: number;
  readonly scores: Scores;
  /** The name of the score that ranks, and that score. */
  readonly metric: ScoreName;
  readonly score: number;
  /** Median time for one example of the test split on this engine. */
  readonly latencyMs?: number;
  readonly trainMs: number;
  readonly reused: boolean;
  /** Absent where the model came from elsewhere. */
  readonly lineage?: ModelLineage;
  /** [N, C] on the test split, in corpus order. */
  readonly logits: Float32Array;
}

/** What is known of a model that was trained here. */
type StageResult = Required<Pick<JudgedClassifier, 'parameters' | 'bytes' | 'scores' | 'metric' | 'latencyMs' | 'trainMs'>>;

/** @param name also the label of its events, as 'distilled, seed 2'. */
export async function trainClassifier(run: Run, name: string, lesson: ClassifierLesson): Promise<JudgedClassifier & StageResult> {
  const { data, corpus, settings, objective, teacher } = lesson;
  const metric: ScoreName = lesson.metric ?? rankingScores[data.labels.kind][0];
  const inputs = {
    origin: lesson.origin, settings, metric,
    objective: described(objective),
    teacher: teacher?.name ?? null,
    corpora: [corpus.corpus, data.dev.encoded.corpus, data.test.encoded.corpus],
    tokenizer: corpus.tokenizer,
    maxTokens: corpus.maxTokens,
  };
  const lineage = await lineageOf(name, lesson);
  run.describe(name, { ...lineage, settings });
  const { result, folder, reused } = await trainStage(run, name, {
    inputs, start: () => lesson.start(),
    lesson: async (student, stage) => {
      await writeLineage(stage, lineage);
      const table = matchTable(objective, { student: student.config, teacher: teacher?.dimensions });
      if (table !== undefined) run.say(`${table}\n`);
      return { objective, corpus, dev: data.dev.encoded, metric, settings, ...(teacher && { teacher }) };
    },
    finish: async (student, stage): Promise<Omit<StageResult, 'trainMs'>> => {
      const { scores, logits } = await modelScores(student, data.test.encoded);
      await saveJudged(stage, student, { name, lesson, scores, logits });
      const { p50Ms: latencyMs } = await modelLatency(student, data.test.encoded);
      return { parameters: student.parameters.count, bytes: (await stat(join(stage, 'model', 'model.safetensors'))).size, scores, metric, latencyMs };
    },
  });
  const { tensors } = await readSafetensors(join(folder, 'test-logits.safetensors'));
  const logits = tensors.get('logits');
  if (logits === undefined) throw new Error(`${folder}: test-logits.safetensors holds no logits; remove the folder and run again`);
  return { name, model: join(folder, 'model'), reused, ...result, metric, score: scoreCalled(metric, result.scores), lineage, logits: float32Of(logits) };
}

/** The saved model, for whoever wants to use it further. */
export async function openJudged(judged: JudgedClassifier): Promise<Classifier> {
  return (await loadClassifier(judged.model)).model;
}

interface Judgement {
  readonly name: string;
  readonly lesson: ClassifierLesson;
  readonly scores: Scores;
  readonly logits: Float32Array;
}

/** Rows of the test split whose logits go into parity.json. */
const paritySamples = 32;

async function saveJudged(folder: string, student: Classifier, { name, lesson, scores, logits }: Judgement): Promise<void> {
  const { data, tokenizer } = lesson;
  const classes = student.config.labels.length;
  const rows = logits.length / classes;
  const samples = data.test.corpus.examples.slice(0, paritySamples);
  await writeSafetensors(join(folder, 'test-logits.safetensors'), new Map([['logits', float32Tensor([rows, classes], logits)]]));
  await saveModel(join(folder, 'model'), student, {
    tokenizer,
    card: {
      name,
      story: [lesson.story],
      scores: Object.entries(scores).map(([score, value]) => [`${metricOf[score as ScoreName].name} on the test split`, formatScore(value, metricOf[score as ScoreName].unit)] as const),
      ...(samples[0] && { example: samples[0].text, ...(samples[0].pair !== undefined && { pair: samples[0].pair }) }),
    },
    parity: {
      texts: samples.map(({ text }) => text),
      pairs: samples.some(({ pair }) => pair !== undefined) ? samples.map(({ pair }) => pair ?? '') : null,
      logits: samples.map((_, row) => [...logits.subarray(row * classes, (row + 1) * classes)]),
      maxTokens: data.test.encoded.maxTokens,
      precision: engineFacts().precision,
    },
  });
}
