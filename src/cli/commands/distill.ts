/**
 * `retort distill <teacher...> <corpus>`: a small student learns what teachers say, from labelled and unlabelled text (Hinton et al.
 * 2015); ends with both of them on the test split. A teacher is a model, a label store or a file of answers.
 */
import { join } from 'node:path';
import type { Command } from 'commander';
import type { Dimensions } from '../../models/dimensions.ts';
import { formatTable } from '../../report/table.ts';
import { readJson } from '../../storage/json.ts';
import { exampleCount } from '../../text/tokenised-corpus.ts';
import { addClassWeightsOption, type ClassWeightsOption, weightsFor } from '../class-weights.ts';
import { trainClassifier } from '../classifier.ts';
import { conclude } from '../conclusion.ts';
import { addCorpusOptions, addLabelKindOption, addLearningTextOptions, corpusName, firstOfSplits, type LearningTextOptions, openSplits, refuseTaskColumns } from '../corpus-options.ts';
import { teachingOf, type TeachingOptions } from '../distillation.ts';
import type { Door } from '../door.ts';
import { addEngineOption, addReplayOption, type EngineOption, startEngine } from '../engine-option.ts';
import { cutNotice } from '../model-folder.ts';
import { addObjectiveOptions, chosenObjective, matchesLayers, type ObjectiveOptions, readsStates } from '../objective-choice.ts';
import { layerChoice, positiveNumber, share, wholeNumber } from '../option-values.ts';
import { withRun } from '../run.ts';
import { corpusWarnings, tokeniseSplits } from '../streamed-splits.ts';
import { studentOf, type StudentOptions } from '../student-choice.ts';
import { judgeVoices, placesOf } from '../teacher-voice.ts';
import { addTrainingOptions, rankingMetric, refuseUnusedTraining, type TrainingOptions, trainSettings } from '../training-options.ts';
import { refuseOptions } from '../unused-options.ts';
import { agreeWith, openVoices, spokenKind, type Voice } from '../voice.ts';
import { addMeanOption, addVoiceOptions, refuseUnheard, teachersAndCorpus, voiceContext, type VoiceReadingOptions } from '../voice-options.ts';
import { addWidthOptions, isNarrowed } from '../width-choice.ts';
import { checkAnswers } from './label.ts';

interface Options extends LearningTextOptions, TrainingOptions, EngineOption, VoiceReadingOptions, StudentOptions, Omit<TeachingOptions, 'states'>, ClassWeightsOption, ObjectiveOptions {
  readonly out?: string;
}

