/**
 * All tasks of GLUE at once: the tasks that lie in a folder, a model for each, their scores as the benchmark reports them and the average.
 * A folder that begins with a task's name, as QQP-subset, is that task under its own name. Dev splits only: the test labels are secret.
 */
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { glueAverage, type GlueResult, glueResult } from '../evaluate/glue-score.ts';
import { readName } from '../report/metric.ts';
import { formatTable } from '../report/table.ts';
import { devSplits, type GlueTask, glueTasks, openGlue } from '../text/glue.ts';
import type { CorpusOptions } from './corpus-options.ts';
import type { Door } from './door.ts';
import { scoreFolder } from './folder-scores.ts';
import { requireModel } from './model-folder.ts';

/** A task that was found, and what its folder is called. */
export interface FoundTask {
  readonly called: string;
  readonly task: GlueTask;
  readonly folder: string;
}

export interface GlueRow {
  readonly task: string;
  readonly folder: string;
  /** Absent: there is no model for it. */
  readonly model?: string;
  /** One for each dev split. */
  readonly results: readonly GlueResult[];
  /** Whether the models saw text of this task before. */
  readonly seen: boolean;
}

export interface GlueBenchmark {
  readonly rows: readonly GlueRow[];
  /** Over the tasks that have a model, and over those of them that were not seen before. */
  readonly average: { readonly score: number; readonly tasks: number };
  readonly unseen: { readonly score: number; readonly tasks: number };
}

const plain = (name: string): string => name.toLowerCase().replaceAll(/[-_ ]/g, '');

/** The task that a folder is named after: by its whole name, or by the part before a dash. */
function taskNamed(name: string): GlueTask | undefined {
  return glueTasks.find((task) => plain(task.name) === plain(name)) ?? glueTasks.find((task) => name.toLowerCase().startsWith(`${task.name.toLowerCase()}-`));
}

/** In the order of the benchmark. @throws where there is none, and where two folders are of one task. */
export async function findTasks(folder: string): Promise<FoundTask[]> {
  const found: FoundTask[] = [];
  for (const name of await foldersIn(folder)) {
    const task = taskNamed(name);
    if (task === undefined || !(await hasDev(join(folder, name), task))) continue;
    const other = found.find((one) => one.task === task);
    if (other !== undefined) throw new Error(`${folder}: ${other.called} and ${name} are both ${task.name}; keep the one that is meant`);
    found.push({ called: name, task, folder: join(folder, name) });
  }
  if (found.length === 0) throw new Error(`${folder}: no GLUE task in it; unpack each into a folder of its name, as ${join(folder, 'SST-2')}`);
  return found.sort((a, b) => glueTasks.indexOf(a.task) - glueTasks.indexOf(b.task));
}

async function hasDev(folder: string, task: GlueTask): Promise<boolean> {
  const there = await Promise.all(devSplits(task).map((split) => isThere(join(folder, task.files[split] ?? ''))));
  return there.every(Boolean);
}

/**
 * A model's folder for each task it has one for: of `CoLA=FOLDER,SST-2=FOLDER`, or of a folder that holds one for each task, named after it,
 * a run or a model. @throws for a task that is not there or has two models, and where there is no model at all.
 */
export async function findModels(models: string, tasks: readonly FoundTask[]): Promise<ReadonlyMap<FoundTask, string>> {
  const named = models.includes('=') ? pairsOf(models) : (await foldersIn(models)).map((name) => [name, join(models, name)] as const);
  const found = new Map<FoundTask, string>();
  for (const [name, folder] of named) {
    const model = await modelIn(folder);
    const task = tasks.find(({ called }) => plain(called) === plain(name)) ?? tasks.find((one) => one.task === taskNamed(name));
    if (models.includes('=') && task === undefined) throw new Error(`there is no task '${name}' to score ${folder} on; there are ${tasks.map(({ called }) => called).join(', ')}`);
    if (task === undefined || model === undefined) {
      if (task !== undefined && models.includes('=')) await requireModel(folder);
      continue;
    }
    if (found.has(task)) throw new Error(`${found.get(task)} and ${model} are both models for ${task.called}; keep the one that is meant`);
    found.set(task, model);
  }
  if (found.size === 0) throw new Error(`${models}: no model for any of ${tasks.map(({ called }) => called).join(', ')}; give a folder with a model or run in a folder of each task's name, or TASK=FOLDER,TASK=FOLDER`);
  return found;
}

