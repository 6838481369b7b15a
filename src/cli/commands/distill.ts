/**
 * `retort distill <teacher> <corpus>`: a small student learns what a teacher says, from labelled and unlabelled text (Hinton et al.
 * 2015); ends with both of them on the test split.
 */
import { dirname, join } from 'node:path';
import type { Command } from 'commander';
import { hardLabels } from '../../objectives/hard-labels.ts';
import { type Objective, weighted } from '../../objectives/objective.ts';
import { softLabel } from '../../objectives/soft-label.ts';
import { formatTable } from '../../report/table.ts';
import { readJson } from '../../storage/json.ts';
import { exampleCount } from '../../text/tokenised-corpus.ts';
import { trainClassifier } from '../classifier.ts';
import { conclude } from '../conclusion.ts';
import { addCorpusOptions, addLearningTextOptions, corpusName, type LearningTextOptions, openSplits } from '../corpus-options.ts';
import type { Door } from '../door.ts';
import { addEngineOption, type EngineOption, startEngine } from '../engine-option.ts';
import { agreeOnLabels, cutNotice, type ModelFolder, openClassifier, requireModel, tokenLimit } from '../model-folder.ts';
import { layerList, positiveNumber, share } from '../option-values.ts';
import { withRun } from '../run.ts';
import { type StartingModel, startCut, startFresh, startFromFolder } from '../starting-model.ts';
import { corpusWarnings, type StreamedSplits, tokeniseSplits } from '../streamed-splits.ts';
import { isStore, judgeTeacher, openVoice } from '../teacher-voice.ts';
import { addTrainingOptions, rankingMetric, type TrainingOptions, trainSettings } from '../training-options.ts';

interface Options extends LearningTextOptions, TrainingOptions, EngineOption {
  readonly size?: string;
  readonly layers?: readonly number[];
  readonly from?: string;
  readonly out?: string;
  readonly temperature: number;
  readonly hardWeight: number;
  readonly labels: string;
  readonly live?: boolean;
}

export function addDistill(program: Command, door: Door): void {
  const command = program
    .command('distill')
    .description('train a small student on what a teacher says')
    .argument('<teacher>', 'a classifier\'s folder')
    .argument('<corpus>', 'a folder with train, dev, test and perhaps transfer (.tsv, .csv or .jsonl), or with --task a GLUE folder')
    .option('--size <LxH>', 'a fresh student: layers x width, as 2x128 or 4x256:4:1024 (heads, feed-forward width)')
    .option('--layers <list>', 'a student cut from these layers of the teacher, from 0, as 0,2,4', layerList)
    .option('--from <folder>', 'a student that starts as this encoder, which must read with the teacher\'s tokenizer')
    .option('--temperature <T>', 'softens what both say', positiveNumber, 2)
    .option('--hard-weight <w>', 'how much the corpus\'s own labels count beside the teacher (which counts 1)', share, 0.3)
    .option('--labels <folder>', 'a label store, or the folder of stores to look in and to add to', 'runs/labels')
    .option('--live', 'ask the teacher at every step instead of storing its labels')
    .option('--out <folder>', 'the run\'s folder; the student lands in student/ there (default: runs/<corpus>-student)');
  for (const add of [addCorpusOptions, addLearningTextOptions, addTrainingOptions, addEngineOption]) add(command);
  command
    .addHelpText('after', '\nThe same command again goes on where it was stopped, or reuses what is done.\n\nExample:\n  $ retort distill runs/teacher/model corpora/opinions/sample --size 1x32:2 --examples 500 --steps 30 --out runs/student\n')
    .action(async (teacherFolder: string, corpus: string, options: Options) => {
      if ([options.size, options.layers, options.from].filter((given) => given !== undefined).length !== 1) command.error('error: which student? Give one of --size LAYERSxWIDTH, --layers LIST and --from FOLDER');
      const folder = options.out ?? join('runs', `${corpusName(corpus, options)}-student`);
      const console = door.console();
      await requireModel(teacherFolder);
      const splits = await openSplits(corpus, options);
      await startEngine(console, options);
      const teacher = await openClassifier(teacherFolder);
      const starting = await studentOf(teacher, splits, options);
      for (const notice of starting.notices) console.note(notice);
      if (starting.layerMap !== undefined) console.say(`${formatTable(['student', 'teacher'], starting.layerMap.map((row) => [row.student, row.teacher]))}\n`);
      const labels = agreeOnLabels(splits.labels, { names: starting.config.labels, model: teacherFolder, place: corpus });
      const data = await tokeniseSplits({ ...splits, labels }, teacher.tokenizer, { maxTokens: starting.maxTokens, cache: options.cache, signal: door.signal }, console);
      for (const warning of await corpusWarnings(splits, data)) console.note(warning);
      const cut = cutNotice(data.everything);
      if (cut !== undefined) console.note(cut);
      await withRun({ folder, command: door.command, settings: options, console, signal: door.signal }, async (run) => {
        const student = await trainClassifier(run, 'student', {
          ...starting,
          settings: trainSettings(options, { ...starting, examples: exampleCount(data.everything) }),
          objective: objectiveOf(options),
          teacher: await openVoice(run, teacher, data.everything, options),
          corpus: data.everything, data, metric: rankingMetric(options),
          story: `Distilled from ${teacherFolder} on ${splits.train.name}.`,
        });
        // A store holds one corpus: what the teacher says of the test split is kept in another beside it.
        const judged = await judgeTeacher(run, teacher, data.test, (await isStore(options.labels)) ? dirname(options.labels) : options.labels);
        await conclude(run, {
          title: `${splits.train.name}: a student of ${teacherFolder}`, subtitle: 'What a small student keeps of its teacher.', data,
          contenders: [{ name: 'student', role: 'student', seeds: [student], teachers: [judged] }, { name: 'teacher', role: 'teacher', seeds: [judged] }],
          ...(starting.layerMap && { layerMap: starting.layerMap }),
        });
      });
      console.answer({ folder, student: join(folder, 'student'), evaluation: await readJson(join(folder, 'evaluation.json')) });
    });
}

async function studentOf(teacher: ModelFolder, splits: StreamedSplits, options: Options): Promise<StartingModel> {
  const { labels: names } = teacher.model.config;
  const maxTokens = tokenLimit(teacher, options);
  if (options.layers !== undefined) return startCut(teacher, { ...options, layers: options.layers, maxTokens });
  if (options.size !== undefined) return startFresh(options.size, { ...options, names, tokenizer: teacher.tokenizer, maxTokens });
  const folder = options.from ?? '';
  const labels = agreeOnLabels(splits.labels, { names, model: teacher.folder, place: splits.train.name });
  const student = await startFromFolder(folder, { ...options, labels, maxTokens });
  if (student.config.labels.join() !== names.join()) throw new Error(`${folder} answers ${student.config.labels.join(', ')}, ${teacher.folder} ${names.join(', ')}: student and teacher must order their classes alike`);
  if (student.tokenizer.fingerprint !== teacher.tokenizer.fingerprint) throw new Error(`${folder} and ${teacher.folder} cut text differently (their tokenizers have the fingerprints ${student.tokenizer.fingerprint.slice(0, 12)} and ${teacher.tokenizer.fingerprint.slice(0, 12)}); a student starts from an encoder with the teacher's tokenizer, or fresh with --size`);
  return student;
}

function objectiveOf({ temperature, hardWeight }: Options): Objective {
  const soft = softLabel({ temperature });
  return hardWeight === 0 ? soft : weighted([[hardWeight, hardLabels()], [1, soft]]);
}
