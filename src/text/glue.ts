// The GLUE tasks (Wang et al. 2019, https://gluebenchmark.com) as their folders are distributed: files, columns, labels, metrics.
// Label names and their order are those of the `glue` data set on the Hugging Face hub, so that heads can be exchanged.
// It downloads nothing, and it computes no metric.
import { join } from 'node:path';
import { isThere } from '../storage/is-there.ts';
import type { Corpus } from './corpus.ts';
import type { LabelSpace } from './example.ts';
import type { Column } from './example-row.ts';
import { surveyFile, type StreamedCorpus } from './streamed-corpus.ts';
import { openTsv, readTsv, type TsvOptions } from './tsv.ts';

export type GlueMetric = 'accuracy' | 'f1' | 'matthews' | 'pearson' | 'spearman';

interface GlueColumns {
  readonly text: Column;
  readonly pair?: Column;
  readonly label: Column;
}

export interface GlueTask {
  /** The task's name and the name of its folder. */
  readonly name: string;
  readonly labels: LabelSpace;
  /** How the label column writes `labels.names`. */
  readonly written?: readonly string[];
  /** The first one ranks runs. */
  readonly metrics: readonly GlueMetric[];
  readonly columns: GlueColumns;
  /** Split -> file. Test splits have no labels. */
  readonly files: Readonly<Record<string, string>>;
  /** Splits without a header, and the numbers of their columns. */
  readonly headerless?: { readonly splits: readonly string[]; readonly columns: GlueColumns };
  readonly damaged?: 'tolerate';
}

const files = { train: 'train.tsv', dev: 'dev.tsv', test: 'test.tsv' };
const binary = ['0', '1'];
const classes = (...names: string[]): LabelSpace => ({ kind: 'single-label', names });

export const glueTasks: readonly GlueTask[] = [
  {
    name: 'CoLA',
    labels: classes('unacceptable', 'acceptable'),
    written: binary,
    metrics: ['matthews'],
    columns: { text: 'sentence', label: 'label' },
    files,
    headerless: { splits: ['train', 'dev'], columns: { text: 4, label: 2 } },
  },
  {
    name: 'SST-2',
    labels: classes('negative', 'positive'),
    written: binary,
    metrics: ['accuracy'],
    columns: { text: 'sentence', label: 'label' },
    files,
  },
  {
    name: 'MRPC',
    labels: classes('not_equivalent', 'equivalent'),
    written: binary,
    metrics: ['f1', 'accuracy'],
    columns: { text: '#1 String', pair: '#2 String', label: 'Quality' },
    files,
  },
  {
    name: 'QQP',
    labels: classes('not_duplicate', 'duplicate'),
    written: binary,
    metrics: ['f1', 'accuracy'],
    columns: { text: 'question1', pair: 'question2', label: 'is_duplicate' },
    files,
    damaged: 'tolerate',
  },
  {
    name: 'STS-B',
    labels: { kind: 'regression' },
    metrics: ['pearson', 'spearman'],
    columns: { text: 'sentence1', pair: 'sentence2', label: 'score' },
    files,
  },
  {
    name: 'MNLI',
    labels: classes('entailment', 'neutral', 'contradiction'),
    metrics: ['accuracy'],
    columns: { text: 'sentence1', pair: 'sentence2', label: 'gold_label' },
    files: {
      train: 'train.tsv',
      'dev-matched': 'dev_matched.tsv',
      'dev-mismatched': 'dev_mismatched.tsv',
      'test-matched': 'test_matched.tsv',
      'test-mismatched': 'test_mismatched.tsv',
    },
  },
  {
    name: 'QNLI',
    labels: classes('entailment', 'not_entailment'),
    metrics: ['accuracy'],
    columns: { text: 'question', pair: 'sentence', label: 'label' },
    files,
  },
  {
    name: 'RTE',
    labels: classes('entailment', 'not_entailment'),
    metrics: ['accuracy'],
    columns: { text: 'sentence1', pair: 'sentence2', label: 'label' },
    files,
  },
  {
    name: 'WNLI',
    labels: classes('not_entailment', 'entailment'),
    written: binary,
    metrics: ['accuracy'],
    columns: { text: 'sentence1', pair: 'sentence2', label: 'label' },
    files,
  },
];

/** The task of a name in any spelling: `SST-2`, `sst2`, `stsb`. Throws an Error that lists the tasks. */
export function glueTask(name: string): GlueTask {
  const plain = (spelling: string): string => spelling.toLowerCase().replaceAll(/[-_ ]/g, '');
  const task = glueTasks.find((candidate) => plain(candidate.name) === plain(name));
  if (!task) throw new Error(`no GLUE task ${JSON.stringify(name)}; the tasks are ${glueTasks.map((known) => known.name).join(', ')}`);
  return task;
}

/** The splits a task is scored on: `dev`, or MNLI's two. */
export function devSplits(task: GlueTask): string[] {
  return Object.keys(task.files).filter((split) => split.startsWith('dev'));
}

/**
 * Opens one split of a task. `folder` is the GLUE folder that holds `SST-2/`, `MRPC/`, ... or the task's own folder.
 * @param split `train`, `dev` or `test`; MNLI has `dev-matched`, `dev-mismatched`, `test-matched` and `test-mismatched`.
 */
export async function openGlue(folder: string, task: GlueTask | string, split: string): Promise<Corpus> {
  const { path, options } = await glueFile(folder, task, split);
  return openTsv(path, options);
}

/** The same, left on disk. */
export async function streamGlue(folder: string, task: GlueTask | string, split: string): Promise<StreamedCorpus> {
  const { path, options } = await glueFile(folder, task, split);
  return surveyFile(path, readTsv, options);
}

async function glueFile(folder: string, task: GlueTask | string, split: string): Promise<{ path: string; options: TsvOptions }> {
  const found = typeof task === 'string' ? glueTask(task) : task;
  const { name, labels, written, headerless, damaged } = found;
  const file = Object.hasOwn(found.files, split) ? found.files[split] : undefined;
  if (file === undefined) throw new Error(`${name} has no split ${JSON.stringify(split)}; it has ${Object.keys(found.files).join(', ')}`);
  const header = headerless?.splits.includes(split) !== true;
  const { label, ...texts } = headerless && !header ? headerless.columns : found.columns;
  const options: TsvOptions = { name, split, header, ...texts, ...(damaged && { damaged }) };
  const path = await firstPresent([join(folder, name, file), join(folder, file)]);
  return { path, options: split.startsWith('test') ? options : { ...options, label, labels, ...(written && { written }) } };
}

async function firstPresent(paths: readonly string[]): Promise<string> {
  for (const path of paths) {
    if (await isThere(path)) return path;
  }
  throw new Error(`no GLUE file at ${paths.join(' or ')}; unpack the task's archive there`);
}
