/**
 * A lesson of a translator as files that another program can give: the fresh model, the token ids, which rows each step takes, and the settings.
 * scripts/reference-translation.py trains in PyTorch from them. Lessons with a teacher at every word are not written.
 */
import { join } from 'node:path';
import type { Objective } from '../objectives/objective.ts';
import { saveSeq2Seq } from '../models/seq2seq/save.ts';
import type { Seq2Seq } from '../models/seq2seq/model.ts';
import { writeFolderAtomically } from '../storage/atomic.ts';
import { writeJson } from '../storage/json.ts';
import { trainingBatches } from '../text/batches.ts';
import type { Corpus } from '../text/corpus.ts';
import type { EncodedCorpus } from '../text/encoded-corpus.ts';
import { encodePairs } from '../text/encoded-pairs.ts';
import { type FlatRows, rowOf } from '../text/flat-rows.ts';
import { saveTranslationTokenizers } from '../text/open-translation-tokenizers.ts';
import { decays } from '../train/optimizer.ts';
import { learningRateAt } from '../train/schedule.ts';
import type { TrainSettings } from '../train/train.ts';
import type { TranslationTests } from './judged-translator.ts';

export interface LessonFiles {
  readonly start: () => Promise<Seq2Seq>;
  readonly objective: Objective;
  readonly corpus: EncodedCorpus;
  readonly settings: TrainSettings;
  readonly tests: TranslationTests;
}

/** Writes `folder`; one that exists is replaced as a whole. */
export async function writeTranslationLesson(folder: string, { start, objective, corpus, settings, tests }: LessonFiles): Promise<void> {
  const { targets } = corpus;
  if (targets === undefined) throw new Error('a translator learns from pairs: encode the corpus by encodePairs');
  const { tokenizers } = tests;
  const model = await start();
  try {
    const { config: { padId, startId }, parameters } = model;
    const { steps, rows, schedule: shape, learningRate, warmupSteps } = settings;
    await writeFolderAtomically(folder, async (place) => {
      await saveSeq2Seq(join(place, 'model'), model, { onnx: false, tokenizer: (into) => saveTranslationTokenizers(tokenizers, into), card: { name: 'start', story: ['Fresh weights, before the first step.'], scores: [] } });
      await writeJson(join(place, 'lesson.json'), {
        format: 'retort-translation-lesson-1', settings, objective: { name: objective.name, settings: objective.settings }, padId, startId: startId ?? padId,
        decaying: parameters.learned.map(([name]) => name).filter(decays),
        learningRates: Array.from({ length: steps }, (_, at) => learningRateAt(at + 1, { shape, learningRate, warmupSteps, totalSteps: steps })),
        searches: tests.searches,
      });
      await writeJson(join(place, 'train.json'), { sources: listsOf(corpus), targets: listsOf(targets) });
      const batches = trainingBatches(corpus, { seed: settings.seed, rows, padId });
      await writeJson(join(place, 'batches.json'), Array.from({ length: steps }, () => Array.from(batches.next().value.order)));
      for (const split of ['dev', 'test'] as const) await writeJson(join(place, `${split}.json`), await heldOut(tests[split], tests));
    });
  } finally {
    model.dispose();
  }
}

function listsOf(rows: FlatRows): number[][] {
  return Array.from({ length: rows.offsets.length - 1 }, (_, row) => Array.from(rowOf(rows, row)));
}

async function heldOut(corpus: Corpus, { tokenizers, encoding }: TranslationTests): Promise<{ sources: number[][]; references: string[] }> {
  return { sources: listsOf(await encodePairs(corpus, tokenizers, encoding)), references: corpus.examples.map(({ pair }) => pair ?? '') };
}
