/**
 * The page of a run from what its folder holds, whether the run has ended or not: run.json, events.jsonl, evaluation.json, and of each
 * stage its lineage and result. Nothing is measured again; the same folder gives the same page.
 */
import { readdir } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { z } from 'zod';
import { type ScoreName, scoreNames } from '../evaluate/score.ts';
import type { ComparisonRow } from '../report/comparison.ts';
import { curvesOf } from '../report/curves.ts';
import { type Report, writeHtmlReport } from '../report/html.ts';
import type { Lineage } from '../report/lineage.ts';
import { type Metric, metricOf } from '../report/metric.ts';
import { type LoggedEvent, readRunLog } from '../report/run-log.ts';
import { type Training, trainingsOf } from '../report/trainings.ts';
import { readJson } from '../storage/json.ts';
import { shapeFault } from '../storage/shape-fault.ts';
import { type Evaluation, readEvaluation } from './evaluation-file.ts';
import { lineageOfAll, lineageRow, type ModelLineage, readLineage } from './lineage.ts';
import { onnxCheckText } from './onnx-check-text.ts';

const facts = z.record(z.string(), z.union([z.string(), z.number()]));
/** Unknown until one is started. */
const engineSchema = z.object({ engine: z.string(), device: z.string(), precision: z.string(), threads: z.number(), library: z.string().exactOptional() });
const runSchema = z.object({ command: z.string(), startedAt: z.iso.datetime(), versions: facts, machine: facts.default({}), engine: engineSchema.exactOptional() });
type RunFile = z.infer<typeof runSchema>;

/** Writes `report.html` into the run's folder. @returns its path. */
export async function writeRunReport(folder: string): Promise<string> {
  const path = join(folder, 'report.html');
  await writeHtmlReport(path, await reportOf(folder));
  return path;
}

/** @throws where the folder is no run, or one of its files cannot be read. */
export async function reportOf(folder: string): Promise<Report> {
  const run = await readRun(folder);
  const evaluation = await readEvaluation(folder);
  const events = await eventsOf(folder);
  const stages = await stagesOf(folder);
  const trainings = trainingsOf(events);
  const { main, more } = curvesOf(events);
  const unfinished = unfinishedText(run, evaluation, trainings);
  return {
    title: evaluation?.title ?? basename(resolve(folder)),
    ...(evaluation && { subtitle: evaluation.subtitle, milliseconds: evaluation.milliseconds }),
    ...(unfinished !== undefined && { unfinished }),
    command: run.command,
    startedAt: new Date(evaluation?.startedAt ?? run.startedAt),
    comparison: evaluation ?? comparisonOf(stages),
    ...(evaluation?.likeness && { likeness: evaluation.likeness }),
    reliability: evaluation?.reliability ?? [],
    disagreements: evaluation?.disagreements ?? [],
    translations: evaluation?.translations ?? [],
    curves: main,
    moreCurves: more,
    trainings,
    layerMap: evaluation?.layerMap ?? [],
    notes: evaluation?.notes ?? [],
    lineage: evaluation === undefined ? lineageOfStages(stages) : lineageOfEvaluation(evaluation),
    kept: keptIn(folder, evaluation),
    machine: { ...run.versions, ...run.machine, ...(run.engine && { engine: engineText(run.engine) }) },
  };
}

async function readRun(folder: string): Promise<RunFile> {
  const file = join(folder, 'run.json');
  const value = await readJson(file).catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR')) throw new Error(`${folder}: there is no run.json in it; a run is a folder that 'retort run', 'train' or 'distill' has written`);
    throw error;
  });
  const read = runSchema.safeParse(value);
  if (!read.success) throw new Error(`${file}: not the run.json of a run (${shapeFault(read.error)})`);
  return read.data;
}

function engineText({ engine, device, precision, threads, library }: z.infer<typeof engineSchema>): string {
  return [engine, device, precision, `${threads} ${threads === 1 ? 'thread' : 'threads'}`, ...(library === undefined ? [] : [library])].join(', ');
}

