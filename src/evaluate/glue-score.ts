/**
 * What GLUE reports (Wang et al. 2019, arXiv:1804.07461, table 1 and section 3): each task's own metrics, its score, which is their mean,
 * and the average over tasks, in which MNLI's matched and mismatched splits are one task. Which task uses which metric is said in
 * text/glue.ts. The leaderboard's averages are made this way; some papers count MNLI's splits as two tasks and get another number.
 */
import { type GlueMetric, type GlueTask, glueTask } from '../text/glue.ts';
import type { Scores } from './score.ts';

/** One split of one task; `metrics` in the order of the benchmark, `score` their mean. */
export type GlueResult = { task: string; split: string; metrics: readonly (readonly [metric: GlueMetric, value: number])[]; score: number };

/** @param split as `dev`, or `dev-matched` of MNLI. @throws for scores of another kind of task. */
export function glueResult(task: GlueTask | string, split: string, scores: Scores): GlueResult {
  const { name, files, metrics } = typeof task === 'string' ? glueTask(task) : task;
  if (!Object.hasOwn(files, split)) throw new Error(`${name} has no split ${JSON.stringify(split)}; it has ${Object.keys(files).join(', ')}`);
  const values = metrics.map((metric) => {
    const value = (scores as Partial<Record<GlueMetric, number>>)[metric];
    if (value === undefined) throw new Error(`${name} is scored by ${metrics.join(' and ')}, but the scores are ${Object.keys(scores).join(', ')}`);
    return [metric, value] as const;
  });
  return { task: name, split, metrics: values, score: mean(values.map(([, value]) => value)) };
}

/** The mean over the tasks that are given. @throws where none is, where a split stands twice, and where MNLI has one of its two. */
export function glueAverage(results: readonly GlueResult[]): { score: number; tasks: readonly (readonly [task: string, score: number])[] } {
  const splits = new Map<string, Map<string, number>>();
  for (const { task, split, score } of results) {
    const own = splits.get(task) ?? new Map<string, number>();
    if (own.has(split)) throw new Error(`${task} (${split}) stands twice among the results`);
    splits.set(task, own.set(split, score));
  }
  if (splits.size === 0) throw new Error('there is no task to average over');
  const tasks = [...splits].map(([task, own]) => {
    const wanted = splitsBeside(task, [...own.keys()]);
    const missing = wanted.find((split) => !own.has(split));
    if (missing !== undefined || own.size !== wanted.length) throw new Error(`the score of ${task} wants the results of ${wanted.join(' and ')}, not of ${[...own.keys()].join(' and ')}`);
    return [task, mean([...own.values()])] as const;
  });
  return { score: mean(tasks.map(([, score]) => score)), tasks };
}

/** The splits that make one score together: those of the first one's kind, as `dev-matched` and `dev-mismatched`. */
function splitsBeside(task: string, [first = '']: readonly string[]): string[] {
  const kind = first.split('-')[0] ?? '';
  return Object.keys(glueTask(task).files).filter((split) => split.split('-')[0] === kind);
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
