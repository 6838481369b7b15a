/**
 * One sentence embedder of a run: a bare encoder that learns from an embedding teacher (or is reused, or resumed), scored by how well the cosines of
 * pairs rank as people do, before and after, and saved as the folder that sentence-transformers and transformers.js load.
 */
import { join } from 'node:path';
import { similarityScores, type SentencePairs, type SimilarityScores } from '../evaluate/sentence-similarity.ts';
import type { Model } from '../models/model.ts';
import { saveModel } from '../models/save.ts';
import type { SentenceSettings } from '../models/sentence-files.ts';
import { described, type Objective } from '../objectives/objective.ts';
import type { Teacher } from '../teacher/teacher.ts';
import type { EncodedCorpus } from '../text/encoded-corpus.ts';
import type { Tokenizer } from '../text/tokenizer.ts';
import type { TrainSettings } from '../train/train.ts';
import type { Run } from './run.ts';
import { trainStage } from './training-stage.ts';

export interface EmbedderLesson {
  /** What the model starts as: determines it, together with `start`. */
  readonly origin: unknown;
  readonly start: () => Promise<Model>;
  readonly objective: Objective;
  readonly teacher: Teacher;
  readonly corpus: EncodedCorpus;
  /** Scored while training; the best weights by Spearman's correlation are kept. */
  readonly dev: SentencePairs;
  readonly tokenizer: Tokenizer;
  /** How the embedder's folder is to be read; as the teacher's, say. */
  readonly sentence: SentenceSettings;
  readonly settings: TrainSettings;
  /** For the model card. */
  readonly story: string;
}

export interface TrainedEmbedder {
  readonly name: string;
  /** The Hugging Face folder. */
  readonly model: string;
  readonly parameters: number;
  /** On the pairs, as it started and with the best weights of the run. */
  readonly before: SimilarityScores;
  readonly scores: SimilarityScores;
  readonly trainMs: number;
  readonly reused: boolean;
}

/** @param name also the label of its events. */
export async function trainEmbedder(run: Run, name: string, lesson: EmbedderLesson): Promise<TrainedEmbedder> {
  const { objective, teacher, corpus, dev, tokenizer, sentence, settings } = lesson;
  const facts = { objective: described(objective), teacher: teacher.name, corpora: [corpus.corpus, dev.first.corpus, dev.second.corpus], tokenizer: corpus.tokenizer, maxTokens: corpus.maxTokens };
  run.describe(name, { ...facts, settings });
  let before: SimilarityScores;
  const { result, folder, reused } = await trainStage(run, name, {
    inputs: { origin: lesson.origin, settings, sentence, ...facts }, start: () => lesson.start(),
    lesson: async (student) => {
      before = await similarityScores(student, dev);
      return { objective, teacher, corpus, settings, score: { metric: 'spearman', measure: async () => ({ ...(await similarityScores(student, dev)) }) } };
    },
    finish: async (student, stage) => {
      const scores = await similarityScores(student, dev);
      await saveModel(join(stage, 'model'), student, { tokenizer, sentence, card: { name, story: [lesson.story], scores: [['Spearman\'s correlation of cosines with people\'s scores', scores.spearman.toFixed(4)]] } });
      return { parameters: student.parameters.count, before, scores };
    },
  });
  return { name, model: join(folder, 'model'), reused, ...result };
}
