/**
 * What `retort distill` can be told, and `retort plan` about it: which student, from which text, how it is taught; and what would be
 * said in vain.
 */
import type { Command } from 'commander';
import { addClassWeightsOption, type ClassWeightsOption } from './class-weights.ts';
import { addCorpusOptions, addLabelKindOption, addLearningTextOptions, type LearningTextOptions, refuseTaskColumns } from './corpus-options.ts';
import type { TeachingOptions } from './distillation.ts';
import { addEngineOption, addReplayOption, type EngineOption } from './engine-option.ts';
import { addObjectiveOptions, matchesLayers, type ObjectiveOptions, readsStates, translationObjectives } from './objective-choice.ts';
import { bilstmSize, layerChoice, positiveNumber, share, wholeNumber } from './option-values.ts';
import type { StudentOptions } from './student-choice.ts';
import { addTrainingOptions, refuseUnusedTraining, type TrainingOptions } from './training-options.ts';
import { refuseOptions } from './unused-options.ts';
import { addMeanOption, addVoiceOptions, type VoiceReadingOptions } from './voice-options.ts';
import { addWidthOptions, isNarrowed } from './width-choice.ts';

export interface DistillOptions extends LearningTextOptions, TrainingOptions, EngineOption, VoiceReadingOptions, StudentOptions, Omit<TeachingOptions, 'states'>, ClassWeightsOption, ObjectiveOptions {}

/** @param translators whether students may be translators too. */
export function addDistillOptions(command: Command, { translators }: { readonly translators: boolean }): Command {
  command
    .usage('[options] <teacher...> <corpus>')
    .argument('[words...]', 'classifiers\' folders (ours, PyTorch\'s or ONNX), label stores or files of answers; last a folder with train, dev, test and perhaps transfer (.tsv, .csv or .jsonl), or with --task a GLUE folder')
    .option('--size <LxH>', `a fresh student: layers x width, as 2x128 or 4x256:4:1024 (heads, feed-forward width)${translators ? '; of a translator encoder+decoder, as 6+2x512' : ''}`)
    .option('--layers <list>', 'a student cut from these layers of the teacher: 0,2,4 (from 0), or a map with their number: uniform:3, every-other, distilbert-released, pkd-skip, pkd-last, first', layerChoice)
    .option('--from <folder>', 'a student that starts as this encoder')
    .option('--student <kind>', 'a fresh student of another kind: bilstm, or with units of either direction x width of word vectors as bilstm:64x100 (default: 150x300)', bilstmSize)
    .option('--vectors <file>', 'with --student: word vectors in GloVe\'s text format, for the words that the vocabulary has whole')
    .option('--vocabulary <n>', 'a vocabulary of its own for a fresh student (default: the teacher\'s; 8000 where it has none)', wholeNumber)
    .option('--temperature <T>', 'softens what both say of classes (default: 2; 1 where all answers are bare labels)', positiveNumber)
    .option('--hard-weight <w>', 'how much the corpus\'s own labels count beside the teacher (which counts 1)', share, 0.3)
    .option('--labels <folder>', 'a label store, or the folder of stores to look in and to add to', 'runs/labels')
    .option('--live', 'ask the teacher at every step instead of storing its labels');
  addObjectiveOptions(command, { translators });
  for (const add of [addCorpusOptions, addLabelKindOption, addLearningTextOptions, addVoiceOptions, addMeanOption, addWidthOptions, addTrainingOptions, addClassWeightsOption, addEngineOption, addReplayOption]) add(command);
  return command;
}

/** @throws (wrong use) for none or several students, and for options that change nothing. */
export function refuseUnfit(command: Command, options: DistillOptions): void {
  if (translationObjectives.includes(options.objective)) command.error(`error: --objective ${options.objective}: it is for translators; give --translation FROM-INTO too`);
  if ([options.size, options.layers, options.from, options.student].filter((given) => given !== undefined).length !== 1) command.error('error: which student? Give one of --size LAYERSxWIDTH, --layers LIST, --from FOLDER and --student bilstm');
  if (options.size === undefined && options.student === undefined) refuseOptions(command, ['vocabulary'], 'only a fresh student (--size, --student) gets a vocabulary of its own');
  if (options.student === undefined) refuseOptions(command, ['vectors'], 'only a BiLSTM (--student) starts from word vectors');
  if (options.layers === undefined) refuseOptions(command, ['heads', 'feedForward', 'importance'], 'only a student cut from its teacher (--layers) takes over heads and neurons');
  if (!isNarrowed(options)) refuseOptions(command, ['importance'], 'it says by what --heads and --feed-forward choose; give one of them');
  if (options.hardWeight === 0) refuseOptions(command, ['classWeights'], 'they weigh the loss on labels, which --hard-weight 0 leaves out');
  if (options.objective === 'logit-mse') refuseOptions(command, ['temperature'], '--objective logit-mse repeats logits as they are');
  if (options.student !== undefined && readsStates(options)) command.error(`error: --objective ${options.objective}: a BiLSTM has no states like its teacher's; give soft-label or logit-mse`);
  if (!readsStates(options)) refuseOptions(command, ['match', 'matchWeight'], `${options.objective === 'logit-mse' ? 'logits' : 'soft labels'} match no states; give --objective too`);
  else if (!matchesLayers(options)) refuseOptions(command, ['match'], `--objective ${options.objective} compares whole examples, not layers`);
  refuseTaskColumns(command, options);
  refuseUnusedTraining(command, options);
}

/** The same of what shows only when the corpus is open: training text without labels. */
export function refuseOnBareText(command: Command, options: DistillOptions): void {
  refuseOptions(command, ['classWeights', 'hardWeight'], 'there is no loss on labels, since the training text has none');
  if (isNarrowed(options) && options.importance !== 'magnitudes') command.error('error: --heads, --feed-forward: gradients are those of the loss on labels, and the training text has none; give --importance magnitudes');
}