function pairsOf(text: string): (readonly [string, string])[] {
  return text.split(',').map((pair) => {
    const cut = pair.indexOf('=');
    if (cut < 1 || cut === pair.length - 1) throw new Error(`'${pair}': write TASK=FOLDER, as SST-2=runs/sst2/model`);
    return [pair.slice(0, cut).trim(), pair.slice(cut + 1).trim()] as const;
  });
}

/** The folder itself, or that of a run's student or model. */
async function modelIn(folder: string): Promise<string | undefined> {
  for (const place of [folder, join(folder, 'student'), join(folder, 'model')]) if (await isThere(join(place, 'config.json'))) return place;
  return undefined;
}

async function foldersIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((error: unknown) => {
    throw new Error(`${folder}: there is no such folder`, { cause: error });
  });
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name).sort();
}

const isThere = (path: string): Promise<boolean> => stat(path).then(() => true, () => false);

export interface GlueQuestion {
  readonly tasks: readonly FoundTask[];
  readonly models: ReadonlyMap<FoundTask, string>;
  /** Names of tasks whose text the models saw before. */
  readonly seen: readonly string[];
  readonly options: CorpusOptions;
}

/** Runs each model over its task. */
export async function scoreGlue(door: Door, { tasks, models, seen, options }: GlueQuestion): Promise<GlueBenchmark> {
  const unknown = seen.find((name) => !tasks.some(({ called }) => plain(called) === plain(name)));
  if (unknown !== undefined) throw new Error(`--seen ${unknown}: there is no such task; there are ${tasks.map(({ called }) => called).join(', ')}`);
  const rows: GlueRow[] = [];
  for (const found of tasks) {
    const { called, task, folder } = found;
    const model = models.get(found);
    const facts = { task: called, folder, seen: seen.some((name) => plain(name) === plain(called)) };
    if (model === undefined) {
      rows.push({ ...facts, results: [] });
      continue;
    }
    const [first = 'dev', ...others] = devSplits(task);
    const corpora = [await openGlue(folder, task, first), ...(await Promise.all(others.map((split) => openGlue(folder, task, split))))];
    const scored = await scoreFolder(door, { name: called, folder: model, corpora, path: folder, options });
    rows.push({ ...facts, model, results: scored.map(({ split, scores }) => glueResult(task, split, scores)) });
  }
  const over = (chosen: readonly GlueRow[]) => {
    const results = chosen.flatMap((row) => row.results);
    if (results.length === 0) return { score: NaN, tasks: 0 };
    const { score, tasks: counted } = glueAverage(results);
    return { score, tasks: counted.length };
  };
  return { rows, average: over(rows), unseen: over(rows.filter((row) => !row.seen)) };
}

/** A column a task, as the leaderboard has it: metrics of one split parted by a slash, splits by a comma; times 100. */
export function glueTable({ rows, average, unseen }: GlueBenchmark): string {
  const hundred = (value: number) => (100 * value).toFixed(1);
  const cell = ({ results }: GlueRow) => (results.length === 0 ? '–' : results.map(({ metrics }) => metrics.map(([, value]) => hundred(value)).join('/')).join(', '));
  const header = ({ task, results, seen }: GlueRow) => `${task}${seen ? '*' : ''}${results[0] === undefined ? '' : ` ${results[0].metrics.map(([metric]) => readName(metric)).join('/')}`}`;
  const isSeen = rows.some(({ seen, results }) => seen && results.length > 0);
  const headers = [...rows.map(header), `average of ${average.tasks}`, ...(isSeen && unseen.tasks > 0 ? [`of ${unseen.tasks} not seen`] : [])];
  const table = formatTable(headers, [[...rows.map(cell), hundred(average.score), ...(isSeen && unseen.tasks > 0 ? [hundred(unseen.score)] : [])]]);
  return isSeen ? `${table}\n* the models saw text of this task before: its score is not clean` : table;
}