/** No log at all is a run without its first step. */
async function eventsOf(folder: string): Promise<LoggedEvent[]> {
  return readRunLog(join(folder, 'events.jsonl')).catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  });
}

interface StageFiles {
  readonly lineage: ModelLineage;
  readonly row?: ComparisonRow;
  readonly metric?: ScoreName;
}

const resultSchema = z.object({ result: z.object({ parameters: z.number(), bytes: z.number(), latencyMs: z.number(), metric: z.enum(scoreNames), scores: z.record(z.string(), z.number()) }) });

/** The stages that trained a model, in the order of their folders' names, with what they came to if they are done. */
async function stagesOf(folder: string): Promise<StageFiles[]> {
  const names = (await readdir(folder, { withFileTypes: true })).filter((entry) => entry.isDirectory() && !entry.name.startsWith('.')).map(({ name }) => name);
  const found = await Promise.all(names.sort().map(async (name): Promise<StageFiles[]> => {
    const lineage = await readLineage(join(folder, name));
    if (lineage === undefined) return [];
    const done = resultSchema.safeParse(await readJson(join(folder, name, 'stage.json')).catch(() => undefined));
    if (!done.success) return [{ lineage }];
    const { parameters, bytes, latencyMs, metric, scores } = done.data.result;
    return [{ lineage, metric, row: { name: lineage.model, parameters, bytes, score: scores[metric] ?? NaN, latencyMs } }];
  }));
  return found.flat();
}

/** Of the models that rank by what the first one ranks by. */
function comparisonOf(stages: readonly StageFiles[]): { rows: ComparisonRow[]; metric?: Metric } {
  const first = stages.find(({ metric }) => metric !== undefined)?.metric;
  return { rows: stages.flatMap(({ row, metric }) => (row && metric === first ? row : [])), ...(first && { metric: metricOf[first] }) };
}

function lineageOfStages(stages: readonly StageFiles[]): Lineage {
  const rows = stages.flatMap(({ lineage }) => lineageRow(lineage.model, undefined, [lineage]) ?? []);
  return lineageOfAll(rows, stages.map(({ lineage }) => ({ ...lineage, of: lineage.model })));
}

function lineageOfEvaluation({ models }: Evaluation): Lineage {
  const contenders = [...new Map(models.map(({ contender, role }) => [contender, role]))];
  const rows = contenders.flatMap(([contender, role]) => {
    const own = models.filter((model) => model.contender === contender);
    const trained = lineageRow(contender, role, own.flatMap(({ lineage }) => lineage ?? []));
    return [trained ?? { name: contender, role, startsAs: own.map(({ model }) => model).join(', '), teachers: [] }];
  });
  return lineageOfAll(rows, models.flatMap(({ contender, lineage }) => (lineage === undefined ? [] : [{ ...lineage, of: contender }])));
}

/** Undefined for a run that has ended. */
function unfinishedText(run: RunFile, evaluation: Evaluation | undefined, trainings: readonly Training[]): string | undefined {
  if (evaluation?.startedAt === run.startedAt) return undefined;
  const done = trainings.filter(({ state }) => state === 'done').length;
  const progress = `of ${trainings.length} ${trainings.length === 1 ? 'training' : 'trainings'} begun so far, ${done} ${done === 1 ? 'is' : 'are'} done`;
  if (evaluation === undefined) return `This run has not ended: ${trainings.length === 0 ? 'no training has begun' : progress}.`;
  return `This run was begun again and has not ended: the comparison is that of ${evaluation.startedAt.slice(0, 16).replace('T', ' ')} UTC; ${progress}.`;
}

function keptIn(folder: string, evaluation: Evaluation | undefined): Record<string, string | number> {
  if (evaluation?.student === undefined) return {};
  const check = evaluation.transformersJs;
  return {
    student: `${join(folder, 'student')}: the Hugging Face folder of “${evaluation.student}”${check ? ', with ONNX' : ''}`,
    ...(check && { 'in transformers.js': onnxCheckText(check, 'test examples') }),
  };
}
