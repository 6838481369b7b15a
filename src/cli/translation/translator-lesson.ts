/**
 * One translator of a run, from lesson to judged folder: trained (or reused, or resumed), saved for Python, scored on the test split.
 */
import { join } from 'node:path';
import { saveSeq2Seq } from '../../models/seq2seq/save.ts';
import { described, type Objective } from '../../objectives/objective.ts';
import { checkpointBytes } from '../../storage/checkpoint.ts';
import type { Teacher } from '../../teacher/teacher.ts';
import { saveTranslationTokenizers } from '../../text/open-translation-tokenizers.ts';
import type { Corpus } from '../../text/corpus.ts';
import type { EncodedCorpus } from '../../text/encoded-corpus.ts';
import { exampleCount } from '../../text/tokenised-corpus.ts';
import type { TrainSettings } from '../../train/train.ts';
import { type ModelLineage, originText, writeLineage } from '../lineage.ts';
import type { Run } from '../run.ts';
import type { TranslationMetric } from '../training-options.ts';
import { trainStage } from '../training-stage.ts';
import { openDev } from './dev-scores.ts';
import { type Judgement, judgeTranslator, type JudgingOptions } from './judgement.ts';
import { scoreSystems, systemOf } from './score-rows.ts';
import type { StartingTranslator } from './starting-translator.ts';

export interface TranslatorLesson extends StartingTranslator {
  readonly objective: Objective;
  readonly teacher?: Teacher;
  /** Encoded with its translations. */
  readonly corpus: EncodedCorpus;
  /** What it is called. */
  readonly corpusName: string;
  readonly dev: Corpus;
  readonly test: Corpus;
  readonly settings: TrainSettings;
  readonly metric: TranslationMetric;
  readonly judging: Omit<JudgingOptions, 'signal'>;
  /** For the model card. */
  readonly story: string;
}

export interface TrainedTranslator {
  readonly name: string;
  /** The Hugging Face folder. */
  readonly model: string;
  readonly judgement: Judgement;
  readonly lineage: ModelLineage;
  readonly trainMs: number;
  readonly reused: boolean;
}

/** @param name also the label of its events. */
export async function trainTranslator(run: Run, name: string, lesson: TranslatorLesson): Promise<TrainedTranslator> {
  const { corpus, objective, teacher, settings, metric, dev, test, tokenizers, maxTokens, judging } = lesson;
  const { console: _console, ...search } = judging;
  const inputs = {
    origin: lesson.origin, settings, metric, objective: described(objective), teacher: teacher?.name ?? null,
    corpora: [corpus.corpus, dev.fingerprint, test.fingerprint], tokenizers: [tokenizers.source.fingerprint, tokenizers.target.fingerprint], maxTokens, search,
  };
  const lineage = lineageOf(name, lesson);
  run.describe(name, { ...lineage, settings });
  const { result, folder, reused } = await trainStage(run, name, {
    inputs, start: () => lesson.start(),
    lesson: async (student, stage) => {
      await writeLineage(stage, lineage);
      const devScores = await openDev(dev, { tokenizers, maxTokens, batchTokens: judging.batchTokens, translates: metric !== 'perplexity', signal: run.signal });
      const score = { metric: metric === 'perplexity' ? 'logLikelihood' : metric, measure: () => devScores(student) };
      return { objective, corpus, score, settings, ...(teacher && { teacher }) };
    },
    finish: async (student, stage) => {
      const model = join(stage, 'model');
      const judged = await judgeTranslator(name, { folder: model, model: student, tokenizers, notices: [], bytes: 0 }, test, { ...judging, maxTokens, signal: run.signal });
      await saveSeq2Seq(model, student, { tokenizer: (place) => saveTranslationTokenizers(tokenizers, place, { maxTokens }), card: { name, story: [lesson.story], scores: scoresOf(judged, test), ...(test.examples[0] && { example: test.examples[0].text }) } });
      return { judgement: { ...judged, bytes: await checkpointBytes(model) } };
    },
  });
  return { name, model: join(folder, 'model'), lineage, reused, ...result };
}

function scoresOf(judgement: Judgement, test: Corpus): [string, string][] {
  const [{ bleu, chrf, signatures }] = scoreSystems([systemOf('model', judgement)], test.examples.map(({ pair = '' }) => pair)).systems as [ReturnType<typeof scoreSystems>['systems'][0]];
  return [[`BLEU on the test split (${signatures.bleu.replaceAll('|', ', ')})`, bleu.score.toFixed(2)], ['chrF', chrf.score.toFixed(2)], ['perplexity of the references', judgement.perplexity.toFixed(3)]];
}

function lineageOf(model: string, { origin, objective, teacher, corpus, corpusName, maxTokens, settings, dev, test }: TranslatorLesson): ModelLineage {
  const held = [dev, test].map(({ name, split, examples, fingerprint }) => ({ split, corpus: name, rows: examples.length, sha256: fingerprint }));
  return {
    model, startsAs: originText(origin), objective: described(objective), teacher: teacher?.name ?? null,
    labelledRows: exampleCount(corpus), unlabelledRows: 0, maxTokens, steps: settings.steps, rowsPerStep: settings.rows,
    learningRate: settings.learningRate, seed: settings.seed, tokenizer: corpus.tokenizer,
    materials: [{ split: 'train', corpus: corpusName, rows: exampleCount(corpus), sha256: corpus.corpus }, ...held],
  };
}
