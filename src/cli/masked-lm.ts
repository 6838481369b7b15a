/**
 * One masked-LM model of a run: trained on running text, alone or under a teacher (or reused, or resumed), saved, and scored on held-out
 * text whose hidden words are always the same, before and after. What such models are for: fine-tuning, augmentation, DistilBERT's teacher.
 */
import { join } from 'node:path';
import { maskedLmScores, type MaskedLmScores } from '../evaluate/masked-lm.ts';
import type { Model } from '../models/model.ts';
import { saveModel } from '../models/save.ts';
import { distilbert } from '../objectives/distilbert.ts';
import { described, type Objective } from '../objectives/objective.ts';
import type { Teacher } from '../teacher/teacher.ts';
import type { Masking } from '../text/masking.ts';
import { tokenise, type TokeniseOptions } from '../text/token-cache.ts';
import { heldIfSmall, inMemory, type TokenisedCorpus } from '../text/tokenised-corpus.ts';
import type { Tokenizer } from '../text/tokenizer.ts';
import type { TrainSettings } from '../train/train.ts';
import type { Run } from './run.ts';
import { streamTexts, type TsvColumns } from './text-files.ts';
import { trainStage } from './training-stage.ts';

/** The cross-entropy of hidden words alone, without logits of a whole batch in memory. */
export function hiddenWords(): Objective {
  return distilbert({ weights: { soft: 0, masked: 1, cosine: 0 } });
}

/** Running text in blocks of `maxTokens`: plain lines, or the text column of a table. */
export async function openRunningText(path: string, tokenizer: Tokenizer, { columns, ...options }: Omit<TokeniseOptions, 'labels' | 'packed' | 'truncation'> & { readonly columns?: TsvColumns }): Promise<TokenisedCorpus> {
  return heldIfSmall(await tokenise(await streamTexts(path, columns), tokenizer, { ...options, packed: true }));
}

export interface MaskedLmLesson {
  /** What the model starts as: determines it, together with `start`. */
  readonly origin: unknown;
  readonly start: () => Promise<Model>;
  /** Default: the cross-entropy of hidden words. */
  readonly objective?: Objective;
  readonly teacher?: Teacher;
  readonly corpus: TokenisedCorpus;
  readonly heldOut: TokenisedCorpus;
  readonly masking: Masking;
  readonly tokenizer: Tokenizer;
  readonly settings: TrainSettings;
  /** For the model card. */
  readonly story: string;
}

export interface TrainedMaskedLm {
  readonly name: string;
  /** The Hugging Face folder. */
  readonly model: string;
  readonly parameters: number;
  /** On held-out text, as it started and with the best weights of the run. */
  readonly before: MaskedLmScores;
  readonly scores: MaskedLmScores;
  readonly trainMs: number;
  readonly reused: boolean;
}

/** @param name also the label of its events. */
export async function trainMaskedLm(run: Run, name: string, lesson: MaskedLmLesson): Promise<TrainedMaskedLm> {
  const { objective = hiddenWords(), teacher, corpus, masking, tokenizer, settings } = lesson;
  const heldOut = await inMemory(lesson.heldOut);
  const facts = { objective: described(objective), teacher: teacher?.name ?? null, masking: masking.description, corpora: [corpus.corpus, heldOut.corpus], tokenizer: corpus.tokenizer, maxTokens: corpus.maxTokens };
  run.describe(name, { ...facts, settings });
  let before: MaskedLmScores;
  const { result, folder, reused } = await trainStage(run, name, {
    inputs: { origin: lesson.origin, settings, ...facts }, start: () => lesson.start(),
    lesson: async (student) => {
      before = await maskedLmScores(student, heldOut, masking);
      return { objective, corpus, masking, dev: heldOut, settings, ...(teacher && { teacher }) };
    },
    finish: async (student, stage) => {
      const scores = await maskedLmScores(student, heldOut, masking);
      await saveModel(join(stage, 'model'), student, { tokenizer, card: { name, story: [lesson.story], scores: [['masked-LM loss on held-out text', scores.maskedLmLoss.toFixed(4)], ['perplexity', scores.perplexity.toFixed(2)]] } });
      return { parameters: student.parameters.count, before, scores };
    },
  });
  return { name, model: join(folder, 'model'), reused, ...result };
}

/** As people read it: '3.1215 nats (perplexity 22.68), 10.3301 before'. */
export function maskedLmText({ before, scores }: Pick<TrainedMaskedLm, 'before' | 'scores'>): string {
  return `masked-LM loss ${scores.maskedLmLoss.toFixed(4)} nats (perplexity ${scores.perplexity.toFixed(2)}), ${before.maskedLmLoss.toFixed(4)} before`;
}
