/**
 * A masked-LM training whose model is then fine-tuned, as part of the evidence of those runs: what it read, how long, and how well it fills in hidden
 * words of held-out text before and after. It is trained where it has to be, resumable like any stage.
 */
import type { Pretraining } from '../report/evidence-file.ts';
import { exampleCount } from '../text/tokenised-corpus.ts';
import { rounded } from './evidence-book.ts';
import { firstSteps, hearSteps } from './first-losses.ts';
import { type MaskedLmLesson, type TrainedMaskedLm, trainMaskedLm } from './masked-lm.ts';
import type { Run } from './run.ts';

export interface RecordedPretraining {
  readonly trained: TrainedMaskedLm;
  readonly pretraining: Pretraining;
}

/** @param name also the label of its events, by which its losses are found again: another for other lessons of one run. @param taughtBy the teacher's fingerprint. */
export async function recordPretraining(run: Run, name: string, { taughtBy, ...lesson }: MaskedLmLesson & { readonly taughtBy?: string }): Promise<RecordedPretraining> {
  const { corpus, heldOut, settings: { steps, rows, learningRate } } = lesson;
  const heard = hearSteps(run, name);
  // Every step is logged, so that the first losses are told one by one.
  const trained = await trainMaskedLm({ ...run, emit: heard.emit }, name, { ...lesson, settings: { ...lesson.settings, logEvery: 1 } });
  const { losses, minutes } = await firstSteps(run, name, { steps: heard, rows });
  return {
    trained,
    pretraining: {
      objective: lesson.objective?.name ?? 'hidden-words', blocks: exampleCount(corpus), maxTokens: corpus.maxTokens, steps, rowsPerStep: rows, learningRate,
      hashes: { corpus: corpus.corpus, heldOut: heldOut.corpus, teacher: taughtBy ?? null },
      lossBefore: trained.before.maskedLmLoss, loss: trained.scores.maskedLmLoss, minutes: rounded(minutes), losses,
    },
  };
}