export function addDistill(program: Command, door: Door): void {
  const command = program
    .command('distill')
    .description('train a small student on what a teacher says')
    .usage('[options] <teacher...> <corpus>')
    .argument('[words...]', 'classifiers\' folders (ours, PyTorch\'s or ONNX), label stores or files of answers; last a folder with train, dev, test and perhaps transfer (.tsv, .csv or .jsonl), or with --task a GLUE folder')
    .option('--size <LxH>', 'a fresh student: layers x width, as 2x128 or 4x256:4:1024 (heads, feed-forward width)')
    .option('--layers <list>', 'a student cut from these layers of the teacher: 0,2,4 (from 0), or a map with their number: uniform:3, every-other, distilbert-released, pkd-skip, pkd-last, first', layerChoice)
    .option('--from <folder>', 'a student that starts as this encoder')
    .option('--vocabulary <n>', 'a vocabulary of its own for a fresh student (default: the teacher\'s; 8000 where it has none)', wholeNumber)
    .option('--temperature <T>', 'softens what both say of classes (default: 2; 1 where all answers are bare labels)', positiveNumber)
    .option('--hard-weight <w>', 'how much the corpus\'s own labels count beside the teacher (which counts 1)', share, 0.3)
    .option('--labels <folder>', 'a label store, or the folder of stores to look in and to add to', 'runs/labels')
    .option('--live', 'ask the teacher at every step instead of storing its labels')
    .option('--out <folder>', 'the run\'s folder; the student lands in student/ there (default: runs/<corpus>-student)');
  for (const add of [addObjectiveOptions, addCorpusOptions, addLabelKindOption, addLearningTextOptions, addVoiceOptions, addMeanOption, addWidthOptions, addTrainingOptions, addClassWeightsOption, addEngineOption, addReplayOption]) add(command);
  command
    .addHelpText('after', '\nThe same command again goes on where it was stopped, or reuses what is done.\n\nExample:\n  $ retort distill runs/teacher/model corpora/opinions/sample --size 1x32:2 --examples 500 --steps 30 --out runs/student\n')
    .action(async (words: string[], options: Options) => {
      const { teachers, corpus } = teachersAndCorpus(command, words);
      if ([options.size, options.layers, options.from].filter((given) => given !== undefined).length !== 1) command.error('error: which student? Give one of --size LAYERSxWIDTH, --layers LIST and --from FOLDER');
      refuseUnused(command, options);
      const folder = options.out ?? join('runs', `${corpusName(corpus, options)}-student`);
      const console = door.console();
      const { examples, labelKind = await spokenKind(teachers, options), ...rest } = options;
      const whole = await openSplits(corpus, { ...rest, ...(labelKind && { labelKind }) }, { taught: true });
      const isBare = whole.train.labels === undefined;
      if (isBare) {
        refuseOptions(command, ['classWeights', 'hardWeight'], 'there is no loss on labels, since the training text has none');
        if (isNarrowed(options) && options.importance !== 'magnitudes') command.error('error: --heads, --feed-forward: gradients are those of the loss on labels, and the training text has none; give --importance magnitudes');
        console.note('the training text has no labels (no "label" in its first line): what the teacher says is all that is learned');
      }
      const metric = rankingMetric(options, whole.labels.kind);
      const splits = await firstOfSplits(whole, examples);
      await startEngine(console, options);
      const voices = await openVoices(teachers, voiceContext(splits.labels, options));
      refuseUnheard(command, voices);
      await checkAnswers(voices, whole, options);
      const starting = await studentOf(voices, splits, options);
      for (const notice of starting.notices) console.note(notice);
      if (starting.layerMap !== undefined) console.say(`${formatTable(['student', 'teacher'], starting.layerMap.map((row) => [row.student, row.teacher]))}\n`);
      const labels = agreeWith(voices[0], splits.labels, { names: starting.config.labels, place: corpus });
      if (labels.kind === 'regression') refuseOptions(command, ['temperature', 'mean'], 'scores have neither a temperature nor several means: the student learns their plain mean by squared error');
      const [first] = voices;
      const sizes = { student: starting.config, teacher: readsStates(options) ? statesOf(first) : undefined };
      const lesson = { task: labels.kind, ...sizes };
      const matched = isBare ? { ...options, hardWeight: 0 } : options;
      const states = readsStates(options) ? `--objective ${options.objective}` : undefined;
      if (states !== undefined && voices.length > 1) throw new Error(`${states}: several teachers have no states in common; give one`);
      const refused = chosenObjective(matched, { ...lesson, bareLabels: false }).refusal?.({ ...sizes, examples: splits.train.size });
      if (refused !== undefined) throw new Error(`${states ?? '--objective'}: ${refused}`);
      await withRun({ folder, command: door.command, settings: options, console, signal: door.signal }, async (run) => {
        const asking = { ...options, console, signal: run.signal };
        const teaching = await teachingOf(voices, splits, { ...asking, student: starting, states });
        for (const notice of teaching.notices) console.note(notice);
        const data = await tokeniseSplits({ ...teaching.splits, labels }, starting.tokenizer, { maxTokens: starting.maxTokens, cache: options.cache, signal: run.signal }, console);
        for (const warning of await corpusWarnings(teaching.splits, data, { isWeighed: options.classWeights !== undefined })) console.note(warning);
        const cut = cutNotice(data.everything);
        if (cut !== undefined) console.note(cut);
        const classWeights = options.classWeights && (await weightsFor(options.classWeights, data.train.encoded, labels.kind));
        const student = await trainClassifier(run, 'student', {
          ...starting,
          settings: trainSettings(options, { ...starting, examples: exampleCount(data.everything) }),
          objective: chosenObjective(matched, { ...lesson, bareLabels: teaching.bareLabels, classWeights }),
          teacher: teaching.teacher,
          corpus: data.everything, data, metric,
          story: `Distilled from ${placesOf(voices)} on ${splits.train.name}.`,
        });
        const judged = await judgeVoices(voices, data.test, { ...asking, names: data.names, metric });
        await conclude(run, {
          title: `${splits.train.name}: a student of ${placesOf(voices)}`, subtitle: 'What a small student keeps of its teacher.', data,
          contenders: [
            { name: 'student', role: 'student', seeds: [student], ...(judged && { teachers: [judged] }) },
            ...(judged ? [{ name: 'teacher', role: 'teacher', seeds: [judged] } as const] : []),
          ],
          ...(starting.layerMap && { layerMap: starting.layerMap }),
        });
      });
      console.answer({ folder, student: join(folder, 'student'), evaluation: await readJson(join(folder, 'evaluation.json')) });
    });
}

function refuseUnused(command: Command, options: Options): void {
  if (options.size === undefined) refuseOptions(command, ['vocabulary'], 'only a fresh student (--size) gets a vocabulary of its own');
  if (options.layers === undefined) refuseOptions(command, ['heads', 'feedForward', 'importance'], 'only a student cut from its teacher (--layers) takes over heads and neurons');
  if (!isNarrowed(options)) refuseOptions(command, ['importance'], 'it says by what --heads and --feed-forward choose; give one of them');
  if (options.hardWeight === 0) refuseOptions(command, ['classWeights'], 'they weigh the loss on labels, which --hard-weight 0 leaves out');
  if (!readsStates(options)) refuseOptions(command, ['match', 'matchWeight'], 'soft labels match no states; give --objective too');
  else if (!matchesLayers(options)) refuseOptions(command, ['match'], `--objective ${options.objective} compares whole examples, not layers`);
  refuseTaskColumns(command, options);
  refuseUnusedTraining(command, options);
}

/** What is known of the layers that a teacher's states come from. */
function statesOf(voice: Voice): Dimensions | undefined {
  if (voice.kind === 'store') return voice.header.states ?? undefined;
  return voice.kind === 'model' ? voice.model?.model.config : undefined;
}
