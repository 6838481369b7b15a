/**
 * `retort train <corpus>`: trains a classifier on labels alone: a teacher from a published encoder, or a small model from nothing; with
 * --translation a translator on parallel text.
 */
import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import type { Command } from 'commander';
import { hardLabels } from '../../objectives/hard-labels.ts';
import { formatCount } from '../../report/units.ts';
import { writeFolderAtomically } from '../../storage/atomic.ts';
import { trainWordPiece } from '../../text/train-word-piece.ts';
import { addClassWeightsOption, type ClassWeightsOption, weightsFor } from '../class-weights.ts';
import { trainClassifier } from '../classifier.ts';
import { concludeTraining } from '../conclusion.ts';
import { addCorpusOptions, addExamplesOption, addLabelKindOption, type CorpusOptions, corpusName, type LearningTextOptions, openSplits, refuseTaskColumns } from '../corpus-options.ts';
import type { Door } from '../door.ts';
import { addEngineOption, addReplayOption, type EngineOption, startEngine } from '../engine-option.ts';
import { learningText, textsOf } from '../learning-text.ts';
import { cutNotice, requireModel, usualTokens } from '../model-folder.ts';
import { wholeNumber } from '../option-values.ts';
import { withRun } from '../run.ts';
import { scoreTable } from '../score-table.ts';
import { type StartingModel, startFresh, startFromFolder } from '../starting-model.ts';
import { corpusWarnings, type StreamedSplits, tokeniseSplits } from '../streamed-splits.ts';
import { labelSpace } from '../../text/example.ts';
import { addTrainingOptions, rankingMetric, refuseUnusedTraining, type TrainingOptions, trainSettings } from '../training-options.ts';
import { addPairTraining, pairTraining, trainFromPairs, type TrainFromPairsOptions } from '../translation/train-from-pairs.ts';
import { refuseOptions } from '../unused-options.ts';

type Options = LearningTextOptions & TrainingOptions & ClassWeightsOption & EngineOption & { from?: string; size?: string; vocabulary: number; out?: string };

export function addTrain(program: Command, door: Door): void {
  const command = program
    .command('train')
    .description('train a model on labelled text (classes or scores) or a translator on parallel text, as a teacher or as a student that has none')
    .argument('<corpus>', 'a folder with train, dev and test (.tsv, .csv or .jsonl), or with --task a GLUE folder; with --translation parallel text')
    .option('--from <folder>', 'start from this encoder, classifier or translator (a Hugging Face folder)')
    .option('--size <LxH>', 'start from nothing: layers x width, as 2x128 or 4x256:4:1024 (heads, feed-forward width); of a translator encoder+decoder, as 6+2x512')
    .option('--vocabulary <n>', 'tokens of the vocabulary that is made for a fresh model', wholeNumber, 8000)
    .option('--out <folder>', 'the run\'s folder; the model lands in model/ there (default: runs/<corpus>-teacher, or -translator)');
  for (const add of [addCorpusOptions, addLabelKindOption, addExamplesOption, addTrainingOptions, addClassWeightsOption, addEngineOption, addReplayOption, addPairTraining]) add(command);
  command
    .addHelpText('after', '\nThe same command again goes on where it was stopped, or reuses what is done.\n\nA translator:\n  $ retort train corpora/counting/sample --translation en-de --size 2+2x64:4 --vocabulary 500 --steps 1500 --out runs/translator\n\nExample:\n  $ retort train corpora/opinions/sample --size 2x64:2 --vocabulary 600 --steps 30 --out runs/teacher\n')
    .action(async (corpus: string, options: Options) => {
      if ((options.from === undefined) === (options.size === undefined)) command.error('error: what to start from? Give either --from FOLDER or --size LAYERSxWIDTH');
      if (options.from !== undefined) refuseOptions(command, ['vocabulary'], '--from brings a vocabulary of its own');
      if (command.getOptionValue('translation') !== undefined) return trainFromPairs(command, door, corpus, command.opts<TrainFromPairsOptions>());
      refuseOptions(command, pairTraining, 'it is for translators; give --translation FROM-INTO too');
      refuseTaskColumns(command, options);
      refuseUnusedTraining(command, options);
      const folder = options.out ?? join('runs', `${corpusName(corpus, options)}-teacher`);
      const console = door.console();
      if (options.from !== undefined) await requireModel(options.from);
      const splits = await openSplits(corpus, options);
      const metric = rankingMetric(options, splits.labels.kind);
      await startEngine(console, options);
      const starting = await startingModel(splits, options);
      for (const notice of starting.notices) console.note(notice);
      const { train, dev, test } = splits;
      const labels = labelSpace(splits.labels.kind, starting.config.labels);
      const learned = { train, dev, test, labels };
      const data = await tokeniseSplits(learned, starting.tokenizer, { maxTokens: starting.maxTokens, cache: options.cache, signal: door.signal }, console);
      for (const warning of await corpusWarnings(learned, data, { isWeighed: options.classWeights !== undefined })) console.note(warning);
      const classWeights = options.classWeights && (await weightsFor(options.classWeights, data.train.encoded, labels.kind));
      const cut = cutNotice(data.train.encoded);
      if (cut !== undefined) console.note(cut);
      const model = join(folder, 'model');
      const judged = await withRun({ folder, command: door.command, settings: options, console, signal: door.signal }, async (run) => {
        const teacher = await trainClassifier(run, 'teacher', {
          ...starting,
          settings: trainSettings(options, { ...starting, examples: train.size }),
          objective: hardLabels({ ...(classWeights && { classWeights }) }), corpus: data.train.encoded, data, metric,
          story: `Trained on the labels of ${train.name}.`,
        });
        await writeFolderAtomically(model, (temporary) => cp(teacher.model, temporary, { recursive: true }));
        const report = await concludeTraining(run, {
          title: `${train.name}: a model trained on labels`, subtitle: 'What it learned from, how training went and what it reaches.', data,
          contenders: [{ name: 'teacher', role: 'teacher', seeds: [teacher] }],
        });
        return { ...teacher, report };
      });
      console.say(`\n${scoreTable([judged])}\n\non ${formatCount(test.examples.length)} examples of ${test.name} (${test.split})\nmodel  ${model}\nreport ${judged.report}`);
      const { logits: _logits, ...facts } = judged;
      console.answer({ ...facts, folder, model });
    });
}

async function startingModel(splits: StreamedSplits, options: Options & CorpusOptions): Promise<StartingModel> {
  const { labels, train, transfer } = splits;
  if (options.from !== undefined) return startFromFolder(options.from, { ...options, labels });
  const tokenizer = await trainWordPiece(textsOf(learningText(train, transfer)), { size: options.vocabulary, lowercase: true });
  return startFresh(options.size ?? '', { ...options, labels, tokenizer, maxTokens: options.maxTokens ?? usualTokens });
}
