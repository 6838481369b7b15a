/**
 * Options that say what is read: a corpus folder (TSV splits, or a GLUE task), a single file, and how many tokens of each text.
 */
import { stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import type { Command } from 'commander';
import type { SubmissionFile } from '../evaluate/glue-submission.ts';
import { type Corpus, makeCorpus } from '../text/corpus.ts';
import type { LabelSpace } from '../text/example.ts';
import { devSplits, glueTask, openGlue } from '../text/glue.ts';
import { firstExamples, openGlueSplits, openTsvSplits, type Splits } from './classifier-corpus.ts';
import { column, wholeNumber } from './option-values.ts';
import { openLabelled, openTexts, type TsvColumns } from './text-files.ts';

export interface CorpusOptions extends TsvColumns {
  readonly task?: string;
  readonly maxTokens?: number;
}

export interface LearningTextOptions extends CorpusOptions {
  readonly examples?: number;
  readonly transfer?: string;
}

/** Which columns, and how much of a text. */
export function addTextOptions(command: Command): Command {
  return command
    .option('--text <column>', 'column of the text, by name or number (default: sentence)', column)
    .option('--pair <column>', 'column of the second text, where examples are pairs', column)
    .option('--id <column>', 'column of the ids (default: id, where there is one)', column)
    .option('--no-header', 'the first line of a TSV is an example already')
    .option('--max-tokens <n>', 'cut texts to so many tokens (default: 128, or what the model has)', wholeNumber);
}

/** All of it: a GLUE task too, and the label's column. */
export function addCorpusOptions(command: Command): Command {
  return addTextOptions(command.option('--task <name>', 'the folder holds this GLUE task as distributed, such as SST-2')).option('--label <column>', 'column of the label (default: label)', column);
}

/** What is learned from: fewer examples, or more text. */
export function addLearningTextOptions(command: Command): Command {
  return addExamplesOption(command).option('--transfer <file>', 'more unlabelled text: a TSV, or one example a line');
}

export function addExamplesOption(command: Command): Command {
  return command.option('--examples <n>', 'learn from the first n examples only (of training and of transfer text)', wholeNumber);
}

/** The splits of a corpus folder, with the transfer text of `--transfer` after the folder's own. */
export async function openSplits(folder: string, options: LearningTextOptions): Promise<Splits> {
  if (!(await isFolder(folder))) throw new Error(`${folder}: there is no such folder; a corpus is a folder with train.tsv and dev.tsv, or with --task a GLUE folder`);
  const splits = options.task === undefined ? await openTsvSplits(folder, options) : await openGlueSplits(folder, options.task);
  const more = options.transfer === undefined ? undefined : await openTexts(options.transfer, options);
  const transfer = joined(splits.transfer, more);
  return { ...splits, train: firstExamples(splits.train, options.examples), ...(transfer && { transfer: firstExamples(transfer, options.examples) }) };
}

/**
 * The examples a model is scored on: a labelled TSV, the test split of a corpus folder (dev where no labelled test is), or all dev splits
 * of a GLUE task, which are two for MNLI.
 * @param labels what the label column of a TSV holds; absent: one class name.
 */
export async function openScored(path: string, options: CorpusOptions, labels?: LabelSpace): Promise<[Corpus, ...Corpus[]]> {
  if (options.task !== undefined) {
    const task = glueTask(options.task);
    const [first = 'dev', ...others] = devSplits(task);
    return [await openGlue(path, task, first), ...(await Promise.all(others.map((split) => openGlue(path, task, split))))];
  }
  if (!(await isFolder(path))) return [await openLabelled(path, options, labels)];
  const test = join(path, 'test.tsv');
  return [await openLabelled((await stat(test).catch(() => undefined)) === undefined ? join(path, 'dev.tsv') : test, options, labels)];
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

function joined(a: Corpus | undefined, b: Corpus | undefined): Corpus | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return makeCorpus([...a.examples, ...b.examples], { name: a.name, split: `${a.split}+${b.split}` });
}
