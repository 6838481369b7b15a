/**
 * `retort evaluate <model> <corpus>`: scores, calibration, size, operations and latency of a classifier (or of a model that answers
 * with a score, or with several classes), and its likeness to a teacher. With --glue: a model for each task of GLUE at once. Of a translator:
 * BLEU, chrF, perplexity and speed.
 */
import type { Command } from 'commander';
import { type Fidelity, fidelityOf, type ScoreFidelity } from '../../evaluate/fidelity.ts';
import { glueAverage, glueResult, type GlueResult } from '../../evaluate/glue-score.ts';
import { formatCount } from '../../report/units.ts';
import { addCorpusOptions, type CorpusOptions, openScored, refuseTaskColumns } from '../corpus-options.ts';
import type { Door } from '../door.ts';
import { addEngineOption, type EngineOption, startEngine } from '../engine-option.ts';
import { type FolderScores, labelSpaceOf, scoreFolder } from '../folder-scores.ts';
import { findModels, findTasks, glueTable, scoreGlue } from '../glue-benchmark.ts';
import { requireModel } from '../model-folder.ts';
import { wordList } from '../option-values.ts';
import { scoreTable } from '../score-table.ts';
import { addTranslatorEvaluation, evaluateTranslator, translatorEvaluation } from '../translation/evaluate-translator.ts';
import { isTranslator } from '../translation/translator-folder.ts';
import { columnOptions, refuseOptions } from '../unused-options.ts';

type Options = CorpusOptions & EngineOption & { teacher?: string; split?: string; glue?: string; seen?: readonly string[] };

export function addEvaluate(program: Command, door: Door): void {
  const command = program
    .command('evaluate')
    .description('score a classifier, and say how like its teacher it is; or score a translator')
    .argument('<model>', 'the folder of a classifier or of a translator; with --glue a folder of them, named after the tasks, or TASK=FOLDER,TASK=FOLDER')
    .argument('[corpus]', 'a labelled file, or a corpus folder (its test split; dev where no labelled test is)')
    .option('--split <name>', 'score on this split of the folder, as dev, or dev-mismatched of MNLI')
    .option('--teacher <folder>', 'hold it against this model')
    .option('--glue <folder>', 'in place of a corpus: score on every GLUE task in this folder, and average')
    .option('--seen <tasks>', 'with --glue: tasks whose text the models saw before, to be marked, as QQP,MNLI', wordList);
  for (const add of [addCorpusOptions, addEngineOption, addTranslatorEvaluation]) add(command);
  command
    .addHelpText('after', '\nA translator:\n  $ retort evaluate runs/translator/model corpora/counting/sample --translation en-de --beams 4\n\nExample:\n  $ retort evaluate runs/student/student corpora/opinions/sample --teacher runs/teacher/model\n')
    .action(async (folder: string, path: string | undefined, options: Options) => {
      if (await isTranslator(folder)) return evaluateTranslator(command, door, { folder, path, options: command.opts() });
      refuseOptions(command, translatorEvaluation, `${folder} is no translator; leave that away`);
      if (options.glue !== undefined) {
        if (path !== undefined) command.error(`error: ${path}: --glue names what is scored on; leave the corpus away`);
        return evaluateGlue(command, door, { ...options, models: folder, glue: options.glue });
      }
      if (path === undefined) return command.error("error: missing required argument 'corpus': a labelled file or a corpus folder, or --glue FOLDER");
      refuseOptions(command, ['seen'], 'it is for --glue');
      refuseTaskColumns(command, options);
      const console = door.console();
      await requireModel(folder);
      if (options.teacher !== undefined) await requireModel(options.teacher);
      const corpora = await openScored(path, options, await labelSpaceOf(folder));
      await startEngine(console, options);
      const students = await scoreFolder(door, { name: 'model', folder, corpora, path, options });
      const teachers = options.teacher === undefined ? [] : await scoreFolder(door, { name: 'teacher', folder: options.teacher, corpora, path, options });
      const models: Compared[] = [...students.map((student, i) => ({ ...student, ...likeness(student, teachers[i]) })), ...teachers];
      const shown = corpora.length === 1 ? models : models.map((model) => ({ ...model, name: `${model.name}, ${model.split}` }));
      console.say(scoreTable(shown));
      const glue = options.task === undefined ? undefined : [students, teachers].filter((scored) => scored.length > 0).map((scored) => glueOf(options.task ?? '', scored));
      if (glue !== undefined) console.say(`\n${glue.map(glueLine).join('\n')}`);
      console.say(`\non ${corpora.map(({ examples, name, split }) => `${formatCount(examples.length)} examples of ${name} (${split})`).join(' and ')}`);
      const [{ name: corpus }] = corpora;
      console.answer({
        corpus,
        split: corpora.map(({ split }) => split).join(', '),
        examples: corpora.reduce((sum, { examples }) => sum + examples.length, 0),
        models: models.map(({ logits: _logits, labels: _labels, ...facts }) => facts),
        ...(glue && { glue }),
      });
    });
}

async function evaluateGlue(command: Command, door: Door, { models: place, glue, seen = [], ...options }: Options & { models: string; glue: string }): Promise<void> {
  refuseOptions(command, ['teacher', 'split', 'task', ...columnOptions], 'every task of GLUE has its own; leave that away with --glue');
  const console = door.console();
  const tasks = await findTasks(glue);
  const models = await findModels(place, tasks);
  await startEngine(console, options);
  const benchmark = await scoreGlue(door, { tasks, models, seen, options });
  console.say(glueTable(benchmark));
  console.say(`\non the dev splits in ${glue}`);
  console.answer({ glue, ...benchmark });
}

/** Held against a teacher. */
interface Likeness {
  readonly fidelity?: Fidelity | ScoreFidelity;
}

type Compared = FolderScores & Likeness;

function likeness(student: FolderScores, teacher: FolderScores | undefined): Likeness {
  if (teacher === undefined) return {};
  const order = student.names.map((name) => teacher.names.indexOf(name));
  const { kind } = student.labels;
  if (kind !== 'regression' && (order.includes(-1) || teacher.names.length !== order.length)) throw new Error(`${student.folder} answers ${student.names.join(', ')}, ${teacher.folder} ${teacher.names.join(', ')}: they cannot be compared`);
  const classes = order.length;
  const inOrder = kind === 'regression' ? teacher.logits : teacher.logits.map((_, i) => teacher.logits[i - (i % classes) + (order[i % classes] ?? 0)] ?? NaN);
  return { fidelity: fidelityOf(kind, { student: student.logits, teacher: inOrder, classes }) };
}

interface GlueOf {
  readonly model: string;
  readonly score: number;
  readonly results: readonly GlueResult[];
}

function glueOf(task: string, scored: readonly FolderScores[]): GlueOf {
  const results = scored.map(({ split, scores }) => glueResult(task, split, scores));
  return { model: scored[0]?.name ?? '', score: glueAverage(results).score, results };
}

function glueLine({ model, score, results }: GlueOf): string {
  const parts = results.map(({ split, metrics }) => `${metrics.map(([metric, value]) => `${metric} ${(100 * value).toFixed(1)}`).join(', ')} (${split})`);
  return `${model}: ${results[0]?.task ?? ''} as GLUE scores it ${(100 * score).toFixed(1)}, from ${parts.join('; ')}`;
}
