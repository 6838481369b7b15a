/**
 * `retort train --translation`: a translator learns from parallel text alone, from nothing or from a folder.
 */
import { join } from 'node:path';
import type { Command } from 'commander';
import { labelSmoothing } from '../../objectives/label-smoothing.ts';
import { encodePairs } from '../../text/encoded-pairs.ts';
import { openTranslationTokenizers } from '../../text/open-translation-tokenizers.ts';
import { gather } from '../../text/streamed-corpus.ts';
import { trainTranslationVocabulary } from '../../text/train-translation-vocabulary.ts';
import { corpusName } from '../corpus-options.ts';
import type { Door } from '../door.ts';
import { type EngineOption, startEngine } from '../engine-option.ts';
import { withRun } from '../run.ts';
import { refuseUnusedTraining, type TrainingOptions, trainSettings } from '../training-options.ts';
import { refuseOptions, refuseOtherOptions } from '../unused-options.ts';
import { concludeTranslation } from './conclusion.ts';
import { type Languages, openParallelSplits } from './parallel-splits.ts';
import { addPairOptions, noteCut, type PairOptions, pairOptions, sharedOptions, translationMetric } from './training-pairs.ts';
import { addSearchOptions, type SearchOptions, searchOptions, translationGroup } from './search-options.ts';
import { type StartingTranslator, startFreshTranslator, startFromTranslator } from './starting-translator.ts';
import { trainTranslator } from './translator-lesson.ts';
import { openTranslatorFolder } from './translator-folder.ts';

export interface TrainFromPairsOptions extends PairOptions, SearchOptions, TrainingOptions, EngineOption {
  readonly translation: Languages;
  readonly tokenizer?: string;
  readonly from?: string;
  readonly size?: string;
  readonly vocabulary: number;
  readonly examples?: number;
  readonly maxTokens?: number;
  readonly out?: string;
}

/** What means nothing to classifiers. */
export const pairTraining = [...pairOptions, 'tokenizer', ...searchOptions];

export function addPairTraining(command: Command): Command {
  addPairOptions(command, 'label smoothing of the references\' tokens (default: 0.1)')
    .optionsGroup(translationGroup)
    .option('--tokenizer <folder>', 'a fresh translator reads with this folder\'s tokenizer (default: a vocabulary of both languages is made)');
  return addSearchOptions(command);
}

export async function trainFromPairs(command: Command, door: Door, place: string, options: TrainFromPairsOptions): Promise<void> {
  refuseOtherOptions(command, [...pairTraining, ...sharedOptions, 'from', 'size', 'vocabulary'], 'it is for classifiers; leave it away with --translation');
  if (options.from !== undefined) refuseOptions(command, ['family', 'tokenizer'], '--from brings its own');
  if (options.tokenizer !== undefined) refuseOptions(command, ['vocabulary'], '--tokenizer brings a vocabulary of its own');
  refuseUnusedTraining(command, options);
  const metric = translationMetric(command, options);
  const console = door.console();
  const { train, dev, test } = await openParallelSplits(place, options.translation, options);
  await startEngine(console, options);
  const pairs = await gather(train);
  const starting = await startOf(options, async () => (options.tokenizer === undefined ? trainTranslationVocabulary(pairs, { size: options.vocabulary }) : openTranslationTokenizers(options.tokenizer)));
  for (const notice of starting.notices) console.note(notice);
  const corpus = await encodePairs(pairs, starting.tokenizers, { maxSourceTokens: starting.maxTokens, maxTargetTokens: starting.maxTokens });
  noteCut(corpus, console);
  const folder = options.out ?? join('runs', `${corpusName(place, {})}-translator`);
  const model = join(folder, 'model');
  const { beams, maxNewTokens, lengthPenalty, batchTokens } = options;
  const search = { batchTokens, ...(beams !== undefined && { beams }), ...(maxNewTokens !== undefined && { maxNewTokens }), ...(lengthPenalty !== undefined && { lengthPenalty }) };
  const { scored, trained } = await withRun({ folder, command: door.command, settings: options, console, signal: door.signal }, async (run) => {
    const trained = await trainTranslator(run, 'translator', {
      ...starting, corpus, corpusName: train.name, dev, test, metric,
      objective: labelSmoothing({ task: 'translation', epsilon: options.labelSmoothing ?? 0.1 }),
      settings: trainSettings(options, { ...starting, examples: train.size }),
      judging: { ...search, console },
      story: `Trained on the translations of ${train.name}.`,
    });
    const scored = await concludeTranslation(run, {
      title: `${train.name}: a translator trained on references`, subtitle: 'What it learned from, how training went and what it reaches.',
      test, models: [{ ...trained, role: 'teacher' }], kept: model, ...(options.maxNewTokens !== undefined && { maxNewTokens: options.maxNewTokens }),
    });
    return { scored, trained };
  });
  console.answer({ folder, model, corpus: test.name, split: test.split, sentences: test.examples.length, trainMs: trained.trainMs, reused: trained.reused, ...scored });
}

async function startOf(options: TrainFromPairsOptions, tokenizers: () => ReturnType<typeof openTranslationTokenizers>): Promise<StartingTranslator> {
  if (options.from !== undefined) return startFromTranslator(await openTranslatorFolder(options.from), options);
  return startFreshTranslator(options.size ?? '', await tokenizers(), options);
}
