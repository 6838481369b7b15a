/**
 * Options that say what is read: a corpus folder (splits as TSV, CSV or JSONL, or a GLUE task), a single file, and how many tokens of each text.
 */
import { stat } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { type Command, Option } from 'commander';
import type { SubmissionFile } from '../evaluate/glue-submission.ts';
import type { Corpus } from '../text/corpus.ts';
import type { LabelKind, LabelSpace } from '../text/example.ts';
import { devSplits, glueTask, openGlue } from '../text/glue.ts';
import { firstOf, joinStreams } from '../text/streamed-corpus.ts';
import { column, wholeNumber } from './option-values.ts';
import { findSplit, splitFile } from './split-files.ts';
import { streamFolderSplits, streamGlueSplits, type StreamedSplits } from './streamed-splits.ts';
import { openLabelled, openTexts, refuseUnfitting, streamTexts, type TsvColumns } from './text-files.ts';
import { columnOptions, refuseOptions } from './unused-options.ts';

export interface CorpusOptions extends TsvColumns {
  readonly task?: string;
  readonly maxTokens?: number;
}

export interface LearningTextOptions extends CorpusOptions {
  readonly examples?: number;
  readonly transfer?: string;
  readonly cache: string;
}

/** Which columns, and how much of a text. */
export function addTextOptions(command: Command): Command {
  return command
    .option('--text <column>', 'column of the text, by name or number (default: sentence)', column)
    .option('--pair <column>', 'column of the second text, where examples are pairs', column)
    .option('--id <column>', 'column of the ids (default: id, where there is one)', column)
    .option('--no-header', 'the first line of a TSV or CSV is an example already')
    .option('--delimiter <character>', 'what parts the cells of a CSV (default: a comma)')
    .option('--max-tokens <n>', 'cut texts to so many tokens (default: 128, or what the model has)', wholeNumber);
}

/** All of it: a GLUE task too, and the label's column. */
export function addCorpusOptions(command: Command): Command {
  return addTextOptions(command.option('--task <name>', 'the folder holds this GLUE task as distributed, such as SST-2')).option('--label <column>', 'column of the label (default: label)', column);
}

const labelKinds = ['single-label', 'multi-label', 'regression'] as const satisfies readonly LabelKind[];

/** Where no model says it. */
export function addLabelKindOption(command: Command): Command {
  return command.addOption(new Option('--label-kind <kind>', 'what a label is: the name of one class; the names of all classes that hold, parted by commas (none: empty), in JSON lines a list; or a score (default: as the teacher answers, else one class, or several where JSON lines have lists)').choices(labelKinds));
}

/** @throws (wrong use) for what is said of a GLUE task's columns, but for those of `--transfer`. */
export function refuseTaskColumns(command: Command, { task, transfer }: { readonly task?: string; readonly transfer?: string }): void {
  if (task !== undefined) refuseOptions(command, transfer === undefined ? [...columnOptions, 'labelKind'] : ['label', 'labelKind'], `the columns of ${task} are known; leave that away`);
}

/** What is learned from: fewer examples, or more text. */
export function addLearningTextOptions(command: Command): Command {
  return addExamplesOption(command).option('--transfer <file>', 'more unlabelled text: a TSV, CSV or JSONL file, or one example a line');
}

export function addExamplesOption(command: Command): Command {
  return command
    .option('--examples <n>', 'learn from the first n examples only (of training and of transfer text)', wholeNumber)
    .option('--cache <folder>', 'where tokenised text is kept, to be read instead of tokenised again', 'runs/tokens');
}

/**
 * The splits of a corpus folder, with the transfer text of `--transfer` after the folder's own.
 * @param taught whether somebody else says what is learned: training text then needs no column of labels.
 */
export async function openSplits(folder: string, options: Omit<LearningTextOptions, 'cache'>, { taught = false }: { readonly taught?: boolean } = {}): Promise<StreamedSplits> {
  if (!(await isFolder(folder))) throw new Error(`${folder}: there is no such folder; a corpus is a folder with train.tsv and dev.tsv (or .csv, .jsonl), or with --task a GLUE folder`);
  const splits = options.task === undefined ? await streamFolderSplits(folder, options, { taught }) : await streamGlueSplits(folder, options.task);
  const more = options.transfer === undefined ? undefined : await streamTexts(options.transfer, transferColumns(options));
  const transfer = splits.transfer === undefined || more === undefined ? (splits.transfer ?? more) : await joinStreams(splits.transfer, more);
  return firstOfSplits({ ...splits, ...(transfer && { transfer }) }, options.examples);
}

/** The file of `--transfer` has the columns of a GLUE task of pairs, unless others are named. */
function transferColumns({ task, text, pair, ...columns }: CorpusOptions): TsvColumns {
  const usual = task === undefined ? undefined : glueTask(task).columns;
  const [first, second] = usual?.pair === undefined ? [text, pair] : [text ?? usual.text, pair ?? usual.pair];
  return { ...columns, ...(first !== undefined && { text: first }), ...(second !== undefined && { pair: second }) };
}

/** The same splits, learning from the first `count` examples only (of training and of transfer text). */
export async function firstOfSplits({ train, transfer, ...others }: StreamedSplits, count = Infinity): Promise<StreamedSplits> {
  return { ...others, train: await firstOf(train, count), ...(transfer && { transfer: await firstOf(transfer, count) }) };
}

/**
 * The examples a model is scored on: a labelled file; a split of a corpus folder, by default test (dev where no labelled test is); or one
 * of a GLUE task, by default all dev splits, which are two for MNLI.
 * @param labels what the label column of a file holds; absent: one class name.
 */
export async function openScored(path: string, options: CorpusOptions & { readonly split?: string }, labels?: LabelSpace): Promise<[Corpus, ...Corpus[]]> {
  const { task: name, split } = options;
  if (name !== undefined) {
    const task = glueTask(name);
    const [first = 'dev', ...others] = split === undefined ? devSplits(task) : [split];
    return [await openGlue(path, task, first), ...(await Promise.all(others.map((other) => openGlue(path, task, other))))];
  }
  if (!(await isFolder(path))) {
    if (split !== undefined) throw new Error(`--split ${split}: ${path} is one file already; give its folder to choose a split of it`);
    refuseUnfitting(path, options);
    return [await openLabelled(path, options, labels)];
  }
  const file = split === undefined ? ((await findSplit(path, 'test')) ?? (await splitFile(path, 'dev'))) : await splitFile(path, split);
  return [await openLabelled(file, options, labels)];
}

/** The rows that GLUE's server wants answered in a submission file: of the GLUE folder, or of the split's own file (for AX, always that). */
export async function openSubmitted(path: string, { task: taskName, split }: SubmissionFile, options: TsvColumns): Promise<Corpus> {
  const task = glueTask(taskName);
  if (!(await isFolder(path))) return openTexts(path, { ...task.columns, ...options });
  if (split === undefined) throw new Error(`${path}: a folder; give the file of the diagnostic set itself`);
  return openGlue(path, task, split);
}

/** What a corpus is called in the names of runs; a `sample` bears its corpus's name. */
export function corpusName(folder: string, { task }: CorpusOptions): string {
  const path = resolve(folder);
  return task === undefined ? basename(basename(path) === 'sample' ? resolve(path, '..') : path) : glueTask(task).name;
}

export async function isFolder(path: string): Promise<boolean> {
  return stat(path).then((found) => found.isDirectory(), () => false);
}
